import { expect, test } from "vitest"
import { parseImportSource } from "../../src/import/import-source.ts"

const id = "V1StGXR8_Z5jdHi6B-myT"
const place = (text: string) => {
  const found = parseImportSource(text, "/home/dana", (path) => path.endsWith("folder"))
  return "url" in found ? found.url.href : found.file
}

test.each([
  [`https://shares.example/s/${id}/index.html`, `https://shares.example/s/${id}/session.json`],
  [`https://shares.example/s/${id}/`, `https://shares.example/s/${id}/session.json`],
  [`https://shares.example/s/${id}`, `https://shares.example/s/${id}/session.json`],
  [
    `http://127.0.0.1:9000/bucket/team/s/${id}/2.html?X-Amz-Signature=1#msg_1`,
    `http://127.0.0.1:9000/bucket/team/s/${id}/session.json`,
  ],
  [`https://shares.example/share/${id}`, `https://shares.example/s/${id}/session.json`],
  ["https://files.example/talk.json?key=1#x", "https://files.example/talk.json?key=1"],
  ["file:///srv/s/x/index.html#msg_1", "/srv/s/x/session.json"],
  ["talk.json", "/home/dana/talk.json"],
  ["folder", "/home/dana/folder/session.json"],
  ["/kept/index.html", "/kept/session.json"],
])("%s is at %s", (link, expected) => {
  expect(place(link)).toBe(expected)
})

test.each([
  "https://shares.example/",
  "https://shares.example/about.html",
  "https://u:p@h/s/x/",
  "ftp://h/s/x/",
  "https://",
  "s3://b/s/x/",
])("%s is refused", (link) => {
  expect(() => place(link)).toThrow(expect.objectContaining({ code: "bad-usage" }))
})
