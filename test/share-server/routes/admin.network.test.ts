import { expect, test } from "vitest"
import { proxyAccess } from "../../../src/share-server/access/proxy-access.ts"
import { revokeToken } from "../../../src/share-server/shares/tokens.ts"
import { collect } from "../../../src/store/object-store.ts"
import { administered, company } from "../../support/administered.ts"
import { accessOf, guarded, signIn } from "../../support/guarded.ts"
import { post, publicUrl } from "../../support/own-server.ts"

test("an administrator lists and searches all shares, and removes one after confirmation", async () => {
  const { as, share, ids, log } = await company()
  const all = await as("admin@corp.example").page("/admin")
  for (const id of Object.values(ids)) expect(all).toContain(`/s/${id}/`)
  expect(all).toContain("3 shares.")
  const found = await as("admin@corp.example").page("/admin?q=EVE+questions")
  expect(found).toContain("1 share.")
  expect(found).toContain(`/s/${ids.eve}/`)
  expect(await as("admin@corp.example").page("/admin?owner=dana%40corp.example")).toContain("2 shares.")
  expect(await as("admin@corp.example").page("/admin?token=nobody")).toContain("No shares.")

  const { asked, done } = await as("admin@corp.example").act({ kind: "share", id: ids.eve, unshare: "true" })
  expect(asked).toContain("Unshare?")
  expect(done).toContain("Unshared: 1 share. Revoked: 0 tokens.")
  expect(await share.status(ids.eve)).toBe(410)
  expect(await as("admin@corp.example").page("/admin")).toContain("2 shares.")
  expect(log.filter((line) => line.includes('"remove"') && line.includes('"by":"admin@corp.example"'))).toHaveLength(1)
  expect(log.filter((line) => line.includes('"admin action')).map((line) => JSON.parse(line))).toMatchObject([
    { event: "admin action", by: "admin@corp.example", share: ids.eve.slice(0, 8), unshare: true, revoke: false },
    { event: "admin action done", removed: 1, undeleted: 0, revoked: 0 },
  ])
  for (const line of log) expect(line).not.toContain(ids.eve)
})

test.each([
  ["a token", { kind: "token", name: "dana laptop", revoke: "true" }, { dana: 200, dana2: 200, eve: 200 }, 1, 0],
  [
    "a token's shares",
    { kind: "token", name: "dana laptop", unshare: "true" },
    { dana: 410, dana2: 200, eve: 200 },
    0,
    1,
  ],
  [
    "a token with its shares",
    { kind: "token", name: "dana laptop", revoke: "true", unshare: "true" },
    { dana: 410, dana2: 200, eve: 200 },
    ...[1, 1],
  ],
  [
    "a person's shares",
    { kind: "owner", email: "Dana@corp.example", unshare: "true" },
    { dana: 410, dana2: 410, eve: 200 },
    0,
    2,
  ],
  [
    "all of a person who has left",
    { kind: "owner", email: "dana@corp.example", revoke: "true", unshare: "true" },
    { dana: 410, dana2: 410, eve: 200 },
    ...[2, 2],
  ],
] as const)("an administrator ends %s, and nothing else", async (_, action, expected, revoked, removed) => {
  const { as, ask, share, ids, tokens, store } = await company()
  const { done } = await as("admin@corp.example").act(action)
  const [shares, ended] = /Unshared: (\d+) shares?\. Revoked: (\d+) tokens?\./.exec(done)!.slice(1).map(Number)
  expect([shares, ended]).toEqual([removed, revoked])
  const statuses = Object.fromEntries(
    await Promise.all(Object.entries(ids).map(async ([name, id]) => [name, await share.status(id)])),
  )
  expect(statuses).toEqual(expected)
  const mayPublish = async (token: string) => (await ask(`/${token}/api/share`, post({ sessionID: "ses_x" }))).ok
  expect(await Promise.all([tokens.dana, tokens.dana2, tokens.eve].map(mayPublish))).toEqual(
    [revoked > 0, revoked > 1, false].map((isRevoked) => !isRevoked),
  )
  const index = (await collect(store.list("published/"))).map(({ key }) => key)
  for (const [name, id] of Object.entries(ids))
    expect(index.some((key) => key.includes(id))).toBe(expected[name as "dana"] === 200)
})

test("shares of revoked and rotated tokens of a name are removed with the token", async () => {
  const { as, share, ids, store } = await company()
  await revokeToken(store, "dana laptop", new Date())
  expect(await as("admin@corp.example").page("/admin/tokens?q=dana+laptop")).toContain("revoked")
  await as("admin@corp.example").act({ kind: "token", name: "dana laptop", unshare: "true", revoke: "true" })
  expect(await share.status(ids.dana)).toBe(410)
  expect(await as("admin@corp.example").page("/admin/tokens?q=dana+laptop")).toContain("No tokens.")
})

test("readers, people who are signed out, and forged forms see and change nothing", async () => {
  const { as, ask, ids, share, instance, store } = await company()
  const action = { kind: "share", id: ids.eve, unshare: "true", revoke: "false" }
  const query = new URLSearchParams(action)
  const { proof } = await as("admin@corp.example").confirm(action)
  for (const [who, status] of [
    ["eve@corp.example", 403],
    ["Admin@corp.example.evil.example", 403],
    ["", 401],
  ] as const) {
    for (const path of ["/admin", "/admin/tokens", `/admin/confirm?${query}`]) {
      const answer = await as(who).get(path)
      const text = await answer.text()
      expect([who, path, answer.status]).toEqual([who, path, status])
      for (const hidden of [ids.eve, ids.dana, "laptop"]) expect(text).not.toContain(hidden)
    }
    expect((await as(who).send({ ...action, proof })).status).toBe(status)
  }
  // Of this administrator, for another action; of another administrator; none at all.
  const forged = [
    { ...action, id: ids.dana, proof },
    { ...action, proof: (await as("root@corp.example").confirm(action)).proof },
    { ...action, proof: "" },
    { ...action, kind: "owner", email: "eve@corp.example", proof },
    { kind: "share", id: "../../tokens", unshare: "true", proof },
  ]
  for (const fields of forged) expect((await as("admin@corp.example").send(fields)).status).toBe(404)
  for (const id of Object.values(ids)) expect(await share.status(id)).toBe(200)
  // Without any administrator, and for everyone on an open server.
  const closed = instance(
    store,
    proxyAccess({ header: "x-email", proxies: ["10.0.0.5"] }, () => "10.0.0.5"),
  )
  expect((await closed.ask("/admin", { headers: { "x-email": "admin@corp.example" } })).status).toBe(403)
  const { publicAccess } = await import("../../../src/share-server/access/access.ts")
  expect((await instance(store, publicAccess).ask("/admin")).status).toBe(403)
  expect((await ask("/admin", { headers: { "x-email": "admin@corp.example" }, from: "10.0.0.6" })).status).toBe(401)
})

test("titles, projects and names are text on every page of administrators", async () => {
  const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)> \u202egnp.exe`
  const { as, ids } = await administered({ title: hostile, directory: `/home/x/${hostile.replaceAll("/", "")}` })
  for (const path of ["/admin", "/admin?q=%22%3E%3Cscript%3E", "/admin/tokens?q=%22%3E%3Cscript%3E"]) {
    const page = await as("admin@corp.example").page(path)
    expect(page).not.toMatch(/<script|<img/)
  }
  expect(await as("admin@corp.example").page("/admin")).toContain("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;")
  const { asked } = await as("admin@corp.example").confirm({ kind: "share", id: ids[0]!, unshare: "true" })
  expect(asked).toContain("&lt;img src=x")
  expect(asked).not.toMatch(/<script|<img/)
})

test("a sign-in makes an administrator by address or claim, in the ID token or at the userinfo endpoint; all others are readers", async () => {
  const rules = { domains: ["corp.example"] }
  const adminRules = { emails: ["Admin@corp.example"], claims: { groups: ["it"] } }
  const server = await guarded({ rules, adminRules })
  const statusOf = async (says: Parameters<typeof signIn>[1]) => {
    const { cookie, answer } = await signIn(server, says)
    if (answer.status !== 302) return answer.status
    return (await server.ask("/admin", { headers: { cookie } })).status
  }
  const email_verified = true
  expect(await statusOf({ claims: { email: "admin@corp.example", email_verified } })).toBe(200)
  expect(await statusOf({ claims: { email: "dana@corp.example", email_verified } })).toBe(403)
  expect(await statusOf({ claims: { email: "admin@corp.example", email_verified: false } })).toBe(403)
  expect(await statusOf({ claims: { groups: ["it"] } })).toBe(200)
  const userinfo = { groups: ["it"], email: "x@corp.example", email_verified }
  expect(await statusOf({ claims: { email: "x@corp.example", email_verified }, userinfo })).toBe(200)
  expect(await statusOf({ claims: { email: "x@other.example", email_verified } })).toBe(403)

  // Who is no administrator any more signs in again.
  const { cookie } = await signIn(server, { claims: { email: "admin@corp.example", email_verified } })
  const later = server.instance(
    server.store,
    accessOf(server.issuer, { rules, adminRules: { emails: ["x@corp.example"] } }),
  )
  expect((await later.ask("/admin", { headers: { cookie, accept: "text/html" } })).status).toBe(302)
})

test("a leaver is signed out at once, with every cookie and ticket, and may sign in again", async () => {
  const server = await guarded({ adminRules: { emails: ["admin@corp.example"] } })
  const says = (email: string) => ({ claims: { email, email_verified: true } })
  const [frank, admin] = [
    await signIn(server, says("frank@corp.example")),
    await signIn(server, says("admin@corp.example")),
  ]
  const read = async (cookie: string, at = server) => (await at.ask(`/s/${server.id}/`, { headers: { cookie } })).status
  const link = await (await server.ask(`/import/${server.id}`, { headers: { cookie: frank.cookie } })).text()
  const ticket = /opencode import \S+\/share\/(\S+?)</.exec(link)![1]!
  const other = {
    ...server,
    ...server.instance(server.store, accessOf(server.issuer, { adminRules: { emails: ["admin@corp.example"] } })),
  }

  const query = "kind=owner&email=frank%40corp.example&revoke=true&unshare=true"
  const form = await (await other.ask(`/admin/confirm?${query}`, { headers: { cookie: admin.cookie } })).text()
  const proof = /name="proof" value="([^"]+)"/.exec(form)![1]!
  const body = new URLSearchParams(`${query}&proof=${proof}`)
  expect((await other.ask("/admin/confirm", { method: "POST", body, headers: { cookie: admin.cookie } })).status).toBe(
    200,
  )
  expect(await read(frank.cookie, other)).toBe(401)
  expect((await other.ask(`/api/share/${ticket}/data`)).status).toBe(401)
  expect(await read(admin.cookie, other)).toBe(200)
  const again = await signIn(other, says("frank@corp.example"))
  expect(await read(again.cookie, other)).toBe(200)
})

test("a page of the list has fifty shares, and any page number leads to one", async () => {
  const { as } = await administered({ count: 120 })
  const titles = (page: string) =>
    [...page.matchAll(/<a href="[^"]*\/s\/[^"]+"><bdi>([^<]*)</g)].map(([, title]) => title)
  const pages = await Promise.all(
    ["1", "2", "3"].map((n) => as("admin@corp.example").page(`/admin?sort=title&page=${n}`)),
  )
  expect(pages.map((page) => titles(page).length)).toEqual([50, 50, 20])
  expect(new Set(pages.flatMap(titles)).size).toBe(120)
  expect(pages[1]).toContain(`href="${new URL(publicUrl).pathname.replace(/\/$/, "")}/admin?sort=title&amp;page=3"`)
  for (const [n, expected] of [
    ["0", 0],
    ["-4", 0],
    ["1e9", 0],
    ["99", 2],
    ["x", 0],
  ] as const)
    expect(titles(await as("admin@corp.example").page(`/admin?sort=title&page=${n}`))).toEqual(titles(pages[expected]!))
})
