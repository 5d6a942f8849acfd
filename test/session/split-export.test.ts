import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import { splitExport } from "../../src/session/split-export.ts"
import { runs } from "../support/property-runs.ts"

const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** The parts that the splitter finds, parsed. */
async function split(json: string, size = 7) {
  const bytes = Buffer.from(json)
  const found = await splitExport(inPieces(bytes, size))
  if (found === undefined) return undefined
  const at = (from: number, to: number) => JSON.parse(bytes.toString("utf8", from, to))
  const messages: unknown[] = []
  for (let i = 0; i < found.messages.length; i += 2) messages.push(at(found.messages[i]!, found.messages[i + 1]!))
  const part = (span: { from: number; to: number } | undefined) => span && at(span.from, span.to)
  return { info: part(found.info), children: part(found.children), messages }
}

describe("splitting an export", () => {
  test("finds what JSON.parse finds, in chunks of any size", async () => {
    const text = fc.string({
      unit: fc.constantFrom("a", '"', "\\", "{", "}", "[", "]", ",", ":", "é", "😀", "\n", "messages", "info"),
    })
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text,
        fc.integer(),
        fc.constant(null),
        fc.boolean(),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(text, tie("value"), { maxKeys: 4 }),
      ),
    })).value
    const session = fc.record(
      { info: value, messages: fc.array(value, { maxLength: 5 }), children: value, [`"}`]: value, a: value },
      { requiredKeys: ["info", "messages"] },
    )
    await fc.assert(
      fc.asyncProperty(
        session,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1, 2, "\t"),
        async (given, size, indent) => {
          const json = `${" ".repeat(size % 3)}${JSON.stringify(given, null, indent)}\n`
          const { info, messages, children } = JSON.parse(json)
          expect(await split(json, size)).toEqual({ info, messages, children })
        },
      ),
      { numRuns: runs(500) },
    )
  })

  test("takes the last of duplicate names, and decodes escaped names", async () => {
    expect(await split('{"messages":[1,2],"info":{"a":1},"inf\\u006f":{"a":2},"messages":[3]}')).toEqual({
      ...{ info: { a: 2 }, messages: [3], children: undefined },
    })
    expect((await split('{"info":{},"messages":[1],"messages":{"a":[2]}}'))?.messages).toEqual([])
  })

  test("returns undefined for a text that is not an object or is truncated", async () => {
    for (const text of ["", "[1]", "a\n{}", '{"info":{},"messages":[{}', '{"a":"'])
      expect(await split(text)).toBeUndefined()
  })
})

async function all(messages: AsyncIterable<unknown>) {
  const found: unknown[] = []
  for await (const message of messages) found.push(message)
  return found
}

describe("a large export", () => {
  const session = {
    info: { id: "ses_1", title: "é" },
    messages: Array.from({ length: 50 }, (_, i) => ({
      info: { id: `msg_${i}` },
      parts: [{ text: '😀\\"'.repeat(i * 100) }],
    })),
    children: [{ info: { id: "ses_2" }, messages: [{ info: {}, parts: [] }] }],
  }
  const read = (text: string, name: string) => {
    writeFileSync(path.join(folder, name), text)
    return exportFile(path.join(folder, name), 10).read(async ({ info, messages, children }) => ({
      info,
      messages: [await all(messages()), await all(messages())],
      children: children.map(({ info }) => info),
    }))
  }

  test("is read message by message, repeatedly", async () => {
    const { info, messages, children } = await read(JSON.stringify(session, null, 2), "a.json")
    expect({ info, children }).toEqual({ info: session.info, children: [{ id: "ses_2" }] })
    expect(messages).toEqual([session.messages, session.messages])
  })

  test("is read at once if the object is not first", async () => {
    expect((await read(`logged\n${JSON.stringify(session)}`, "b.json")).messages[0]).toEqual(session.messages)
  })

  test("is refused if it is not a session or a message is broken", async () => {
    await expect(read('{"info":{"id":1},"messages":[{}]}', "c.json")).rejects.toThrow("no valid id")
    await expect(read('{"info":{"id":"ses_1"},"messages":[]}', "d.json")).rejects.toThrow("nothing to share")
    await expect(read('{"info":{"id":"ses_1"},"messages":[{},{"a":tru}]}', "e.json")).rejects.toThrow(
      "is not valid JSON",
    )
    await expect(read('{"info":{"id":"ses_1"},"messages":[{}', "f.json")).rejects.toThrow("truncated")
  })
})
