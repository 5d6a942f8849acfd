import { expect, test } from "vitest"
import { ownServer, post, recordedItems, shareFrom } from "../../support/own-server.ts"

async function shared() {
  let time = new Date()
  const server = await ownServer({}, { now: () => time, maxShare: 60_000 })
  const { session, items } = recordedItems("questions")
  const { id, secret } = await shareFrom(server, session)
  const sync = (data: unknown[]) => server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data }))
  const page = async () => {
    const answer = await server.ask(`/s/${id}/`)
    return [answer.status, await answer.text()] as const
  }
  const wait = (minutes: number) => {
    time = new Date(time.getTime() + minutes * 60_000)
  }
  return { ...server, id, session, items, sync, page, wait }
}

const large = (session: string, length: number) => ({
  type: "part",
  data: { id: "prt_1", messageID: "msg_1", sessionID: session, type: "text", text: "word ".repeat(length / 5) },
})

test("the page of a share without content names a proxy's limit after a minute, and what to set", async () => {
  const { page, wait, sync, items, publish, id, log } = await shared()
  expect((await page())[1]).toContain("This page reloads when it is ready")
  wait(3)
  const [status, text] = await page()
  expect([status, text]).toEqual([
    202,
    expect.stringContaining("shared 3 minutes ago, but its content has not arrived"),
  ])
  expect(text).toContain("client_max_body_size 4m;")
  expect(log.some((line) => line.includes("share without content"))).toBe(true)
  // Items that arrived and are not published yet do not count as missing.
  await sync(items)
  expect((await page())[1]).toContain("This page reloads when it is ready")
  await publish(id)
  expect((await page())[0]).toBe(200)
})

test.each([
  ["a request that is too large", 4_100_000, 413, "The request exceeds this server&#39;s limit of 4 MB."],
  ["a session that is too large", 200_000, 400, "The session exceeds this server&#39;s limit of 0.06 MB."],
])("%s is reported on the page and in the log", async (_, length, status, words) => {
  const { page, sync, session, log } = await shared()
  expect((await sync([large(session, length)])).status).toBe(status)
  expect((await page())[1]).toContain(words)
  expect(log.some((line) => line.includes('"event":"refused"') && line.includes("limit"))).toBe(true)
})
