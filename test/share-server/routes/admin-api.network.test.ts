import { expect, test } from "vitest"
import { createTokens, listTokens, rotateToken } from "../../../src/share-server/shares/tokens.ts"
import { collect } from "../../../src/store/object-store.ts"
import { company } from "../../support/administered.ts"
import { post } from "../../support/own-server.ts"

/** The company, and an admin token of its administrator. */
async function administered() {
  const server = await company()
  const names = ["reports"]
  const [made] = await createTokens(server.store, {
    names,
    owner: "admin@corp.example",
    role: "admin",
    now: new Date(),
  })
  const admin = made!.token
  const call = (method: string, path: string, { token = admin, body }: { token?: string; body?: string } = {}) =>
    server.ask(`/api/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    })
  const lines = async (path: string) => {
    const answer = await call("GET", path)
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/jsonl; charset=utf-8"])
    const text = await answer.text()
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  }
  return { ...server, admin, call, lines }
}

test("the API lists shares and tokens with the same filters, and ends them, in the name of the token's owner", async () => {
  const { call, lines, ids, share, log, tokens, ask } = await administered()
  const shares = await lines("shares?owner=dana@corp.example&sort=title")
  expect(shares).toMatchObject([
    { id: ids.dana2, title: "Flaky test", owner: "dana@corp.example", token: "dana desktop" },
    { id: ids.dana, title: "Totals off by a cent", owner: "dana@corp.example", token: "dana laptop" },
  ])
  expect(Object.keys(shares[0]).sort()).toEqual([
    "bytes",
    "created",
    "id",
    "owner",
    "project",
    "title",
    "token",
    "updated",
  ])
  expect(await lines("tokens")).toMatchObject([
    { shares: 0 },
    { name: "dana desktop", owner: "dana@corp.example", shares: 1 },
    { name: "dana laptop", shares: 1 },
    { name: "eve", shares: 1 },
    { name: "reports", owner: "admin@corp.example", role: "admin", shares: 0 },
  ])

  expect(await (await call("DELETE", `shares/${ids.eve}`)).json()).toEqual({ revoked: [], removed: 1, undeleted: 0 })
  expect(await share.status(ids.eve)).toBe(410)
  expect((await call("DELETE", `shares/${ids.eve}`)).status).toBe(404)
  expect(await (await call("DELETE", "shares?token=dana%20laptop")).json()).toMatchObject({ removed: 1 })
  expect(await (await call("DELETE", "tokens/dana%20laptop")).json()).toEqual({
    revoked: ["dana laptop"],
    removed: 0,
    undeleted: 0,
  })
  const left = await call("POST", "leavers", { body: JSON.stringify({ email: "DANA@corp.example" }) })
  expect(await left.json()).toEqual({ revoked: ["dana desktop"], removed: 1, undeleted: 0 })
  for (const token of [tokens.dana, tokens.dana2])
    expect((await ask(`/${token}/api/share`, post({ sessionID: "ses_x" }))).status).toBe(401)
  expect(await lines("shares")).toEqual([])
  const acts = log.map((line) => JSON.parse(line)).filter(({ event }) => event.startsWith("admin action"))
  expect(acts.length).toBe(8)
  for (const act of acts) expect(act).toMatchObject({ level: "audit", by: "admin@corp.example" })
})

test("a publish token administers nothing, and an admin token publishes nothing, also once it is rotated", async () => {
  const { call, ask, admin, store, tokens, ids, share } = await administered()
  const rotated = await rotateToken(store, { name: "reports", now: new Date() })
  const body = JSON.stringify({ email: "eve@corp.example" })
  const requests = [
    ["GET", "shares"],
    ["GET", "tokens"],
    ["DELETE", `shares/${ids.eve}`],
    ["DELETE", "shares?owner=eve@corp.example"],
    ["DELETE", "tokens/eve?unshare=true"],
    ["POST", "leavers"],
  ] as const
  for (const [token, status] of [
    [tokens.eve, 403],
    [admin, 401],
    [`ocb_${"x".repeat(32)}`, 401],
    ["", 401],
  ] as const)
    for (const [method, path] of requests) {
      const answer = await call(method, path, { token, ...(method === "POST" && { body }) })
      expect([method, path, answer.status]).toEqual([method, path, status])
      expect(await answer.text()).not.toContain(ids.dana)
    }
  // Neither does a reader's sign-in, though it is an administrator's: the API has no forms to prove.
  const headers = { "x-email": "admin@corp.example" }
  expect((await ask("/api/admin/shares", { headers, from: "10.0.0.5" })).status).toBe(401)
  expect(await share.status(ids.eve)).toBe(200)
  for (const path of [`/${rotated}/api/share`, "/api/share"]) {
    const authorization = path === "/api/share" ? { authorization: `Bearer ${rotated}` } : {}
    const answer = await ask(path, { ...post({ sessionID: "ses_1" }), headers: authorization })
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([
      403,
      expect.stringContaining("publish token"),
    ])
  }
  expect((await call("GET", "shares", { token: rotated })).status).toBe(200)
  expect((await listTokens(store)).find(({ name }) => name === "reports")?.role).toBe("admin")
})

test("a request that is not clear changes nothing", async () => {
  const { call, share, ids } = await administered()
  const unclear = [
    ["DELETE", "shares", 400],
    ["DELETE", "shares?owner=eve@corp.example&token=eve", 400],
    ["DELETE", "shares?owner=", 400],
    ["DELETE", "shares?token=", 400],
    ["DELETE", "shares?owner=eve", 400],
    ["DELETE", "shares/", 404],
    ["DELETE", "shares/..%2Feve", 400],
    ["DELETE", "shares?token=nobody", 404],
    ["DELETE", "tokens/nobody?unshare=true", 404],
  ] as const
  for (const [method, path, status] of unclear)
    expect([path, (await call(method, path)).status]).toEqual([path, status])
  const bodies = [
    "",
    "{",
    "null",
    "[]",
    '{"email":7}',
    '{"email":"eve"}',
    '{"mail":"eve@corp.example"}',
    "x".repeat(70_000),
  ]
  for (const body of bodies)
    expect([body.length, (await call("POST", "leavers", { body })).status]).toEqual([body.length, 400])
  for (const id of Object.values(ids)) expect(await share.status(id)).toBe(200)
})

test("until all shares have been found once, the API lists none instead of some", async () => {
  const { call, store } = await administered()
  await store.delete(await collect(store.list("inventory/base/")))
  expect((await call("GET", "shares")).status).toBe(503)
})
