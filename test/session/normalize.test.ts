import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Message, type Part, type Session, startOfSession } from "../../src/session/model.ts"
import { normalizeMessage, normalizeSession } from "../../src/session/normalize.ts"
import { runs } from "../support/property-runs.ts"
import { all, recordOf } from "../support/record.ts"

const fixtures = ["all-tools", "apply-patch", "errors-and-compaction", "questions", "subagent-child"]
const readFixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/sessions/${name}.json`, import.meta.url), "utf8"))

const messagesOf = (session: Session) => all(session.messages())
const childrenOf = async (session: Session) => {
  const read = startOfSession()
  await all(session.messages(read))
  return session.children(read)
}
/** An answer with task calls that refer to these sessions. */
const calling = (...sessions: string[]) => ({
  info: { role: "assistant" },
  parts: sessions.map((sessionId) => ({
    ...{ type: "tool", tool: "task" },
    state: { status: "completed", input: { prompt: "Look" }, output: "", metadata: { sessionId } },
  })),
})
const user = (id: string, ...parts: unknown[]) => ({ info: { id, role: "user" }, parts })
const text = (id: string) => ({ id, type: "text", text: id })

describe("the fixtures", () => {
  test.each(fixtures)("%s reads as it did", async (name) => {
    const session = normalizeSession(recordOf(readFixture(name)))
    const { raw: _, ...info } = session.info
    expect([JSON.stringify(info), ...(await messagesOf(session)).flatMap(outline)].join("\n")).toMatchSnapshot()
  })

  test("hold nothing that is unknown or malformed", async () => {
    for (const name of fixtures) {
      for (const message of await messagesOf(normalizeSession(recordOf(readFixture(name))))) {
        expect(message.role).not.toBe("malformed")
        for (const part of message.parts) expect(["unknown", "malformed"]).not.toContain(part.type)
      }
    }
  })
})

describe("a session", () => {
  test("without content has the empty value of each field", () => {
    const { info, childIDs } = normalizeSession(recordOf({ info: {} }))
    expect(info).toEqual({ id: "", title: "", directory: "", version: "", raw: {} })
    expect([...childIDs]).toEqual([])
  })

  test("keeps its record unchanged", () => {
    const info = { id: "ses_1", slug: "neon-harbor", share: { url: "https://example.com" } }
    expect(normalizeSession(recordOf({ info })).info.raw).toEqual(info)
  })

  test("has its subagent sessions and theirs, in order", async () => {
    const child = { info: { id: "ses_2" }, messages: [calling("ses_3")], children: [{ info: { id: "ses_3" } }] }
    const messages = [calling("ses_4", "ses_2")]
    const session = normalizeSession(recordOf({ messages, children: [child, { info: { id: "ses_4" } }] }))
    const children = await childrenOf(session)
    expect(children.map(({ info }) => info.id)).toEqual(["ses_2", "ses_4"])
    expect((await childrenOf(children[0]!))[0]?.info.id).toBe("ses_3")
  })

  test("gives each subagent session a unique id", () => {
    const twice = { info: { id: "ses_2" } }
    const { childIDs } = normalizeSession(
      recordOf({ children: [twice, twice, { info: { id: "ses_1" } }, { info: 7 }] }),
    )
    expect([...childIDs]).toEqual(["ses_2", "ses_2-2", "ses_1-2", "ses_1-child-4"])
  })

  test("can be read more than once, with the same ids", async () => {
    const session = normalizeSession(recordOf({ messages: [user("msg_1", text("a")), user("msg_1", text("a"))] }))
    expect(await messagesOf(session)).toEqual(await messagesOf(session))
  })

  test("an id that cannot be used in a URL is dropped", () => {
    const { info } = normalizeSession(recordOf({ info: { id: "../other", parentID: "<b>" } }))
    expect(info).toMatchObject({ id: "", parentID: undefined })
  })

  test("invalid times are left out", () => {
    const { info } = normalizeSession(recordOf({ info: { time: { created: 1e300, updated: -1 } } }))
    expect(info).toMatchObject({ created: undefined, updated: undefined })
  })
})

describe("undone content", () => {
  const messages = [user("msg_1", text("prt_1")), user("msg_2", text("prt_2"), text("prt_3")), user("msg_3")]
  const undone = async (revert: unknown) => {
    const session = normalizeSession(recordOf({ info: { id: "ses_1", revert }, messages }))
    return { session, messages: await messagesOf(session) }
  }

  test("is left out from a message on", async () => {
    const { messages } = await undone({ messageID: "msg_2" })
    expect(messages.map(({ id }) => id)).toEqual(["msg_1"])
  })

  test("is left out from a part on, also from the raw message", async () => {
    const { messages } = await undone({ messageID: "msg_2", partID: "prt_3" })
    expect(messages.map(({ parts }) => parts.map(({ id }) => id))).toEqual([["prt_1"], ["prt_2"]])
    expect(JSON.stringify(messages)).not.toContain("prt_3")
  })

  test("from a first or missing part includes the message", async () => {
    expect((await undone({ messageID: "msg_2", partID: "prt_2" })).messages).toHaveLength(1)
    expect((await undone({ messageID: "msg_2", partID: "prt_9" })).messages).toHaveLength(1)
  })

  test("is not in the session's own record either", async () => {
    const { session } = await undone({ messageID: "msg_2", diff: "-secret" })
    expect(session.info.raw).toEqual({ id: "ses_1" })
  })

  test("is empty if the mark is broken", async () => {
    expect((await undone({ messageID: 2 })).messages).toHaveLength(3)
    expect((await undone("msg_2")).messages).toHaveLength(3)
  })
})

describe("a message", () => {
  test("has its diffs if a user wrote it", () => {
    const diff = { file: "a.ts", patch: "@@", additions: 2, deletions: 1, status: "added" }
    const summary = { diffs: [diff, { file: "b.ts", status: "bent" }, { patch: "@@" }] }
    const info = { id: "msg_1", role: "user", agent: "build", model: { modelID: "m" }, summary, time: { created: 5 } }
    expect(normalizeMessage({ info, parts: [] })).toEqual({
      id: "msg_1",
      role: "user",
      created: 5,
      agent: "build",
      model: "m",
      diffs: [diff, { file: "b.ts", patch: "", additions: 0, deletions: 0, status: "modified" }],
      parts: [],
      raw: { info, parts: [] },
    })
  })

  test("has cost, tokens, end and error if the assistant wrote it", () => {
    const info = {
      id: "msg_1",
      role: "assistant",
      mode: "plan",
      modelID: "m",
      providerID: "p",
      cost: 0.5,
      tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 4, write: 5 } },
      time: { created: 1, completed: 2 },
      finish: "length",
      error: { name: "APIError", data: { message: "busy", statusCode: 503, isRetryable: true, responseHeaders: {} } },
    }
    expect(normalizeMessage({ info })).toMatchObject({
      agent: "plan",
      model: "m",
      provider: "p",
      completed: 2,
      cost: 0.5,
      tokens: { input: 1, output: 2, reasoning: 3, cacheRead: 4, cacheWrite: 5 },
      finish: "length",
      error: { name: "APIError", message: "busy", statusCode: 503, retryable: true },
      compaction: false,
    })
  })

  test("is a compaction if it replaced the conversation before it", () => {
    expect(normalizeMessage({ info: { role: "assistant", summary: true } })).toMatchObject({ compaction: true })
    expect(normalizeMessage({ info: { role: "assistant", summary: { diffs: [] } } })).toMatchObject({
      compaction: false,
    })
  })

  test.each([
    ["no object", 7],
    ["no role", { info: { id: "msg_1" }, parts: [text("p")] }],
    ["another role", { info: { role: "system" } }],
  ])("with %s is malformed, and kept as it was", (_, raw) => {
    expect(normalizeMessage(raw)).toMatchObject({
      role: "malformed",
      parts: [],
      raw,
      reason: expect.stringMatching(/\.$/),
    })
  })

  test("with parts that are not a list has a malformed part", () => {
    const { parts } = normalizeMessage({ info: { role: "user" }, parts: "lost" })
    expect(parts).toMatchObject([{ type: "malformed", raw: "lost" }])
  })

  test("infinite and negative numbers are dropped", () => {
    const info = JSON.parse('{"role":"assistant","cost":1e999,"tokens":{"input":-5,"cache":{"read":"7"}}}')
    expect(normalizeMessage({ info })).toMatchObject({ cost: 0, tokens: { input: 0, cacheRead: 0 } })
  })
})

describe("never throws", () => {
  const keys = fc.constantFrom(
    ..."id role info parts type text time start created tokens cache summary diffs error data state status".split(" "),
    ..."input output metadata title tool files attachments questions edits todos diagnostics __proto__ range".split(
      " ",
    ),
  )
  const words = fc.constantFrom(
    "user",
    "assistant",
    "text",
    "tool",
    "file",
    "retry",
    "completed",
    "error",
    "bash",
    "read",
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 6 },
      words,
      fc.jsonValue(),
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(keys, fc.string()), tie("json"), { maxKeys: 8 }),
    ),
  }))

  test("for any JSON as record and message", async () => {
    await fc.assert(
      fc.asyncProperty(json, fc.array(json), async (info, messages) => {
        expect(await messagesOf(normalizeSession(recordOf({ info, messages })))).toBeInstanceOf(Array)
      }),
      { numRuns: runs(500) },
    )
  })

  test("for any JSON at any position of a real session", async () => {
    const places = fixtures.flatMap((name) => {
      const session = readFixture(name)
      return [...pathsIn(session)].map((path) => ({ session, path }))
    })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), json, async ({ session, path }, value) => {
        const { info, messages } = replaced(session, path, value) as { info: unknown; messages: unknown }
        const read = await messagesOf(normalizeSession(recordOf({ info, messages: messages as unknown[] })))
        expect(read.length).toBe(Array.from(messages as unknown[]).length)
      }),
      { numRuns: runs(1000) },
    )
  })

  test("for nesting deeper than the stack", async () => {
    const deep = JSON.parse(`${'{"a":['.repeat(100_000)}1${"]}".repeat(100_000)}`)
    const part = {
      type: "tool",
      tool: "mcp_deep",
      state: { status: "completed", input: deep, output: "", metadata: deep },
    }
    const [message] = await messagesOf(normalizeSession(recordOf({ info: deep, messages: [user("m", part, deep)] })))
    expect(message?.parts).toMatchObject([{ type: "tool" }, { type: "malformed" }])
  })
})

/** Every path below `messages` or in `info`, as a list of keys. */
function* pathsIn(value: unknown, path: string[] = []): Generator<string[]> {
  if (path.length > 1) yield path
  if (typeof value !== "object" || value === null) return
  for (const [key, item] of Object.entries(value)) yield* pathsIn(item, [...path, key])
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? replaced(item, rest, by) : item))
  const object = value as Record<string, unknown>
  return { ...object, [key]: replaced(object[key], rest, by) }
}

/** Summary of a normalized message: one line for it and one per part, with long texts cut. */
function outline({ raw: _, parts, ...message }: Message): string[] {
  return [JSON.stringify(message, short), ...parts.map((part: Part) => `  ${JSON.stringify(part, short)}`)]
}

const short = (key: string, value: unknown) => {
  if (key === "raw" || key === "input") return undefined
  return typeof value === "string" && value.length > 120 ? `${value.slice(0, 80)}… (${value.length})` : value
}
