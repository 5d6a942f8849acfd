import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { edit } from "../../src/render/tools/edit.ts"
import { execute } from "../../src/render/tools/execute.ts"
import { grep } from "../../src/render/tools/grep.ts"
import { patch } from "../../src/render/tools/patch.ts"
import { question } from "../../src/render/tools/question.ts"
import { read as readTool } from "../../src/render/tools/read.ts"
import { toolCallOf } from "../../src/render/tools/registry.ts"
import { shell } from "../../src/render/tools/shell.ts"
import { write } from "../../src/render/tools/write.ts"
import { databaseSource } from "../../src/session/database.ts"
import { exportFile } from "../../src/session/export-file.ts"
import { type Message, type Session, startOfSession, type ToolPart } from "../../src/session/model.ts"
import type { Selection } from "../../src/session/select.ts"
import type { SessionRecord, SessionSource } from "../../src/session/source.ts"
import { type PrepareOptions, prepare } from "../../src/share/prepare.ts"
import { exportedTides, idInV2, type Opencode2Fixture, opencode2Database, seabird } from "../support/opencode-2.ts"
import { runs } from "../support/property-runs.ts"
import { all, recordOf } from "../support/record.ts"

const env = { PATH: "" }

interface Shared {
  info: Session["info"]
  messages: Message[]
  children: Shared[]
  /** All that is stored of it, as JSON. */
  stored: string
}

async function sharedOf(session: Session): Promise<Shared> {
  const read = startOfSession()
  const messages = await all(session.messages(read))
  const children = await Promise.all(session.children(read).map(sharedOf))
  const stored = JSON.stringify([session.info, messages, children.map((child) => child.stored)])
  return { info: session.info, messages, children, stored }
}

const prepared = async (record: SessionRecord, options: PrepareOptions = {}) => {
  const { session, found } = await prepare(record, options)
  return { ...(await sharedOf(session)), found }
}
const read = (source: SessionSource, selection: Selection = {}) =>
  source.read((record) => prepared(record, { selection }))
const byTitle = (name: Opencode2Fixture, title: string, selection?: Selection, ...statements: string[]) => {
  const path = opencode2Database(name, ...statements)
  return read(databaseSource({ sessionID: idInV2(path, title) }, { path, env }), selection)
}
const newest = (name: Opencode2Fixture, ...statements: string[]) =>
  read(databaseSource({ newestIn: seabird }, { path: opencode2Database(name, ...statements), env }))
const toolsOf = ({ messages }: Shared) =>
  messages.flatMap(({ parts }) => parts.filter((part): part is ToolPart => part.type === "tool"))
const events = ({ messages }: Shared) =>
  messages.flatMap((message) => (message.role === "event" ? [message.event] : []))
const TIDES = "Tide table for the harbour"

const verbOf = (part: ToolPart) => toolCallOf(part).row({ directory: "" }).verb

describe("which session is shared", () => {
  test("the newest of a folder, of either generation", async () => {
    expect((await newest("fresh")).info.title).toBe(TIDES)
    const begunInV1 = await newest("v1-again", "DELETE FROM session_v2", "DELETE FROM session WHERE title LIKE 'Tide%'")
    expect(begunInV1.stored).toContain("Begun in V1 after the import")
    expect((await newest("v1-again")).stored).toContain("Went on in V1 after the import.")
    expect(
      (await newest("continued", "DELETE FROM session_v2 WHERE title = 'Tide table for the harbour'")).info,
    ).toMatchObject({
      title: "A session of V2 alone",
    })
  })

  test("a copied session that was continued in OpenCode 2, with all its messages", async () => {
    const { stored, messages } = await byTitle("continued", TIDES)
    expect(stored).toContain("said in V2")
    expect(stored).toContain("said in V1")
    // Tools of OpenCode 1 keep their names and arguments.
    const tools = toolsOf({ messages } as Shared).map((part) => [part.tool, verbOf(part)])
    expect(tools).toEqual(
      expect.arrayContaining([
        ["edit", "Edited"],
        ["read", "Read"],
        ["shell", "Ran"],
      ]),
    )
  })

  test("the version of OpenCode 1 where that is newer than its copy", async () => {
    const path = opencode2Database("v1-again")
    const source = databaseSource({ sessionID: idInV2(path, TIDES) }, { path, env })
    await source.read(async (record) => {
      expect(record.note).toMatch(/continued in OpenCode 1/)
      expect((await prepared(record)).info.version).toMatch(/^1\./)
    })
  })

  test("a fork is a session of its own, under its own id", async () => {
    const fork = await byTitle("fresh", `${TIDES} (fork #1)`)
    expect(fork.info.parentID).toBeUndefined()
    expect(fork.stored).toContain("In the fork, go another way.")
    expect(fork.info.id).not.toBe((await byTitle("fresh", TIDES)).info.id)
  })

  test("without a title, and whatever the order of the columns", async () => {
    const reordered = `ALTER TABLE session_v2 RENAME TO old;
      CREATE TABLE session_v2 AS SELECT time_updated, title, parent_id, revert, directory, id, time_created, time_archived,
        project_id, model, agent, cost, tokens_input, tokens_output, tokens_reasoning, tokens_cache_read, tokens_cache_write,
        fork_session_id, idle_outcome FROM old; DROP TABLE old`
    const usual = await byTitle("fresh", TIDES)
    expect((await byTitle("fresh", TIDES, {}, "PRAGMA foreign_keys = OFF", reordered)).stored).toBe(usual.stored)
    const path = opencode2Database("fresh", "UPDATE session_v2 SET title = NULL")
    expect((await read(databaseSource({ newestIn: seabird }, { path, env }))).info.title).toBe("")
  })
})

describe("what is shared", () => {
  test("nothing that is staged for undo, not even in the count of secrets", async () => {
    const path = opencode2Database("fresh")
    const database = new DatabaseSync(path, { readOnly: true })
    const id = String(database.prepare("SELECT id FROM session_v2 WHERE revert IS NOT NULL").get()!["id"])
    database.close()
    const shared = await read(databaseSource({ sessionID: id }, { path, env }))
    expect(shared.messages.length).toBeGreaterThan(0)
    expect(shared.stored).not.toContain("WITHDRAWN")
    expect(shared.stored).not.toContain("revert")
  })

  test("no provider data, instructions, reminders or repeated context, wherever they are", async () => {
    const secret = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
    const blobs = { native: { x: secret }, providerResultState: secret, state: secret, providerState: { y: [secret] } }
    const time = { created: 1, completed: 2 }
    const tool = (state: object) => ({
      type: "tool",
      id: "call_1",
      name: "shell",
      time,
      ...blobs,
      state: { ...state, ...blobs },
    })
    const messages = [
      { id: "msg_1", type: "user", text: "Hello", time, ...blobs, files: [{ data: "", mime: "text/plain", ...blobs }] },
      { id: "msg_2", type: "system", text: secret, time },
      { id: "msg_3", type: "synthetic", text: secret, description: secret, time },
      {
        id: "msg_4",
        type: "compaction",
        status: "completed",
        summary: "All",
        recent: secret,
        providerContext: [secret],
        time,
      },
      {
        ...{
          id: "msg_5",
          type: "assistant",
          time,
          metadata: { secret },
          snapshot: { start: secret, files: ["a.txt"] },
        },
        ...blobs,
        content: [
          { type: "text", text: "Hi", ...blobs },
          { type: "reasoning", text: "Hm", time, ...blobs },
          { type: "new-kind", text: secret, data: { secret } },
          {
            ...tool({ status: "completed", input: { command: "ls", secret } }),
            state: {
              status: "completed",
              input: { command: "ls", secret },
              content: [{ type: "text", text: "a", ...blobs }],
              metadata: { exit: 0, ...blobs, reasoningDetails: secret },
            },
          },
        ],
      },
      { id: "msg_6", type: "something-new", text: secret, payload: { secret }, time },
    ]
    const info = { id: "ses_1", title: "T", location: { directory: "/p" }, permissions: [secret], metadata: { secret } }
    const shared = await prepared(recordOf({ info, messages }))
    expect(shared.found).toEqual([])
    expect(shared.stored).not.toContain(secret)
    expect(shared.stored).not.toContain("redacted")
    expect(shared.messages.map(({ id }) => id)).toEqual(["msg_1", "msg_4", "msg_5", "msg_6"])
    expect(events(shared)).toEqual([{ kind: "unknown", type: "something-new" }])
    expect(JSON.stringify(shared.messages.at(-1)!.raw)).toBe(
      '{"id":"msg_6","type":"something-new","time":{"created":1,"completed":2}}',
    )
  })

  test("every kind of message and tool in its own form", async () => {
    const shared = await byTitle("fresh", TIDES)
    const kinds = toolsOf(shared).map((part) => `${part.tool} ${verbOf(part)} ${part.status}`)
    expect([...new Set(kinds)].sort()).toEqual([
      "bash Invalid error",
      "edit Edited completed",
      "edit Edited error",
      "glob Searched completed",
      "grep Searched completed",
      "gulls_count Invalid error",
      "patch Patched completed",
      "question Asked completed",
      "read Called error",
      "read Read completed",
      "read Read error",
      "shell Ran completed",
      "shell User ran completed",
      "skill Skill completed",
      "subagent Delegated completed",
      "webfetch Fetched completed",
      "write Wrote completed",
    ])
    const part = (tool: string) => toolsOf(shared).find((part) => part.tool === tool)!
    expect(readTool.read(part("read"))).toMatchObject({ content: { type: "file", firstLine: 1 } })
    // Only an edit tells what changed.
    expect(edit.read(part("edit"))).toMatchObject({ patch: expect.stringContaining("@@"), additions: 1, deletions: 1 })
    expect(write.read(part("write"))).toMatchObject({ existed: false })
    expect(grep.read(part("grep"))).toMatchObject({ count: 2 })
    const failed = toolsOf(shared).find(({ metadata }) => metadata["exit"] === 3)!
    expect(shell.read(failed)).toMatchObject({ exit: 3, ending: "exited", output: "partial\noops" })
    expect(question.read(part("question"))).toMatchObject({
      questions: [{ answers: ["metres"] }, { answers: ["today", "tomorrow"] }],
    })
    expect(patch.read(part("patch"))).toMatchObject({
      files: [{ change: "add" }, { change: "update" }, { change: "delete" }],
    })
    expect(
      events(shared)
        .map(({ kind }) => kind)
        .filter((kind) => kind !== "idle"),
    ).toEqual(["shell", "skill", "agent", "agent", "model"])
    expect(shared.stored).not.toContain("The build finished")
    expect(shared.children.map(({ info }) => info.title)).toEqual(["Review the table"])
    expect(shared.children[0]!.messages[0]!.parts).toMatchObject([{ text: "Review src/table.ts" }])
  })

  test("the program of Code Mode, the tools that it called, and its files", async () => {
    const [first, failed] = toolsOf(await byTitle("fresh", "Gulls, counted by a program"))
    expect(execute.read(first!)).toMatchObject({
      code: expect.stringContaining("tools.gulls.count"),
      calls: [{ tool: "gulls.count", status: "completed", input: { place: "pier" } }, { input: { place: "beach" } }],
    })
    expect(first!.attachments).toMatchObject([{ mime: "image/png" }, { mime: "image/png" }])
    expect(verbOf(failed!)).toBe("Ran")
  })

  test("errors, interruptions, compactions and moves", async () => {
    const errors = (await byTitle("fresh", "What goes wrong")).messages.flatMap((message) =>
      message.role === "assistant" && message.error ? message.error.name : [],
    )
    expect(errors).toEqual(["ProviderAuthError", "MessageAbortedError", "MessageAbortedError"])
    const compacted = await byTitle("fresh", "Long talk, compacted")
    expect(compacted.messages.filter((message) => message.role === "assistant" && message.compaction)).toMatchObject([
      { error: undefined, parts: [{ text: expect.stringContaining("Goal") }] },
      { error: { message: expect.stringContaining("compaction refused") } },
    ])
    expect(events(await byTitle("fresh", "Moved to another folder"))).toContainEqual({
      kind: "location",
      directory: expect.stringContaining("seabird/src"),
      previous: expect.stringContaining("seabird"),
    })
  })

  test.each([
    ["A tool that is running", { status: "running" }],
    ["A question that waits", { status: "running", tool: "question" }],
  ])("unfinished content is shared as it is: %s", async (title, part) => {
    const shared = await byTitle("busy", title)
    expect(toolsOf(shared)).toMatchObject([part])
    expect(shared.messages.at(-1)).toMatchObject({ completed: undefined })
  })
})

describe("a part of it", () => {
  test.each(["reasoning", "tool-output", "attachments"] as const)("without %s", async (kind) => {
    const [whole, part] = [await byTitle("fresh", TIDES), await byTitle("fresh", TIDES, { omit: [kind] })]
    const telling = {
      reasoning: ["First I look at what is there."],
      "tool-output": ["Found 2 matches", "Times are local", "other.ts\\ntable.ts"],
      attachments: ["iVBORw0KGgo"],
    }[kind]
    for (const text of telling) {
      expect(whole.stored).toContain(text)
      expect(part.stored).not.toContain(text)
    }
    expect(part.messages.map(({ id }) => id)).toEqual(whole.messages.map(({ id }) => id))
  })

  test("up to a prompt", async () => {
    const whole = await byTitle("fresh", TIDES)
    for (const prompt of [1, 2, 3]) {
      const part = await byTitle("fresh", TIDES, { until: { prompt } })
      const prompts = part.messages.filter(({ role }) => role === "user")
      expect(prompts).toHaveLength(prompt)
      expect(whole.messages.slice(0, part.messages.length)).toEqual(part.messages)
    }
  })
})

test("an export gives the same share as the database, and so does its session.json", async () => {
  const whole = await byTitle("fresh", TIDES)
  const exported = await read(exportFile(exportedTides))
  expect(exported.messages).toEqual(whole.messages)
  const again = await prepared(recordOf({ info: whole.info.raw, messages: whole.messages.map(({ raw }) => raw) }))
  expect(again.messages).toEqual(whole.messages)
  expect(again.info).toEqual(whole.info)
})

test("any JSON in the place of a message or of a part is shared or left out, without an error", async () => {
  const types = [
    "user",
    "assistant",
    "shell",
    "compaction",
    "skill",
    "agent-switched",
    "model-switched",
    "location-switched",
    "idle",
  ]
  const field = fc.constantFrom(
    "id",
    "text",
    "files",
    "agents",
    "content",
    "time",
    "output",
    "model",
    "error",
    "retry",
    "snapshot",
    "status",
    "tokens",
  )
  const part = fc.record({
    type: fc.constantFrom("text", "reasoning", "tool", "other"),
    name: fc.constantFrom("shell", "read", "edit", "patch", "execute", "subagent", "question", "constructor", 1),
    state: fc.oneof(
      fc.jsonValue(),
      fc.record({
        status: fc.constantFrom("streaming", "running", "completed", "error", "?"),
        input: fc.jsonValue(),
        content: fc.jsonValue(),
        metadata: fc.jsonValue(),
        error: fc.jsonValue(),
      }),
    ),
    text: fc.jsonValue(),
  })
  const message = fc
    .tuple(fc.constantFrom(...types, "constructor"), fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.array(part))))
    .map(([type, value]) => ({ ...value, type }))
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1 }), async (messages) => {
      const shared = await prepared(recordOf({ info: { id: "ses_1", location: {} }, messages }))
      expect(shared.messages).toHaveLength(messages.length)
    }),
    { numRuns: runs(200) },
  )
})
