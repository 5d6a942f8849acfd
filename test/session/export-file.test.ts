import { constants } from "node:buffer"
import { chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ShareError } from "../../src/errors.ts"
import { exportFile, exportStdin } from "../../src/session/export-file.ts"
import { MAX_SUBAGENT_DEPTH, parseExport } from "../../src/session/parse-export.ts"
import { runs } from "../support/property-runs.ts"
import { exportedOf } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

const session = { info: { id: "ses_1", title: "Grüße 🎉" }, messages: [{ info: { role: "user" }, parts: [] }] }
const pretty = JSON.stringify(session, null, 2)
const compact = JSON.stringify(session)

const read = (bytes: Uint8Array | string) =>
  exportedOf(parseExport(typeof bytes === "string" ? Buffer.from(bytes) : bytes, "the file a.json"))
const refusal = (bytes: Uint8Array | string) => {
  try {
    parseExport(typeof bytes === "string" ? Buffer.from(bytes) : bytes, "the file a.json")
  } catch (error) {
    if (error instanceof ShareError && error.code === "bad-input" && error.hint) return error.message
    throw error
  }
  throw new Error("it was read")
}

describe("an export is read", () => {
  const utf16 = Buffer.from(`\ufeff${pretty}`, "utf16le")
  test.each<[string, Uint8Array | string]>([
    ["as OpenCode prints it", pretty],
    ["in one line", compact],
    ["with a byte order mark", `\ufeff${pretty}`],
    ["in UTF-16, little-endian", utf16],
    ["in UTF-16, big-endian", Buffer.from(utf16).swap16()],
    ["in UTF-16 without a mark", Buffer.from(pretty, "utf16le")],
    ["with lines of a log in front", `Exporting session: ses_1\nWARN [db] {slow}\n${pretty}`],
    ["with lines of a log in front of one line", `\u001b[2mINFO\u001b[0m\r\n${compact}`],
    ["with lines behind it", `${pretty}\nDone {}\n`],
    ["with lines on either side", `Exporting session: ses_1\n${compact}\nDone\n`],
    ["with space around it", `\n\n ${pretty} \n`],
  ])("%s", async (_, bytes) => {
    expect(await read(bytes)).toEqual({ ...session, children: [] })
  })

  test("with the subagents' sessions, and theirs", async () => {
    const child = { info: { id: "ses_2" }, messages: [], children: [{ info: { id: "ses_3" }, messages: [] }] }
    const { children } = await read(JSON.stringify({ ...session, children: [child, null, {}, "x"] }))
    expect(children).toMatchObject([{ info: { id: "ses_2" }, children: [{ info: { id: "ses_3" } }] }])
    expect(children).toHaveLength(1)
  })

  test("to a bounded depth, however deep its subagents are nested", async () => {
    const levels = 50_000
    const nested = `${'{"info":{"id":"ses_2"},"messages":[],"children":['.repeat(levels)}${"]}".repeat(levels)}`
    let record = parseExport(Buffer.from(`${compact.slice(0, -1)},"children":[${nested}]}`), "the file")
    let depth = 0
    for (; record.children[0]; depth++) record = record.children[0]
    expect(depth).toBe(MAX_SUBAGENT_DEPTH)
  })
})

describe("anything else than an export is refused in one sentence", () => {
  test.each<[string, string, RegExp]>([
    ["nothing", "", /^The file a\.json is empty\.$/],
    ["space", " \n\ufeff", /is empty/],
    ["a text", "hello", /is not valid JSON\.$/],
    ["a mistake", pretty.replace('"title":', '"title"'), /syntax error in line 4\.$/],
    ["a mistake after a log", `log\n${pretty.replace('"title":', '"title"')}`, /line 4, counted from the first/],
    ["a list", "[]", /^The file a\.json is JSON, but not an OpenCode session/],
    ["another object", '{"a":1}', /expected `info` and `messages`/],
    ["no messages at all", '{"info":{"id":"ses_1"}}', /`info` and `messages`/],
    ["no id", '{"info":{},"messages":[{}]}', /no valid id/],
    ["a hostile id", '{"info":{"id":"../x"},"messages":[{}]}', /no valid id/],
    ["a session without messages", '{"info":{"id":"ses_1"},"messages":[]}', /has no messages: nothing to share/],
  ])("%s", (_, text, sentence) => {
    expect(refusal(text)).toMatch(sentence)
  })

  test("an export truncated at any byte", () => {
    const real = readFileSync(new URL("../fixtures/sessions/subagent-child.json", import.meta.url))
    for (const whole of [real, Buffer.from(compact)]) {
      for (let end = 1; end < whole.lastIndexOf("}"); end += 7) {
        expect([end, refusal(whole.subarray(0, end))]).toEqual([end, expect.stringMatching(/truncated|not valid JSON/)])
      }
    }
    expect(refusal(real.subarray(0, 3000))).toBe("The file a.json ends in the middle of its JSON: it is truncated.")
  })

  test("any bytes are read or refused", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      fc
        .tuple(fc.string(), fc.jsonValue(), fc.string())
        .map(([a, json, b]) => Buffer.from(a + JSON.stringify(json) + b)),
      fc.tuple(fc.string(), fc.string()).map(([a, b]) => Buffer.from(`${a}\n${compact}\n${b}`)),
    )
    fc.assert(
      fc.property(anything, (bytes) => {
        try {
          parseExport(bytes, "the file")
        } catch (error) {
          expect(error).toBeInstanceOf(ShareError)
        }
      }),
      { numRuns: runs(1000) },
    )
  })
})

describe("a file", () => {
  const readFile = (path: string) => exportFile(path).read(exportedOf)

  test("is read on demand", async () => {
    const path = join(temporaryFolder(), "talk.json")
    const source = exportFile(path)
    expect(source.label).toBe(`the file ${path}`)
    writeFileSync(path, pretty)
    expect(await source.read(exportedOf)).toMatchObject(session)
  })

  test("that is missing, a folder, or below a file", async () => {
    const folder = temporaryFolder()
    const path = join(folder, "talk.json")
    await expect(readFile(path)).rejects.toMatchObject({ code: "bad-input", message: `File not found: ${path}.` })
    await expect(readFile(folder)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/is a folder/),
    })
    writeFileSync(path, pretty)
    await expect(readFile(join(path, "x"))).rejects.toMatchObject({ code: "bad-input" })
  })

  test("without read permission", async () => {
    const path = join(temporaryFolder(), "talk.json")
    writeFileSync(path, pretty)
    chmodSync(path, 0)
    // Root may read everything, and nobody may not enter the folder.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    try {
      const refused = { code: "bad-input", message: expect.stringMatching(/Permission denied/) }
      await expect(readFile(path)).rejects.toMatchObject(refused)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  test("longer than a string can be, and not of the usual form", async () => {
    const path = join(temporaryFolder(), "talk.json")
    writeFileSync(path, pretty)
    truncateSync(path, constants.MAX_STRING_LENGTH + 1)
    expect((await readFile(path)).messages).toHaveLength(JSON.parse(pretty).messages.length)
    writeFileSync(path, `logged\n${pretty}`)
    truncateSync(path, constants.MAX_STRING_LENGTH + 1)
    await expect(readFile(path)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/larger than \d+ MB/),
    })
  })

  test("passes errors of its reader on unchanged", async () => {
    const path = join(temporaryFolder(), "talk.json")
    writeFileSync(path, pretty)
    const failure = new Error("the store is gone")
    await expect(exportFile(path).read(() => Promise.reject(failure))).rejects.toBe(failure)
  })
})

describe("standard input", () => {
  test("is read in chunks of any size", async () => {
    const bytes = Buffer.from(pretty)
    const pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
    expect(await exportStdin(Readable.from(pieces)).read(exportedOf)).toMatchObject(session)
    expect(await exportStdin(Readable.from([compact], { objectMode: true })).read(exportedOf)).toMatchObject(session)
  })

  test("that is a terminal or empty is refused", async () => {
    const terminal = Object.assign(Readable.from([]), { isTTY: true })
    await expect(exportStdin(terminal).read(exportedOf)).rejects.toMatchObject({
      message: expect.stringMatching(/is a terminal/),
    })
    const empty = exportStdin(Readable.from([]))
    await expect(empty.read(exportedOf)).rejects.toMatchObject({ message: "Standard input is empty." })
  })
})
