import fc from "fast-check"
import { expect, test } from "vitest"
import { findShares, parseShareName } from "../../src/share/find-share.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { openStore } from "../../src/store/open-store.ts"
import { temporaryFolder } from "../support/world.ts"

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

test("a link is parsed as people paste it", () => {
  const around = fc.constantFrom(
    ["", ""],
    ["<", ">"],
    ['"', '"'],
    ["'", "'"],
    ["`", "`"],
    ["[The talk](", ")"],
    ["(", ")"],
    [" \t", "\n"],
  )
  const start = fc.constantFrom(
    "https://shares.example",
    "HTTPS://Shares.Example",
    "https://shares.example/a folder",
    "http://127.0.0.1:9000/b",
  )
  const end = fc.constantFrom("", "/", "/index.html", "/2.html#msg_1", "?x=1", "/.", ",", "/index.html.")
  fc.assert(
    fc.property(around, start, end, ([before = "", after = ""], host, rest) => {
      const name = parseShareName(`${before}${host}/s/${id}${rest}${after}`)
      expect(name).toMatchObject({ id, link: expect.stringMatching(/^https?:\/\/[a-z0-9.:]+\/[^ ]*/) })
    }),
  )
})

test("an id and a session id are parsed", () => {
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

test.each(["", "/", "/index.html", "/2.html#msg_1"])(
  "a link that ends in %j is found at the configured destination",
  async (rest) => {
    const destination = { to: temporaryFolder(), publicUrl: "https://Shares.example/a folder" }
    const found = (link: string) =>
      findShares(parseShareName(link), {
        ...{ ledger: openLedger(temporaryFolder()), destination, open: openStore, confirm: async () => {} },
      })
    expect(await found(`https://shares.example/a%20folder/s/${id}${rest}`)).toMatchObject([{ id }])
    await expect(found(`https://shares.example/another/s/${id}${rest}`)).rejects.toMatchObject({
      code: "share-not-found",
    })
  },
)
