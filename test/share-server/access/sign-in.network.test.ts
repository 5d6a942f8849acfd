import { decodeJwt } from "jose"
import { expect, test } from "vitest"
import { ShareError } from "../../../src/errors.ts"
import { createTokenCipher } from "../../../src/share-server/access/encrypted-token.ts"
import { sweepSignedOut } from "../../../src/share-server/access/signed-out.ts"
import { collect, type ObjectStore } from "../../../src/store/object-store.ts"
import { accessOf, cookiesOf, guarded, SESSION, signIn } from "../../support/guarded.ts"
import { keys, post } from "../../support/own-server.ts"

test.each([
  ["an e-mail address", { domains: ["Corp.Example"] }, { email: "dana@corp.example", email_verified: true }],
  ["a group", { claims: { groups: ["engineering", "design"] } }, { groups: ["sales", "design"] }],
  ["one of several rules", { domains: ["x.example"], claims: { hd: ["corp.example"] } }, { hd: "corp.example" }],
])("%s from the userinfo endpoint is accepted", async (_, rules, userinfo) => {
  const server = await guarded({ rules })
  const { answer, cookie } = await signIn(server, { userinfo })
  expect(answer.status).toBe(302)
  expect((await server.ask(`/s/${server.id}/`, { headers: { cookie } })).status).toBe(200)
})

test("a user without an e-mail address in the ID token still sees their own shares", async () => {
  const server = await guarded({ rules: { everyone: true } })
  const { cookie } = await signIn(server, { userinfo: { email: "Dana@corp.example", email_verified: true } })
  const page = await (await server.ask("/mine", { headers: { cookie } })).text()
  expect(page).toContain("Signed in as dana@corp.example")
})

test("the client secret is sent as a header unless the issuer declares another method", async () => {
  const server = await guarded()
  await signIn(server)
  // Both parts are form-encoded first (RFC 6749, 2.3.1).
  const [shown = ""] = server.issuer.secrets
  expect(decodeURIComponent(atob(shown.replace("Basic ", "")))).toBe("opencode-bucket:secret")
})

test("signing out ends the session here and at the issuer", async () => {
  const server = await guarded()
  const { cookie } = await signIn(server)
  const answer = await server.ask("/auth/logout", { ...post({}), headers: { cookie } })
  expect(answer.headers.getSetCookie().join()).toMatch(new RegExp(`^${SESSION}=; Max-Age=0`))
  const link = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(await answer.text())![1]!.replaceAll("&amp;", "&")
  const further = new URL(link)
  expect(further.origin + further.pathname).toBe(`${server.issuer.issuer}/logout`)
  expect(decodeJwt(further.searchParams.get("id_token_hint")!).sub).toBe("dana")
  expect(further.searchParams.get("post_logout_redirect_uri")).toMatch(/\/auth\/signed-out$/)
})

test("after signing out, a copy of the cookie is refused at every instance at the next request", async () => {
  const server = await guarded()
  const other = server.instance(server.store, accessOf(server.issuer))
  const [one, two] = [await signIn(server), await signIn(server)]
  const page = `/s/${server.id}/index.html`
  const statusOf = async ({ ask }: Pick<typeof server, "ask">, { cookie }: { cookie: string }, path = page) =>
    (await ask(path, { headers: { cookie } })).status
  const link = await (await server.ask(`/import/${server.id}`, { headers: { cookie: one.cookie } })).text()
  const ticket = /opencode import \S+\/share\/(\S+?)</.exec(link)![1]!
  for (const instance of [server, other]) expect(await statusOf(instance, one)).toBe(200)
  expect((await other.ask(`/api/share/${ticket}/data`)).status).toBe(200)

  await server.ask("/auth/logout", { ...post({}), headers: { cookie: one.cookie } })
  const again = server.instance(server.store, accessOf(server.issuer))
  for (const instance of [other, server, again])
    for (const path of [page, `/s/${server.id}/session.json`, `/api/share/${server.id}/data`, "/mine"])
      expect([path, await statusOf(instance, one, path)]).toEqual([path, 401])
  expect((await other.ask(`/api/share/${ticket}/data`)).status).toBe(401)
  // The last base64 character has unused bits, so a cookie has several spellings.
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  for (const letter of letters) expect(await statusOf(other, { cookie: one.cookie.slice(0, -1) + letter })).toBe(401)
  // Another session of the same person is unaffected.
  expect(await statusOf(other, two)).toBe(200)
  const entries = await collect(server.store.list("signed-out/"))
  for (const { key } of entries) expect(key).toMatch(/^signed-out\/[0-9a-z]+-[0-9a-f]{64}\.json$/)

  await sweepSignedOut(server.store, new Date())
  expect((await collect(server.store.list("signed-out/"))).length).toBe(entries.length)
  await sweepSignedOut(server.store, new Date(Date.now() + 2 * 3_600_000))
  expect(await collect(server.store.list("signed-out/"))).toEqual([])
})

test("signing out works without the issuer, and fails if the bucket refuses the record", async () => {
  const server = await guarded()
  const { cookie } = await signIn(server)
  const failing: ObjectStore = { ...server.store, put: () => Promise.reject(new ShareError("store-failed", "No.")) }
  const broken = server.instance(server.store, accessOf(server.issuer, { store: failing }))
  const refused = await broken.ask("/auth/logout", { ...post({}), headers: { cookie } })
  expect([refused.status, refused.headers.getSetCookie()]).toEqual([503, []])
  const blind = { ...server.store, read: () => Promise.reject(new ShareError("store-failed", "No.")) }
  const unseeing = server.instance(server.store, accessOf(server.issuer, { store: blind }))
  expect((await unseeing.ask(`/s/${server.id}/`, { headers: { cookie } })).status).toBe(503)

  await server.issuer.end()
  const alone = server.instance(server.store, accessOf(server.issuer))
  const answer = await alone.ask("/auth/logout", { ...post({}), headers: { cookie } })
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain("You are signed out of this server")
  expect((await server.ask(`/s/${server.id}/`, { headers: { cookie } })).status).toBe(401)
})

test("a token that is too long for a cookie is omitted, and the session works", async () => {
  const server = await guarded()
  const groups = Array.from({ length: 300 }, (_, n) => `a-group-of-many-${n}`)
  const { answer, cookie } = await signIn(server, { claims: { groups } })
  for (const set of answer.headers.getSetCookie()) expect(set.length).toBeLessThan(4096)
  expect((await server.ask(`/s/${server.id}/`, { headers: { cookie } })).status).toBe(200)
})

test("sessions survive a rotation of keys until the old key is removed", async () => {
  const server = await guarded()
  const { cookie } = await signIn(server)
  const newer = "a-newer-key-of-cookies-that-is-long-enough"
  const instance = (own: string[]) =>
    server.instance(server.store, accessOf(server.issuer, { tokenCipher: createTokenCipher(own) }))
  const statusAt = async (own: string[], cookie: string) =>
    (await instance(own).ask(`/s/${server.id}/`, { headers: { cookie } })).status
  expect(await statusAt([newer, ...keys], cookie)).toBe(200)
  expect(await statusAt([newer], cookie)).toBe(401)

  const rotated = await signIn({ ...server, ...instance([newer, ...keys]) })
  expect(await statusAt([newer], rotated.cookie)).toBe(200)
  expect(await statusAt(keys, rotated.cookie)).toBe(401)
})

test("a reader neither lists nor removes shares of others", async () => {
  const server = await guarded({ rules: { everyone: true } })
  const { cookie } = await signIn(server, { claims: { email: "dana@corp.example", email_verified: true } })
  const proofs = [
    await createTokenCipher(keys).encrypt("unshare", { id: server.id, email: "dana@corp.example" }, 60),
    await createTokenCipher(keys).encrypt("import", { id: server.id, email: "dana@corp.example" }, 60),
    "",
  ]
  for (const proof of proofs) {
    const body = new URLSearchParams({ id: server.id, proof })
    const answer = await server.ask("/mine", { method: "POST", body, headers: { cookie } })
    expect(answer.status).toBe(404)
  }
  expect((await server.ask(`/s/${server.id}/`, { headers: { cookie } })).status).toBe(200)
})

test("a sign-in attempt is used once", async () => {
  const server = await guarded()
  const { answer, attempt } = await signIn(server)
  const [name] = attempt.split("=")
  expect(answer.headers.getSetCookie().some((set) => set.startsWith(`${name}=; Max-Age=0`))).toBe(true)
  expect(cookiesOf(answer)).not.toContain(name)
})

test("the server is ready while the issuer responds", async () => {
  const server = await guarded()
  expect((await server.ask("/readyz")).status).toBe(200)
  await server.issuer.end()
  const another = server.instance(server.store, accessOf(server.issuer))
  expect((await another.ask("/readyz")).status).toBe(503)
  expect((await another.ask("/healthz")).status).toBe(200)
})
