import { gunzipSync } from "node:zlib"
import fc from "fast-check"
import { expect, test } from "vitest"
import { createToken, revokeToken } from "../../../src/share-server/shares/tokens.ts"
import { collect } from "../../../src/store/object-store.ts"
import { type OwnServer, ownServer, post, publicUrl, recordedItems, shareFrom } from "../../support/own-server.ts"
import { runs } from "../../support/property-runs.ts"

const keys = async ({ store }: OwnServer, prefix: string) => (await collect(store.list(prefix))).map(({ key }) => key)

/** Internals of OpenCode are on no page. */
const isShown = ({ data }: { data: object }) =>
  !("type" in data && /^(?:step-finish|snapshot|patch)$/.test(String(data.type)))

async function shared(server: OwnServer, name?: string) {
  const recorded = recordedItems(name)
  const made = await shareFrom(server, recorded.session)
  const sync = (data: unknown[], secret = made.secret) =>
    server.ask(`/${server.token}/api/share/${made.id}/sync`, post({ secret, data }))
  return { ...recorded, ...made, sync }
}

test("a synced session becomes a page like any share, and can be imported", async () => {
  const server = await ownServer()
  const { id, url, items, info, sync } = await shared(server)
  expect(url).toBe(`${publicUrl}/share/${id}`)
  expect((await server.ask(`/s/${id}/`)).status).toBe(202)
  expect((await sync(items)).status).toBe(200)
  expect(server.kept).toEqual([id])
  expect(await server.publish(id)).toBe("published")

  const opened = await server.ask(`/share/${id}`)
  expect([opened.status, opened.headers.get("location")]).toEqual([302, `/s/${id}/`])
  const page = await server.ask(`/s/${id}/`)
  expect(page.status).toBe(200)
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
  expect(await page.text()).toContain(info.title)
  const data = (await (await server.ask(`/api/share/${id}/data`)).json()) as { type: string }[]
  expect(data.map(({ type }) => type)).toEqual(items.filter(isShown).map(({ type }) => type))
  expect(await keys(server, "pending/")).toEqual([])
  expect((await keys(server, `s/${id}/server/`)).length).toBe(2)
})

test("hidden data is not stored: error responses, client settings, unknown fields", async () => {
  const server = await ownServer()
  const { id, items, session, sync } = await shared(server)
  const hidden = { responseHeaders: { a: "HIDDEN" }, responseBody: "HIDDEN", metadata: { url: "HIDDEN" } }
  const error = { name: "APIError", data: { message: "overloaded", isRetryable: true, ...hidden } }
  const planted = items.map(({ type, data }) => {
    const { state, role } = data as { state?: object; role?: string }
    const call = state && { state: { ...state, unknown: "HIDDEN", title: "HIDDEN" } }
    return {
      type,
      data: { ...data, unknown: "HIDDEN", metadata: hidden, ...call, ...(role === "assistant" && { error }) },
    }
  })
  const more = [
    { type: "session_diff", data: [{ file: "a", patch: "HIDDEN" }] },
    { type: "model", data: [{ options: { apiKey: "HIDDEN" } }] },
    {
      type: "part",
      data: { id: "prt_1", messageID: "msg_1", sessionID: session, type: "patch", hash: "HIDDEN", files: [] },
    },
  ]
  expect((await sync([...planted, ...more])).status).toBe(200)
  const texts = async () =>
    Promise.all(
      (await keys(server, `s/${id}/`)).map(async (key) => {
        const body = Buffer.from((await server.store.get(key))!)
        return [key, (body[0] === 0x1f ? gunzipSync(body) : body).toString()] as const
      }),
    )
  for (const [key, text] of await texts()) expect(text, key).not.toContain("HIDDEN")
  await server.publish(id)
  const all = await texts()
  for (const [key, text] of all) expect(text, key).not.toContain("HIDDEN")
  expect(all.find(([key]) => key.endsWith("session.json"))![1]).toContain("overloaded")
})

test("concurrent creates at two instances give one share", async () => {
  const server = await ownServer()
  const other = server.instance()
  const { session } = recordedItems()
  const made = await Promise.all([shareFrom(server, session), shareFrom({ ...other, token: server.token }, session)])
  expect(made[0]).toEqual(made[1])
})

test("syncs in any order, repeated, and at any instance give the same page", async () => {
  const expected = await pageOf(async (server, id, sync, items) => {
    await sync(items)
    await server.publish(id)
  })
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(1000)), async (chance) => {
      const next = (below: number) => chance.next().value! % below
      const page = await pageOf(async (server, id, sync, items) => {
        const left = [...items, ...items.filter(() => next(4) === 0)]
        left.sort(() => next(3) - 1)
        while (left.length > 0) {
          const batch = left.splice(0, 1 + next(40))
          if (next(3) === 0) await Promise.all([sync(batch), server.publish(id)])
          else await sync(batch)
        }
        await server.publish(id)
      })
      expect(page).toBe(expected)
    }),
    { numRuns: runs(4) },
  )
})

async function pageOf(
  act: (
    server: OwnServer,
    id: string,
    sync: (items: unknown[]) => Promise<Response>,
    items: unknown[],
  ) => Promise<unknown>,
) {
  const server = await ownServer()
  const { id, sync, items } = await shared(server, "questions")
  await act(server, id, sync, items)
  const page = await (await server.ask(`/s/${id}/`)).text()
  return page.replaceAll(id, "ID")
}

test("two instances that publish and fold concurrently lose nothing", async () => {
  const server = await ownServer()
  const other = server.instance()
  const { id, sync, items } = await shared(server)
  await Promise.all(
    items.map(async (item, index) => {
      expect((await sync([item])).status).toBe(200)
      if (index % 5 === 0) await (index % 2 === 0 ? server : other).publish(id)
    }),
  )
  while ((await server.publish(id)) === "busy");
  const data = (await (await server.ask(`/api/share/${id}/data`)).json()) as unknown[]
  expect(data.length).toBe(items.filter(isShown).length)
})

test("another instance completes what a killed one left half published", async () => {
  let failing = false
  const server = await ownServer({
    fault: ({ operation, key }) =>
      failing && operation === "PutObject" && key.endsWith("/manifest.json")
        ? { status: 500, code: "InternalError" }
        : undefined,
  })
  const { id, sync, items, info } = await shared(server, "questions")
  await sync(items)
  failing = true
  await expect(server.publish(id)).rejects.toMatchObject({ code: "store-failed" })
  failing = false
  expect(await server.instance().publish(id)).toBe("published")
  expect(await (await server.ask(`/s/${id}/`)).text()).toContain(info.title)
}, 60_000)

test("an unshared session leaves nothing, and no later request restores it", async () => {
  const server = await ownServer({ versions: "on" })
  const { id, secret, session, sync, items } = await shared(server, "questions")
  await sync(items)
  await server.publish(id)
  await sync(items.slice(0, 3))
  expect((await server.ask(`/${server.token}/api/share/${id}`, post({ secret: "wrong" }, "DELETE"))).status).toBe(404)
  expect((await server.ask(`/s/${id}/`)).status).toBe(200)
  expect((await server.ask(`/${server.token}/api/share/${id}`, post({ secret }, "DELETE"))).status).toBe(200)
  expect(await keys(server, `s/${id}/`)).toEqual([])
  expect(await keys(server, "pending/")).toEqual([])
  expect(await keys(server, "published/")).toEqual([])
  const gone = await server.instance().ask(`/s/${id}/`)
  expect([gone.status, gone.headers.get("cache-control")]).toEqual([410, "no-store"])

  expect((await sync(items)).status).toBe(404)
  expect(await server.publish(id)).toBe("gone")
  expect(await keys(server, `s/${id}/`)).toEqual([])
  // Removing a removed share again succeeds.
  expect((await server.ask(`/${server.token}/api/share/${id}`, post({ secret }, "DELETE"))).status).toBe(200)
  const again = await shareFrom(server, session)
  expect(again.id).not.toBe(id)
})

test("nothing is left of a share that is synced, published and removed concurrently", async () => {
  const server = await ownServer()
  const other = server.instance()
  const { id, secret, sync, items } = await shared(server, "questions")
  await sync(items)
  const removal = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return server.ask(`/${server.token}/api/share/${id}`, post({ secret }, "DELETE"))
  }
  const [publishing, removed, ...synced] = await Promise.all([
    other.publish(id).catch(() => "gone"),
    removal(),
    ...Array.from({ length: 10 }, (_, n) =>
      new Promise((resolve) => setTimeout(resolve, n * 8)).then(() => sync(items)),
    ),
  ])
  expect(removed.status).toBe(200)
  expect(["gone", "busy", "published"]).toContain(publishing)
  for (const { status } of synced) expect([200, 404]).toContain(status)
  expect((await sync(items)).status).toBe(404)
  expect(await keys(server, `s/${id}/`)).toEqual([])
})

test("only redacted items are stored, and a secret has one mark in all of them", async () => {
  const server = await ownServer()
  const { id, session, sync } = await shared(server)
  const secret = "hunter2-Correct-Horse"
  const part = (id: string, text: string) => ({
    type: "part",
    data: { id, messageID: "msg_1", sessionID: session, type: "text", text },
  })
  await sync([
    {
      type: "session",
      data: { id: session, title: "x", directory: "/home/dana/src", time: { created: 1, updated: 2 } },
    },
    { type: "message", data: { id: "msg_1", sessionID: session, role: "user", time: { created: 1 } } },
    part("prt_1", `DATABASE_PASSWORD=${secret}`),
  ])
  await sync([part("prt_2", `I have put ${secret} into the file.`)])
  for (const { body } of server.server.requests.filter(({ operation }) => operation === "PutObject"))
    expect(unpacked(body)).not.toContain(secret)
  await server.publish(id)
  const text = await (await server.ask(`/s/${id}/session.md`)).text()
  const marks = [...text.matchAll(/#(\d+)\]/g)].map(([, number]) => number)
  expect(marks.length).toBe(2)
  expect(new Set(marks).size).toBe(1)
})

test("a secret that only a later sync reveals is redacted in what came before, in pages and in what is stored", async () => {
  const server = await ownServer()
  const { id, session, sync } = await shared(server)
  const secret = "hunter2-Correct-Horse"
  const part = (id: string, text: string) => ({
    type: "part",
    data: { id, messageID: "msg_1", sessionID: session, type: "text", text },
  })
  await sync([
    { type: "session", data: { id: session, title: "x", time: { created: 1, updated: 2 } } },
    { type: "message", data: { id: "msg_1", sessionID: session, role: "user", time: { created: 1 } } },
    part("prt_1", `I have put ${secret} into the file.`),
  ])
  await server.publish(id)
  await sync([part("prt_2", `DATABASE_PASSWORD=${secret}`)])
  await server.publish(id)
  await sync([part("prt_3", "More.")])
  await server.instance().publish(id)
  for (const key of await keys(server, "s/")) {
    const body = Buffer.from((await server.store.get(key))!)
    expect(unpacked(body), key).not.toContain(secret)
  }
  expect(await (await server.ask(`/s/${id}/session.md`)).text()).toMatch(
    /put \[redacted: [a-z ]+ #\d+\] into[\s\S]*More\./,
  )
})

test.each([
  ["a text", (text: string) => ({ type: "text", text, time: { start: 5 } })],
  ["reasoning", (text: string) => ({ type: "reasoning", text, time: { start: 5 } })],
  [
    "a tool's output",
    (output: string) => ({
      type: "tool",
      tool: "bash",
      callID: "call_1",
      state: { status: "running", input: { command: "cat .env" }, metadata: { output }, time: { start: 5 } },
    }),
  ],
])("a secret that arrives in pieces in %s is never shown in part", async (what, partOf) => {
  const server = await ownServer()
  const { id, session, sync } = await shared(server)
  await sync([
    { type: "session", data: { id: session, title: "x", time: { created: 1, updated: 2 } } },
    { type: "message", data: { id: "msg_1", sessionID: session, role: "assistant", time: { created: 1 } } },
  ])
  const secret = `ghp${"_"}${"aB3dE6gH9k".repeat(4).slice(0, 36)}`
  const whole = `It says: ${secret} and no more`
  const seen: string[] = []
  for (const length of [5, 14, 20, 35, 44, 48, 49, 50, whole.length]) {
    const about = { id: "prt_1", messageID: "msg_1", sessionID: session }
    expect((await sync([{ type: "part", data: { ...about, ...partOf(whole.slice(0, length)) } }])).status).toBe(200)
    await server.publish(id)
    for (const path of ["", "session.json", "session.md"])
      seen.push(await (await server.ask(`/s/${id}/${path}`)).text())
  }
  for (const page of seen) for (let at = 4; at < 30; at++) expect(page).not.toContain(secret.slice(at, at + 8))
  // The redacted text is shorter than the earlier one, but wins as the later one. Output of a running tool is not on
  // the page.
  if (what !== "a tool's output") expect(seen.at(-2)).toMatch(/\[redacted: [a-z ]+ #\d+\] and no /)
})

function unpacked(body: Buffer): string {
  return (body[0] === 0x1f ? gunzipSync(body) : body).toString()
}

test.each([
  ["another token", async (server: OwnServer) => createToken(server.store, { name: "other", now: new Date() })],
  ["a token nobody has", async () => `ocb_${"a".repeat(32)}`],
  [
    "a revoked token",
    async (server: OwnServer) => {
      const token = await createToken(server.store, { name: "was", now: new Date() })
      await revokeToken(server.store, "was", new Date())
      return token
    },
  ],
])("%s neither changes nor removes a share", async (_, tokenOf) => {
  const server = await ownServer()
  const { id, secret, items } = await shared(server, "questions")
  const token = await tokenOf(server)
  const before = await keys(server, "s/")
  const sync = await server.ask(`/${token}/api/share/${id}/sync`, post({ secret, data: items }))
  const removal = await server.ask(`/${token}/api/share/${id}`, post({ secret }, "DELETE"))
  expect([401, 404]).toContain(sync.status)
  expect([401, 404]).toContain(removal.status)
  expect(await keys(server, "s/")).toEqual(before)
})
