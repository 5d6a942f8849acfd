import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { edit } from "../../src/render/tools/edit.ts"
import { read as readTool } from "../../src/render/tools/read.ts"
import { shell } from "../../src/render/tools/shell.ts"
import { databaseSource } from "../../src/session/database.ts"
import { listSessions } from "../../src/session/list-sessions.ts"
import { type Message, type Part, type Session, startOfSession } from "../../src/session/model.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { all } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

// Recorded from the real clients of these versions with a scripted model. The first two kept a folder for each project,
// the first of all a message in one file; the texts that they gave the model are shortened.
const versions = path.join(import.meta.dirname, "..", "fixtures", "old")
const project = "/home/dana/src/calc"

function read(data: string, wanted: { newestIn: string } | { sessionID: string } = { newestIn: project }) {
  return databaseSource(wanted, { path: path.join(data, "opencode.db"), env: { PATH: "" } }).read(async (record) => {
    const session = normalizeSession(record)
    const read = startOfSession()
    const messages = await all(session.messages(read))
    return { session, messages, children: await Promise.all(session.children(read).map(whole)) }
  })
}
const whole = async (session: Session) => ({ info: session.info, messages: await all(session.messages()) })

const copyOf = (version: string) => {
  const data = temporaryFolder()
  cpSync(path.join(versions, version), data, { recursive: true })
  return data
}

describe.each(readdirSync(versions))("a session of OpenCode %s", (version) => {
  test("is read completely, as the newest of its project", async () => {
    const { session, messages, children } = await read(path.join(versions, version))
    expect(session.info).toMatchObject({ version, directory: project, created: expect.any(Number) })
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
    expect(
      calls
        .slice(0, 4)
        .map(({ tool }) => tool)
        .sort(),
    ).toEqual(["bash", "edit", "read", "todowrite"])
    const part = (name: string) => calls.find(({ tool }) => tool === name)!
    expect(readTool.read(part("read"))).toMatchObject({
      content: { type: "file", firstLine: 1, text: expect.stringMatching(/a - b\n?$/) },
    })
    expect(edit.read(part("edit"))).toBeDefined()
    expect(shell.read(part("bash"))).toMatchObject({ exit: 3, output: expect.stringMatching(/^hi\s*$/) })
    expect(calls.every(({ start, end }) => start !== undefined && end !== undefined)).toBe(true)
    expect(JSON.stringify(messages)).not.toContain("You are a coding agent")
    // Storage layout after an import.
    for (const { parts } of messages)
      expect(parts.map(({ id }: Part) => id).sort()).toEqual(parts.map(({ id }: Part) => id))
    if (version === "0.1.174")
      expect(calls.at(-1)).toMatchObject({ status: "error", error: expect.stringContaining("not found") })
    // Before 1.0, calls did not refer to the session that they started: it cannot be distinguished from one whose call
    // was undone.
    else if (version === "0.5.29") expect([...session.childIDs, ...children]).toEqual([expect.any(String)])
    else
      expect(children).toMatchObject([{ info: { parentID: session.info.id }, messages: [{}, { role: "assistant" }] }])
  })

  test("is listed, with a new stamp after a change", () => {
    const data = copyOf(version)
    const list = () => listSessions(path.join(data, "opencode.db"), { project })
    const before = list()
    expect(before).toHaveLength(1)
    expect(list()).toEqual(before)
    expect(listSessions(path.join(data, "opencode.db"), { project: "/home/dana/src" })).toEqual([])
    const [file = ""] = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((name) =>
      /message.ses_.*json$/.test(name),
    )
    writeFileSync(path.join(data, path.dirname(file), "msg_more.json"), "{")
    expect(list()).not.toEqual(before)
  })
})

test("a diff without a patch is computed from the file before and after", async () => {
  const { messages } = await read(path.join(versions, "1.0.0"))
  const [prompt] = messages
  expect(prompt).toMatchObject({ diffs: [{ file: "add.js", patch: expect.stringMatching(/^-.*a - b\n\+.*a \+ b$/m) }] })
})

test("a broken file affects only its own content", async () => {
  const data = copyOf("1.1.65")
  const folder = path.join(data, "storage", "part")
  const [message = ""] = readdirSync(folder)
  const [part = ""] = readdirSync(path.join(folder, message))
  writeFileSync(path.join(folder, message, part), '{"type":"te')
  const { messages } = await read(data)
  expect(messages).toHaveLength(5)
  mkdirSync(path.join(data, "storage", "session", "x"))
  writeFileSync(path.join(data, "storage", "session", "x", "ses_broken.json"), "[]")
  expect((await read(data)).messages).toHaveLength(5)
})

test("a missing session throws the same error as without such files", async () => {
  await expect(read(path.join(versions, "1.1.65"), { sessionID: "ses_nowhere" })).rejects.toMatchObject({
    code: "session-not-found",
  })
})
