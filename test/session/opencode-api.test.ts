import { expect, test } from "vitest"
import { opencodeSession } from "../../src/session/opencode-api.ts"
import { all } from "../support/record.ts"

/** An OpenCode with a session of so many messages, and one of a subagent; gives what it was asked for. */
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

const read = (ask: (path: string) => Promise<Response>, id = "ses_root") =>
  opencodeSession(id, ask).read(async ({ info, messages, children }) => ({
    info,
    messages: (await all(messages())).map((message) => (message as { info: { id: string } }).info.id),
    children: children.map((child) => child.info),
  }))

test.each([0, 1, 20, 21, 234])("%i messages come in order, none missing and none twice", async (count) => {
  const { messages } = await read(opencode(count).ask)
  expect(messages).toEqual(Array.from({ length: count }, (_, index) => `msg_${index}`))
})

test("no more than twenty messages are asked for at once", async () => {
  const { ask, asked } = opencode(50)
  await read(ask)
  const pages = asked.filter((path) => path.includes("/ses_root/message"))
  expect(pages).toEqual([
    "/session/ses_root/message?limit=20",
    "/session/ses_root/message?limit=20&before=30",
    "/session/ses_root/message?limit=20&before=10",
  ])
})

test("subagents' sessions come along, oldest first; one whose id cannot be is left out", async () => {
  const children = { ses_root: [{ id: "ses_b" }, { id: "../secrets" }, {}, { id: "ses_a" }] }
  const { children: found } = await read(opencode(1, children).ask)
  expect(found).toMatchObject([{ id: "ses_b" }, { id: "ses_a" }])
})

test("sessions that are each other's children come to an end", async () => {
  const { ask } = opencode(1, { ses_root: [{ id: "ses_a" }], ses_a: [{ id: "ses_root" }] })
  expect((await read(ask)).children).toHaveLength(1)
})

test("a session that is not there, and an answer that is none, are said in words", async () => {
  await expect(read(opencode(1).ask, "ses_none")).rejects.toMatchObject({ code: "session-not-found" })
  const broken = async () => new Response("<html>", { status: 500 })
  await expect(read(broken)).rejects.toMatchObject({
    code: "bad-input",
    message: "OpenCode does not give session ses_root: it answers 500.",
  })
})
