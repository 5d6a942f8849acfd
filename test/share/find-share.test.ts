import { expect, test } from "vitest"
import { parseShareName } from "../../src/share/find-share.ts"

const id = "V1StGXR8_Z5jdHi6B-myT"

test.each([
  [`https://shares.example/s/${id}/index.html`, id],
  [`https://minio.example/bucket/folder/s/${id}/2.html#msg_1`, id],
  [`http://127.0.0.1:9000/bucket/s/${id}/`, id],
  [`https://shares.example/s/${id}?x=1`, id],
  [`file:///home/dana/shares/s/${id}/index.html`, id],
])("the link %s names a share", (link) => {
  expect(parseShareName(link)).toEqual({ link, id })
})

test("an id and a session id", () => {
  expect(parseShareName(id)).toEqual({ id })
  expect(parseShareName("ses_dfca812d1ffetfyM8r8wJI63KB")).toEqual({ session: "ses_dfca812d1ffetfyM8r8wJI63KB" })
})

test.each([
  "",
  "s",
  "..",
  `${id}x`,
  `../${id}`,
  `https://shares.example/x/${id}/`,
  `https://shares.example/?a=/s/${id}/`,
  `https://shares.example/s/${id}x/`,
  "ses_../../x",
  `javascript://x/s/${id}/`,
])("%j is refused", (text) => {
  expect(() => parseShareName(text)).toThrow(expect.objectContaining({ code: "bad-usage" }))
})
