import { readdirSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { edit } from "../../src/render/tools/edit.ts"
import { read as readTool } from "../../src/render/tools/read.ts"
import { shell } from "../../src/render/tools/shell.ts"
import { exportFile } from "../../src/session/export-file.ts"
import { type Message, type Part, type Session, startOfSession } from "../../src/session/model.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { all } from "../support/record.ts"

// Recorded from the real clients of these versions with a scripted model; the texts that they gave the model are shortened.
const versions = path.join(import.meta.dirname, "..", "fixtures", "old")
const project = "/home/dana/src/calc"

const read = (version: string) =>
  exportFile(path.join(versions, version)).read(async (record) => {
    const session = normalizeSession(record)
    const read = startOfSession()
    const messages = await all(session.messages(read))
    return { session, messages, children: await Promise.all(session.children(read).map(whole)) }
  })
const whole = async (session: Session) => ({ info: session.info, messages: await all(session.messages()) })

describe.each(readdirSync(versions))("an export of OpenCode %s", (version) => {
  test("is read completely", async () => {
    const { session, messages, children } = await read(version)
    expect(session.info).toMatchObject({ version: path.parse(version).name, directory: project })
    expect(session.info.created).toEqual(expect.any(Number))
    expect(messages[0]).toMatchObject({
      role: "user",
      parts: [{ type: "text", text: expect.stringContaining("Fix add()") }],
    })
    const parts = messages.flatMap(({ parts }: Message) => parts)
    const kinds = new Set(parts.map(({ type }: Part) => type))
    expect([kinds.has("malformed"), kinds.has("unknown")]).toEqual([false, false])
    const answers = messages.filter(({ role }: Message) => role === "assistant")
    expect(answers[0]).toMatchObject({ model: "stub-1", provider: "stub", cwd: project, completed: expect.any(Number) })
    const calls = parts.flatMap((part: Part) => (part.type === "tool" ? [part] : []))
    const names = calls.slice(0, 4).map(({ tool }) => tool)
    expect(names.sort()).toEqual(["bash", "edit", "read", "todowrite"])
    const part = (name: string) => calls.find(({ tool }) => tool === name)!
    expect(readTool.read(part("read"))).toMatchObject({
      content: { type: "file", firstLine: 1, text: expect.stringMatching(/a - b\n?$/) },
    })
    expect(edit.read(part("edit"))).toBeDefined()
    expect(shell.read(part("bash"))).toMatchObject({ exit: 3, output: expect.stringMatching(/^hi\s*$/) })
    expect(calls.every(({ start, end }) => start !== undefined && end !== undefined)).toBe(true)
    expect(JSON.stringify(messages)).not.toContain("You are a coding agent")
    // Before 1.0, calls did not refer to the session that they started: it cannot be distinguished from one whose call
    // was undone.
    if (version === "0.5.29.json") expect([...session.childIDs, ...children]).toEqual([expect.any(String)])
    else
      expect(children).toMatchObject([{ info: { parentID: session.info.id }, messages: [{}, { role: "assistant" }] }])
  })
})

test("a diff without a patch is computed from the file before and after", async () => {
  const { messages } = await read("1.0.0.json")
  const [prompt] = messages
  expect(prompt).toMatchObject({ diffs: [{ file: "add.js", patch: expect.stringMatching(/^-.*a - b\n\+.*a \+ b$/m) }] })
})
