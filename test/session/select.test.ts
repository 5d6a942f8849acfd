import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { startOfSession } from "../../src/session/model.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { type Omission, omissions } from "../../src/session/omissions.ts"
import { parseExport } from "../../src/session/parse-export.ts"
import { type Selection, select } from "../../src/session/select.ts"
import type { SessionRecord } from "../../src/session/source.ts"
import { all } from "../support/record.ts"
import { fixture } from "../support/run-command.ts"

const read = (name: string) => parseExport(readFileSync(fixture(name)), name)

interface Whole {
  info: { id: string; summary?: object }
  messages: { info: { id: string; role: string; summary?: object }; parts: { type: string; synthetic?: boolean }[] }[]
  children: Whole[]
}

async function whole(record: SessionRecord): Promise<Whole> {
  const messages: unknown[] = []
  for await (const message of record.messages()) messages.push(message)
  return { info: record.info, messages, children: await Promise.all(record.children.map(whole)) } as Whole
}

const selected = async (record: SessionRecord, selection: Selection) => whole(await select(record, selection))

/** A session with every kind of omissible content, each with distinct words, and a subagent session with the same. */
function full(children: SessionRecord[] = []): SessionRecord {
  const data = `data:text/plain;base64,${Buffer.from("ATTACHED").toString("base64")}`
  const mention = { type: "file", path: "a.ts", text: { value: "@a.ts", start: 0, end: 5 } }
  const messages = [
    {
      info: { id: "msg_1", role: "user", summary: { diffs: [{ file: "a.ts", patch: "DIFF" }] } },
      parts: [
        { type: "text", text: "PROMPT @a.ts" },
        { type: "text", synthetic: true, text: "READ BY OPENCODE" },
        { type: "file", mime: "text/plain", filename: "a.ts", url: data, source: mention },
      ],
    },
    {
      info: { id: "msg_2", role: "assistant" },
      parts: [
        { type: "reasoning", text: "THOUGHT" },
        {
          ...{ type: "tool", tool: "bash", callID: "call_1" },
          state: {
            ...{ status: "completed", input: { command: "COMMAND" }, output: "OUTPUT", title: "TITLE" },
            metadata: { output: "OUTPUT AGAIN", exit: 0 },
            attachments: [{ type: "file", mime: "image/png", filename: "b.png", url: "data:,BROUGHT" }],
          },
        },
        { type: "tool", tool: "bash", state: { status: "error", input: { command: "COMMAND" }, error: "COMPLAINT" } },
        {
          ...{ type: "tool", tool: "task", callID: "call_2" },
          state: { status: "completed", input: { prompt: "DELEGATED" }, metadata: { sessionId: "ses_child1" } },
        },
        { type: "text", text: "ANSWER" },
      ],
    },
    { info: { id: "msg_3", role: "assistant" }, parts: [{ type: "text", text: "FURTHER" }] },
    { info: { id: "msg_4", role: "user" }, parts: [{ type: "text", text: "SECOND PROMPT" }] },
    {
      info: { id: "msg_5", role: "assistant" },
      parts: [
        {
          ...{ type: "tool", tool: "task", callID: "call_3" },
          state: { status: "completed", input: { prompt: "DELEGATED" }, metadata: { sessionId: "ses_child2" } },
        },
      ],
    },
  ]
  return {
    info: { id: "ses_1", title: "All", summary: { additions: 3 } },
    async *messages() {
      yield* messages
    },
    children,
  }
}

const child = (id: string): SessionRecord => ({ ...full(), info: { id, title: "A subagent" } })

const words = {
  reasoning: ["THOUGHT"],
  "tool-output": ["OUTPUT", "OUTPUT AGAIN", "COMPLAINT", "BROUGHT", "READ BY OPENCODE"],
  attachments: [Buffer.from("ATTACHED").toString("base64"), "BROUGHT", "READ BY OPENCODE"],
} satisfies Record<Omission, string[]>

test.each(omissions)("omitting %s removes it from the session and its subagents, and keeps the rest", async (kind) => {
  const text = JSON.stringify(await selected(full([child("ses_child1")]), { omit: [kind] }))
  for (const word of Object.values(words).flat())
    expect([word, text.includes(word)]).toEqual([word, !(words[kind] as string[]).includes(word)])
  const always = ["PROMPT @a.ts", "@a.ts", "COMMAND", "TITLE", "ANSWER", "DELEGATED", "a.ts", "ses_child1"]
  for (const word of always) expect(text).toContain(word)
})

test("an empty selection returns the same record", async () => {
  const record = full()
  expect(await select(record, {})).toBe(record)
  expect(await select(record, { omit: [], until: "end" })).toBe(record)
})

const ids = ({ messages }: Whole) => messages.map(({ info }) => info.id)

test.each([
  [{ message: "msg_2" }, ["msg_1", "msg_2"], ["ses_child1"]],
  [{ message: "msg_1" }, ["msg_1"], []],
  [{ prompt: 1 }, ["msg_1", "msg_2", "msg_3"], ["ses_child1"]],
  [{ prompt: 2 }, ["msg_1", "msg_2", "msg_3", "msg_4", "msg_5"], ["ses_child1", "ses_child2"]],
])("until %o: %o, with the subagents that were started by then", async (until, messages, children) => {
  const some = normalizeSession(await select(full([child("ses_child1"), child("ses_child2")]), { until }))
  const read = startOfSession()
  expect((await all(some.messages(read))).map(({ id }) => id)).toEqual(messages)
  expect(some.children(read).map(({ info }) => info.id)).toEqual(children)
})

test("a cut session has no summary", async () => {
  const middle = await selected(full(), { until: { message: "msg_2" } })
  expect([middle.info.summary, middle.messages[0]?.info.summary]).toEqual([undefined, undefined])
  const answered = await selected(full(), { until: { prompt: 1 } })
  expect(answered.info.summary).toBeUndefined()
  expect(answered.messages[0]?.info.summary).toBeDefined()
  const last = await selected(full(), { until: { message: "msg_5" } })
  expect(last.info.summary).toBeDefined()
})

test.each([
  [{ message: "msg_9" }, "Message msg_9 not found"],
  [{ prompt: 3 }, "2 prompts"],
])("until %o, which is not there, is a clear error", async (until, words) => {
  await expect(select(full(), { until })).rejects.toThrow(words)
})

test.each(["all-tools", "errors-and-compaction", "questions", "apply-patch"])(
  "a real session stays readable in any selection: %s",
  async (name) => {
    const all = await whole(read(name))
    for (const omit of [...omissions.map((kind) => [kind]), [...omissions]]) {
      const some = await selected(read(name), { omit })
      expect(ids(some)).toEqual(ids(all))
    }
    const [, , third = all.messages[0]!] = all.messages
    expect(ids(await selected(read(name), { until: { message: third.info.id } })).at(-1)).toBe(third.info.id)
  },
)
