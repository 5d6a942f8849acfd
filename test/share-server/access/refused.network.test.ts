import { beforeEach, describe, expect, test } from "vitest"
import { createTokenCipher } from "../../../src/share-server/access/encrypted-token.ts"
import { proxyAccess } from "../../../src/share-server/access/proxy-access.ts"
import { safeReturnPath } from "../../../src/share-server/access/return-path.ts"
import type { IssuerResponse } from "../../support/false-issuer.ts"
import { accessOf, clientId, cookiesOf, type Guarded, guarded, SESSION, signIn } from "../../support/guarded.ts"
import { keys, ownServer, post, publicUrl, recordedItems, shareFrom } from "../../support/own-server.ts"

let server: Guarded

async function isRefused(answer: Response) {
  const text = await answer.text()
  expect(answer.status).not.toBe(200)
  expect(answer.status).not.toBe(206)
  expect(answer.status).not.toBe(304)
  for (const word of [server.title, server.session, "<article", "prt_"]) expect(text).not.toContain(word)
  expect(answer.headers.get("etag")).toBeNull()
  expect(answer.headers.get("cache-control")).toMatch(/no-store/)
}

describe("signed in", () => {
  beforeEach(async () => {
    server = await guarded()
  })

  test("signing in leads back to the requested page", async () => {
    const page = `/s/${server.id}/index.html`
    const sent = await server.ask(page, { headers: { accept: "text/html" } })
    expect(sent.headers.get("location")).toBe(`/auth/login?return=${encodeURIComponent(page)}`)
    const { answer, cookie, address, begun } = await signIn(server, {}, page)
    expect(answer.headers.get("location")).toBe(page)
    expect(address.searchParams.get("code_challenge_method")).toBe("S256")
    expect(address.searchParams.get("redirect_uri")).toBe(`${publicUrl}/auth/callback`)
    expect(server.issuer.codes[0]!.length).toBeGreaterThan(40)
    for (const set of [...begun.headers.getSetCookie(), ...answer.headers.getSetCookie()])
      expect(set).toMatch(/^__Host-.*; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const read = await server.ask(page, { headers: { cookie } })
    expect(read.status).toBe(200)
    expect(read.headers.get("cache-control")).toBe("private, no-cache")
    expect(await read.text()).toContain(server.title)
  })

  test("a ticket for opencode import opens one share's data, and nothing else", async () => {
    const { cookie } = await signIn(server)
    const page = await (await server.ask(`/import/${server.id}`, { headers: { cookie } })).text()
    const link = /opencode import (\S+?)</.exec(page)![1]!
    expect(link).toMatch(/^https?:\/\/[^/]+\/share\/[A-Za-z0-9_-]+$/)
    const ticket = link.split("/").at(-1)!
    const data = await server.ask(`/api/share/${ticket}/data`)
    expect(data.status).toBe(200)
    await isRefused(await server.ask(`/share/${ticket}`))
    await isRefused(await server.ask(`/s/${server.id}/`, { headers: { cookie: `${SESSION}=${ticket}` } }))
  })
})

describe("refused without any content", () => {
  beforeEach(async () => {
    server = await guarded()
  })

  const forged: [string, (server: Guarded) => string | Promise<string>][] = [
    ["no cookie", () => ""],
    ["a cookie of nothing", () => `${SESSION}=`],
    ["a forged cookie", () => `${SESSION}=${"A".repeat(200)}`],
    [
      "a cookie in plain JSON",
      () => `${SESSION}=${Buffer.from('{"sub":"dana","exp":9999999999}').toString("base64url")}`,
    ],
    ["an unsigned JWT as a cookie", () => `${SESSION}=eyJhbGciOiJub25lIn0.eyJzdWIiOiJkYW5hIn0.`],
    [
      "a cookie with a byte changed",
      async (server) => {
        const { cookie } = await signIn(server)
        const at = cookie.length - 10
        return cookie.slice(0, at) + (cookie[at] === "A" ? "B" : "A") + cookie.slice(at + 1)
      },
    ],
    ["a cookie that is cut off", async (server) => (await signIn(server)).cookie.slice(0, -4)],
    [
      "an expired cookie",
      async () =>
        `${SESSION}=${await createTokenCipher(keys, () => Date.now() - 7_200_000).encrypt("session", { sub: "dana" }, 3600)}`,
    ],
    [
      "a cookie of another key",
      async () =>
        `${SESSION}=${await createTokenCipher(["another-key-of-cookies-that-is-long-enough"]).encrypt("session", { sub: "dana" }, 3600)}`,
    ],
    [
      "what was sealed for something else",
      async () => `${SESSION}=${await createTokenCipher(keys).encrypt("import", { sub: "dana" }, 3600)}`,
    ],
    [
      "a session under other rules",
      async () => `${SESSION}=${await createTokenCipher(keys).encrypt("session", { sub: "dana", under: "x" }, 3600)}`,
    ],
    ["an attempt to sign in as a session", async (server) => (await signIn(server)).attempt.replace(/^[^=]+/, SESSION)],
    ["a cookie without its prefix", async (server) => (await signIn(server)).cookie.replace("__Host-", "")],
  ]
  test.each(forged)("%s", async (_, cookieOf) => {
    const cookie = await cookieOf(server)
    for (const path of [
      `/s/${server.id}/`,
      `/s/${server.id}/session.json`,
      `/s/${server.id}/manifest.json`,
      `/share/${server.id}`,
      `/api/share/${server.id}/data`,
      `/import/${server.id}`,
      "/mine",
    ])
      for (const headers of [
        { cookie },
        { cookie, accept: "text/html" },
        { cookie, range: "bytes=0-99" },
        { cookie, "if-none-match": "*" },
      ])
        for (const method of ["GET", "HEAD"]) await isRefused(await server.ask(path, { method, headers }))
  })

  const past = Math.floor(Date.now() / 1000) - 7200
  const told: [string, IssuerResponse][] = [
    ["an ID token of another issuer", { claims: { iss: "https://other.example" } }],
    ["an ID token for another audience", { claims: { aud: "somebody-else" } }],
    ["an ID token for several, of which this one is not meant", { claims: { aud: [clientId, "other"], azp: "other" } }],
    ["an expired ID token", { claims: { iat: past, exp: past + 60 } }],
    ["an ID token without a nonce", { nonce: null }],
    ["an ID token with another nonce", { nonce: "of-another-attempt" }],
    ["an ID token that is not signed (alg: none)", { signed: "none" }],
    ["an ID token with a foreign key's signature", { signed: "foreign" }],
    ["an ID token of nobody", { claims: { sub: "" } }],
  ]
  test.each(told)("%s", async (_, says) => {
    const { answer, cookie } = await signIn(server, says)
    expect(answer.status).toBe(400)
    expect(cookie).not.toContain(`${SESSION}=`)
    await isRefused(await server.ask(`/s/${server.id}/`, { headers: { cookie } }))
  })

  test("a callback without the browser's attempt, with another state, or with none", async () => {
    const { attempt, back, address } = await signIn(server)
    const state = address.searchParams.get("state")!
    const other = await server.ask("/auth/login")
    for (const [path, cookie, isRetried] of [
      [back, "", true],
      [back, cookiesOf(other), true],
      [back.replace(state, "other-state"), attempt, false],
      ["/auth/callback?code=a-code", attempt, false],
      [`/auth/callback?error=access_denied&state=${state}`, attempt, false],
      ["/auth/callback", attempt, false],
    ] as const) {
      const answer = await server.ask(path, { headers: { cookie } })
      expect([path, answer.status]).toEqual([path, isRetried ? 302 : 400])
      expect(cookiesOf(answer)).not.toContain(`${SESSION}=`)
      if (!isRetried) continue
      // Sign-in is begun again once, and not again by what comes back from that.
      const begun = new URL(answer.headers.get("location")!)
      expect(begun.origin).toBe(server.issuer.issuer)
      const again = await server.ask(`/auth/callback?code=a-code&state=${begun.searchParams.get("state")}`)
      expect(again.status).toBe(400)
    }
  })

  test.each([
    [{ domains: ["corp.example"] }, {}],
    [{ domains: ["corp.example"] }, { email: "dana@other.example", email_verified: true }],
    [{ domains: ["corp.example"] }, { email: "dana@corp.example" }],
    [{ domains: ["corp.example"] }, { email: "dana@corp.example", email_verified: false }],
    [{ domains: ["corp.example"] }, { email: "dana@corp.example.evil.example", email_verified: true }],
    [{ domains: ["corp.example"] }, { email: "dana@evilcorp.example", email_verified: true }],
    [{ domains: ["corp.example"] }, { email: "dana@evil.example@corp.example", email_verified: true }],
    [{ claims: { groups: ["engineering"] } }, { groups: ["sales"] }],
    [{ claims: { groups: ["engineering"] } }, { groups: "engineering-interns" }],
    [{ claims: { constructor: ["x"] } }, {}],
    [{}, { email: "dana@corp.example", email_verified: true }],
  ])("the user %j does not match: %j", async (rules, claims) => {
    server = await guarded({ rules })
    const { answer, cookie } = await signIn(server, { claims })
    expect(answer.status).toBe(403)
    await isRefused(await server.ask(`/s/${server.id}/`, { headers: { cookie } }))
  })

  test("a session after the rules changed", async () => {
    const { cookie } = await signIn(server)
    const stricter = server.instance(server.store, accessOf(server.issuer, { rules: { domains: ["corp.example"] } }))
    await isRefused(await stricter.ask(`/s/${server.id}/`, { headers: { cookie } }))
  })

  test("a publish token used for reading", async () => {
    const { token, id } = server
    for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `${SESSION}=${token}` }])
      for (const path of [
        `/s/${id}/`,
        `/api/share/${id}/data`,
        `/${token}/s/${id}/`,
        `/${token}/api/share/${id}/data`,
        `/${token}/share/${id}`,
      ])
        await isRefused(await server.ask(path, { headers }))
  })

  test("a reader's session used for publishing", async () => {
    const { cookie } = await signIn(server)
    for (const path of ["/api/share", "/api/shares", `/ocb_${"a".repeat(32)}/api/share`]) {
      const answer = await server.ask(path, { ...post({ sessionID: "ses_1" }), headers: { cookie } })
      expect(answer.status).toBe(401)
    }
  })

  test("a Host header and X-Forwarded headers change nothing", async () => {
    const headers = {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      forwarded: "host=evil.example",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-email": "boss@corp.example",
      "x-forwarded-user": "boss",
    }
    await isRefused(await server.ask(`/s/${server.id}/`, { headers }))
    const begun = await server.ask("/auth/login", { headers })
    expect(new URL(begun.headers.get("location")!).searchParams.get("redirect_uri")).toBe(`${publicUrl}/auth/callback`)
  })
})

test.each([
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example",
  "\\\\evil.example",
  "/%09/evil.example\t",
  "javascript:alert(1)",
  "http:evil.example",
  "/a\r\nSet-Cookie: x=y",
  " //evil.example",
  "/\t/evil.example",
  "",
  "evil.example",
  "/auth/login?return=/auth/login",
  "///evil.example",
  "/..//evil.example",
  "https:/evil.example",
  "/@evil.example\\",
])("the return path %j stays on the server", (place) => {
  const back = safeReturnPath(place, publicUrl)
  const url = new URL(back, publicUrl)
  expect(url.origin).toBe(publicUrl)
  expect(back).toMatch(/^\/(?![/\\])/)
  expect(back).not.toContain("/auth/")
  expect(safeReturnPath("/s/abc/2.html?x=1", publicUrl)).toBe("/s/abc/2.html?x=1")
})

test("below a path, the return path stays below it", () => {
  const here = "https://corp.example/tools/shares"
  expect(safeReturnPath("/tools/shares/s/x/", here)).toBe("/tools/shares/s/x/")
  for (const place of ["/other", "/tools/sharesx/", "/tools/shares/../../other"])
    expect(safeReturnPath(place, here)).toBe("/tools/shares/mine")
})

describe("path tricks by a reader", () => {
  const tricks = (id: string) => [
    `/s/${id}/server/owner.json`,
    `/s/${id}/server/lease.json`,
    `/s/${id}/./server/owner.json`,
    `/s/${id}/files/../server/owner.json`,
    `/s/${id}/files/%2e%2e/server/owner.json`,
    `/s/${id}/%2e%2e/${id}/server/owner.json`,
    `/s/${id}/files%2f..%2fserver%2fowner.json`,
    `/s/${id}//server/owner.json`,
    `/s//${id}/server/owner.json`,
    `//s/${id}/server/owner.json`,
    `/s/${id}/server%2fowner.json`,
    `/s/${id}/server\\owner.json`,
    `/s/${id}/files/..%5cserver%5cowner.json`,
    `/s/${id}/index.html/../server/owner.json`,
    `/s/${id}/SERVER/owner.json`,
    `/s/${id}/.hidden.html`,
    `/s/${id}/files/.x`,
    `/s/${id}/files/`,
    `/s/${id}/server/`,
    "/s/",
    "/s",
    `/s/${id.slice(1)}`,
    `/s/${id.slice(1)}/index.html`,
    `/s/${id}x/index.html`,
    "/s/../tokens/x.json",
    "/tokens/",
    `/published/${id}`,
    "/s/..%2f..%2ftokens",
    `/s/${id}/%69ndex.html`,
    `/s/${id}/index.html%00`,
    `/s/${id}/index.html%20`,
    `/s/${id}/index.html/`,
    `/S/${id}/index.html`,
  ]
  test("reach only a share's own pages", async () => {
    const open = await ownServer()
    const recorded = recordedItems("questions")
    const { id, secret } = await shareFrom(open, recorded.session)
    await open.ask(`/${open.token}/api/share/${id}/sync`, post({ secret, data: recorded.items }))
    await open.publish(id)
    expect((await open.ask(`/s/${id}/index.html`)).status).toBe(200)
    expect((await open.ask(`/s/${id}`)).headers.get("location")).toBe(`/s/${id}/`)
    for (const trick of tricks(id)) {
      const answer = await open.ask(trick)
      const text = await answer.text()
      expect([trick, answer.status]).toEqual([trick, 404])
      for (const word of [recorded.info.title, '"secret"', '"token"', recorded.session])
        expect(text).not.toContain(word)
    }
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
      expect((await open.ask(`/s/${id}/index.html`, { method })).status).toBe(404)
  })
})

test("the proxy's header is accepted from the proxy's address only", async () => {
  const access = proxyAccess(
    { header: "x-forwarded-email", proxies: ["10.0.0.5"] },
    (context) => (context.env as { incoming?: { socket: { remoteAddress: string } } }).incoming?.socket.remoteAddress,
  )
  const open = await ownServer({}, { access })
  const headers = { "x-forwarded-email": "dana@corp.example" }
  for (const from of [undefined, "10.0.0.6", "127.0.0.1", "::ffff:10.0.0.6"])
    expect((await open.ask("/mine", { headers, ...(from && { from }) })).status).toBe(401)
  expect((await open.ask("/mine", { from: "10.0.0.5" })).status).toBe(401)
  expect((await open.ask("/mine", { headers, from: "10.0.0.5" })).status).toBe(200)
  expect((await open.ask("/mine", { headers, from: "::ffff:10.0.0.5" })).status).toBe(200)
})
