import { describe, expect, test } from "vitest"
import { read } from "../../../src/render/tools/read.ts"
import { tool } from "../../support/tool-part.ts"

describe("read", () => {
  const input = { filePath: "/p/a.ts" }
  const content = (output: string, metadata = {}) => read.read(tool("read", { input, output, metadata }))?.content
  const wrapped = (lines: string) => `<path>/p/a.ts</path>\n<type>file</type>\n<content>\n${lines}\n</content>`

  test("takes the text from the metadata", () => {
    const display = { type: "file", text: "b\nc", lineStart: 2, lineEnd: 3, totalLines: 9, truncated: true }
    const expected = { type: "file", text: "b\nc", firstLine: 2, totalLines: 9, truncated: true }
    expect(content("ignored", { display })).toEqual(expected)
  })

  test("takes a folder's entries from the metadata, or from the output", () => {
    const entries = ["src/", "a.ts"]
    expect(content("", { display: { type: "directory", entries } })).toEqual({ type: "directory", entries })
    const output = "<path>/p</path>\n<type>directory</type>\n<entries>\nsrc/\na.ts\n\n(2 entries)\n</entries>"
    expect(content(output)).toEqual({ type: "directory", entries })
  })

  test("takes numbered lines from the output where the metadata has none", () => {
    const whole = content(wrapped("1: a\n2: \n3: 4: c\n\n(End of file - total 3 lines)"))
    expect(whole).toEqual({ type: "file", text: "a\n\n4: c", firstLine: 1, totalLines: 3, truncated: false })
    const piece = content(wrapped("7: g\n8: h\n\n(Showing lines 7-8 of 90. Use offset=9 to continue.)"))
    expect(piece).toEqual({ type: "file", text: "g\nh", firstLine: 7, totalLines: 90, truncated: true })
    const reminded = content(
      `${wrapped("1: a\n\n(End of file - total 1 lines)")}\n\n<system-reminder>\nx\n</system-reminder>`,
    )
    expect(reminded).toMatchObject({ text: "a", totalLines: 1 })
  })

  test("reads the numbering of older versions", () => {
    const old = content(
      "<file>\n00001| a\n00002| | b\n\n(File has more lines. Use 'offset' parameter to read beyond line 2)\n</file>",
    )
    expect(old).toEqual({ type: "file", text: "a\n| b", firstLine: 1, totalLines: undefined, truncated: true })
  })

  test("of an empty file is an empty file", () => {
    const empty = content(wrapped("\n(End of file - total 0 lines)"))
    expect(empty).toEqual({ type: "file", text: "", firstLine: 1, totalLines: 0, truncated: false })
  })

  test.each(["Image read successfully", wrapped("no numbers"), wrapped("1: a\n3: c"), ""])(
    "does not guess the content of %j",
    (output) => expect(content(output)).toEqual({ type: "other" }),
  )

  test("of an image shows the image", () => {
    const attachments = [{ type: "file", mime: "image/png", url: "data:image/png;base64,AA==" }]
    const state = { input, output: "Image read successfully", metadata: {}, attachments }
    expect(read.read(tool("read", state))).toEqual({ path: "/p/a.ts", content: { type: "other" } })
  })
})
