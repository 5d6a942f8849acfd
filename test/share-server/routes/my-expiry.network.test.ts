import { expect, test } from "vitest"
import { readManifest } from "../../../src/share/manifest.ts"
import { sweep } from "../../../src/share-server/publishing/sweep.ts"
import { createToken } from "../../../src/share-server/shares/tokens.ts"
import { collect } from "../../../src/store/object-store.ts"
import { adminAccess, asPerson } from "../../support/administered.ts"
import { ownServer, post, recordedItems } from "../../support/own-server.ts"

const DAY_MS = 86_400_000

/** A share of dana, on a server whose company limits the lifetime, and a clock. */
async function shared(maxDays: number) {
  let time = new Date("2026-12-01T12:00:00Z")
  const now = () => time
  const server = await ownServer({}, { access: adminAccess, now, maxLifetimeMs: maxDays * DAY_MS })
  const token = await createToken(server.store, { name: "laptop", owner: "dana@corp.example", now: time })
  const { session, items } = recordedItems("questions")
  const made = await server.ask(`/${token}/api/share`, post({ sessionID: session }))
  const { id, secret } = (await made.json()) as { id: string; secret: string }
  const sync = (data: unknown[]) => server.ask(`/${token}/api/share/${id}/sync`, post({ secret, data }))
  await sync(items)
  await server.publish(id, 90 * DAY_MS)
  const as = asPerson(server)
  const choose = async (lifetime: string, person = "dana@corp.example", more: Record<string, string> = {}) => {
    const page = await as("dana@corp.example").page(`/mine/expiry?id=${id}`)
    const proof = /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? ""
    return (await as(person).send({ id, proof, lifetime, ...more }, "/mine/expiry")).status
  }
  const expires = async () => (await readManifest(server.store, id))?.expires
  const wait = (days: number) => {
    time = new Date(time.getTime() + days * DAY_MS)
  }
  return { ...server, id, session, items, sync, as, choose, expires, wait, now }
}

test("the owner of a share chooses when it expires, which holds whatever changes later", async () => {
  const { id, choose, expires, publish, as, kept, wait, ask, sync, session } = await shared(365)
  expect(await expires()).toBe("2027-03-01T12:00:00.000Z")
  expect(await as("dana@corp.example").page("/mine")).toContain("expires 2027-03-01")
  expect(await choose("7d")).toBe(303)
  expect(kept.at(-1)).toBe(id)
  expect(await publish(id, 90 * DAY_MS)).toBe("published")
  expect(await expires()).toBe("2026-12-08T12:00:00.000Z")
  wait(1)
  await sync([
    { type: "part", data: { id: "prt_x", messageID: "msg_x", sessionID: session, type: "text", text: "more" } },
  ])
  await publish(id, 90 * DAY_MS)
  expect(await expires()).toBe("2026-12-08T12:00:00.000Z")
  const read = async () =>
    (await ask(`/s/${id}/`, { headers: { "x-email": "eve@corp.example" }, from: "10.0.0.5" })).status
  expect(await read()).toBe(200)
  expect(await choose("365d")).toBe(303)
  await publish(id, 90 * DAY_MS)
  wait(30)
  expect(await read()).toBe(200)
  expect(await choose("1d")).toBe(303)
  await publish(id, 90 * DAY_MS)
  wait(2)
  expect(await read()).toBe(410)
})

test("a choice that this instance does not publish is published by another one, exactly once", async () => {
  const { id, choose, expires, store, instance } = await shared(365)
  await choose("7d")
  expect(await collect(store.folders("pending/"))).toEqual([id])
  expect(await instance().publish(id)).toBe("published")
  expect(await expires()).toBe("2026-12-08T12:00:00.000Z")
  expect(await collect(store.folders("pending/"))).toEqual([])
})

test("nobody chooses beyond the company's limit, for another person's share, or by a forged form", async () => {
  const { id, choose, expires, publish, as } = await shared(30)
  const before = await expires()
  const page = await as("dana@corp.example").page(`/mine/expiry?id=${id}`)
  expect([...page.matchAll(/<option value="(\w+)"/g)].map(([, lifetime]) => lifetime)).toEqual(["1d", "7d", "30d"])
  for (const lifetime of ["90d", "never", "0d", "__proto__", ""]) expect(await choose(lifetime)).toBe(404)
  expect(await choose("7d", "eve@corp.example")).toBe(404)
  expect(await choose("7d", "admin@corp.example")).toBe(404)
  expect(await choose("7d", "dana@corp.example", { proof: "forged" })).toBe(404)
  expect(await choose("7d", "dana@corp.example", { id: `${id.slice(1)}x` })).toBe(404)
  expect((await as("eve@corp.example").get(`/mine/expiry?id=${id}`)).status).toBe(404)
  expect((await as("").get(`/mine/expiry?id=${id}`)).status).toBe(401)
  await publish(id, 90 * DAY_MS)
  expect(await expires()).toBe(before)
})

test("a lower limit removes older shares, whatever was chosen", async () => {
  const { id, choose, publish, store, wait, now, inventory } = await shared(365)
  await choose("never")
  await publish(id, 90 * DAY_MS)
  wait(31)
  const removed: string[] = []
  const remove = async (id: string) => void removed.push(id)
  const options = { now, remove, inventory, log: () => {} }
  await sweep(store, options)
  await sweep(store, { ...options, maxLifetimeMs: 32 * DAY_MS })
  expect(removed).toEqual([])
  await sweep(store, { ...options, maxLifetimeMs: 31 * DAY_MS })
  expect(removed).toEqual([id])
})
