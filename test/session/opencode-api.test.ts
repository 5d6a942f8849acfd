import { expect, test } from "vitest"
import { opencodeSession } from "../../src/session/opencode-api.ts"
import { all } from "../support/record.ts"

/** A stub OpenCode with a session of `messages` messages and its subagent sessions; records the requests. */
function opencode(messages: number, children: Record<string, object[]> = {}) {
  const asked: string[] = []
  const ask = async (path: string): Promise<Response> => {
    asked.push(path)
    const { pathname, searchParams } = new URL(path, "http://x")
    const [, , id = "", what] = pathname.split("/")
    if (id === "ses_none") return new Response("{}", { status: 404 })
    if (what === "children") return Response.json(children[id] ?? [])
    if (what === undefined) return Response.json({ id, title: id, time: { created: 1 } })
    const count = id === "ses_root" ? messages : 1
    const end = Number(searchParams.get("before") ?? count)
    const start = Math.max(0, end - Number(searchParams.get("limit")))
    const page = Array.from({ length: end - start }, (_, index) => ({
      info: { id: `msg_${start + index}` },
      parts: [],
    }))
    return Response.json(page, { headers: start > 0 ? { "x-next-cursor": String(start) } : {} })
  }
  return { ask, asked }
}

const idOf = (message: unknown) => (message as { info: { id: string } }).info.id

const read = (ask: (path: string) => Promise<Response>, id = "ses_root") =>
  opencodeSession(id, ask).read(async ({ info, messages, children }) => ({
    info,
    messages: (await all(messages())).map(idOf),
    children: children.map((child) => child.info),
  }))

test.each([0, 1, 20, 21, 234])("%i messages are read once each, in order", async (count) => {
  const { messages } = await read(opencode(count).ask)
  expect(messages).toEqual(Array.from({ length: count }, (_, index) => `msg_${index}`))
})

test("a request asks for at most twenty messages", async () => {
  const { ask, asked } = opencode(50)
  await read(ask)
  const pages = asked.filter((path) => path.includes("/ses_root/message"))
  expect(pages).toEqual([
    "/session/ses_root/message?limit=20",
    "/session/ses_root/message?limit=20&before=30",
    "/session/ses_root/message?limit=20&before=10",
  ])
})

test("subagent sessions are read, oldest first; one with an invalid id is left out", async () => {
  const children = { ses_root: [{ id: "ses_b" }, { id: "../secrets" }, {}, { id: "ses_a" }] }
  const { children: found } = await read(opencode(1, children).ask)
  expect(found).toMatchObject([{ id: "ses_b" }, { id: "ses_a" }])
})

test("cycles of subagent sessions end", async () => {
  const { ask } = opencode(1, { ses_root: [{ id: "ses_a" }], ses_a: [{ id: "ses_root" }] })
  expect((await read(ask)).children).toHaveLength(1)
})

test("a missing session and an invalid response throw readable errors", async () => {
  await expect(read(opencode(1).ask, "ses_none")).rejects.toMatchObject({ code: "session-not-found" })
  const broken = async () => new Response("<html>", { status: 500 })
  await expect(read(broken)).rejects.toMatchObject({
    code: "bad-input",
    message: "OpenCode did not return session ses_root (HTTP status 500).",
  })
})

/** State of an earlier read of the first 30 messages. */
const before = (...changed: string[]) => ({
  prefix: { messages: 30, hash: "hash" },
  lastID: "msg_29",
  cached: new Map([[3, { info: { id: "msg_3" }, isCached: true }]]),
  changed,
})

test("reading a session again fetches only new messages", async () => {
  const { ask, asked } = opencode(100)
  const read = await opencodeSession("ses_root", ask, before("msg_99", "msg_31")).read(async (record) => ({
    prefix: record.partial?.prefix,
    rest: (await all(record.partial!.messagesFrom(30))).map(idOf),
    later: (await all(record.partial!.messagesFrom(98))).map(idOf),
    cached: (await record.partial!.messagesFrom(3)[Symbol.asyncIterator]().next()).value,
  }))
  expect(read.prefix).toEqual({ messages: 30, hash: "hash" })
  expect(read.rest).toEqual(Array.from({ length: 70 }, (_, index) => `msg_${30 + index}`))
  expect(read.later).toEqual(["msg_98", "msg_99"])
  expect(read.cached).toMatchObject({ isCached: true })
  expect(asked.filter((path) => path.includes("/message"))).toHaveLength(4)
})

test("earlier messages are fetched on demand", async () => {
  const source = opencodeSession("ses_root", opencode(100).ask, before())
  await source.read(async (record) => {
    const ids = Array.from({ length: 100 }, (_, index) => `msg_${index}`)
    expect((await all(record.partial!.messagesFrom(3))).map(idOf)).toEqual(ids.slice(3))
    expect((await all(record.messages())).map(idOf)).toEqual(ids)
    expect((await all(record.partial!.messagesFrom(29))).map(idOf)).toEqual(ids.slice(29))
  })
  expect([...source.at([0, 3, 40]).values()].map(idOf)).toEqual(["msg_0", "msg_3", "msg_40"])
})

test.each<[string, ReturnType<typeof before>]>([
  ["in which an earlier message has changed", before("msg_99", "msg_3")],
  ["in which a message was removed", before("msg_none")],
  ["whose beginning is not there any more", { ...before(), lastID: "msg_none" }],
])("a session %s is read anew", async (_, known) => {
  const { ask, asked } = opencode(100)
  const source = opencodeSession("ses_root", ask, known)
  await source.read(async (record) => {
    expect(record.partial?.prefix).toBeUndefined()
    expect(await all(record.messages())).toHaveLength(100)
    expect((await all(record.partial!.messagesFrom(3)))[0]).not.toHaveProperty("isCached")
  })
  expect(asked.filter((path) => path.includes("/message"))).toHaveLength(5)
})
