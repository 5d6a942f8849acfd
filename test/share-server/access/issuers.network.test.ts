import { expect, test } from "vitest"
import { serverSettings } from "../../../src/share-server/settings.ts"
import { accessOf, cookiesOf, guarded, SESSION, signIn } from "../../support/guarded.ts"
import { publicUrl } from "../../support/own-server.ts"

test.each([
  ["as the provider writes it", "/application/o/shares/", "/application/o/shares/"],
  ["without the slash at its end", "/application/o/shares/", "/application/o/shares"],
  ["with a slash that the provider does not write", "/realms/corp", "/realms/corp/"],
])("an issuer is found %s", async (_, path, written) => {
  const server = await guarded({}, { path })
  const { origin } = new URL(server.issuer.issuer)
  // As the settings hand it on.
  const { issuer } = serverSettings(settingsWith(origin + written))
  const own = server.instance(server.store, accessOf(server.issuer, { issuer: issuer! }))
  const { answer } = await signIn({ ...own, issuer: server.issuer })
  expect(answer.status).toBe(302)
  expect(cookiesOf(answer)).toContain(SESSION)
})

const settingsWith = (issuer: string) => ({
  OPENCODE_BUCKET_PUBLIC_URL: publicUrl,
  OPENCODE_BUCKET_TO: "s3://shares",
  OPENCODE_BUCKET_ISSUER: issuer,
  OPENCODE_BUCKET_CLIENT_ID: "a",
  OPENCODE_BUCKET_CLIENT_SECRET: "b",
  OPENCODE_BUCKET_EVERYONE: "true",
  OPENCODE_BUCKET_COOKIE_KEYS: "k3J8s0dLqPz5Vn7XcRt2Yw9Bm4Gh6Fa1",
})

test("the provider's reason for a refusal is shown, escaped, to the asking browser only", async () => {
  const server = await guarded()
  const place = `/s/${server.id}/index.html`
  const begun = await server.ask(`/auth/login?return=${encodeURIComponent(place)}`)
  const state = new URL(begun.headers.get("location")!).searchParams.get("state")!
  const words = "AADSTS50105: <b>not assigned</b>"
  const back = `/auth/callback?error=access_denied&error_description=${encodeURIComponent(words)}&state=${state}`
  const answer = await server.ask(back, { headers: { cookie: cookiesOf(begun) } })
  const text = await answer.text()
  expect(text).toContain("access_denied: AADSTS50105: &lt;b&gt;not assigned&lt;/b&gt;")
  // Try again leads to the page that was wanted.
  expect(text).toContain(`/auth/login?return=${encodeURIComponent(place)}`)
  const elsewhere = await server.ask(back.replace(state, "x"), { headers: { cookie: cookiesOf(begun) } })
  expect([elsewhere.status, (await elsewhere.text()).includes("AADSTS")]).toEqual([400, false])
})

test("a token issued to another client is refused, even with a single audience", async () => {
  const server = await guarded()
  const { answer } = await signIn(server, { claims: { azp: "other" } })
  expect(answer.status).toBe(400)
})

test("groups that the provider omits are reported to the person and in the log", async () => {
  const server = await guarded({ rules: { claims: { groups: ["a"] } } })
  const { answer } = await signIn(server, { claims: { _claim_names: { groups: "src1" }, email: "dana@corp.example" } })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain("more groups than the identity provider puts into its sign-in")
})

test("a repeated callback, by reload or from another tab, leads to the page while signed in", async () => {
  const server = await guarded()
  const place = `/s/${server.id}/index.html?x=1`
  const { cookie, back } = await signIn(server, {}, place)
  const again = await server.ask(back, { headers: { cookie } })
  expect([again.status, again.headers.get("location")]).toEqual([302, place])
})

test.each([
  ["x".repeat(40), false],
  ["abcdefghijklmnop".repeat(3), false],
  ["change-me-please-0123456789-abcdefghij", false],
  ["b1946ac92492d2347c6235b4d2611184", true],
  ["4Vt0fCbyHmx4bEzk3Qm8sJXo2nqJwqvT7z1Q9S0d5u8=", true],
])("the cookie key %s", (key, isAccepted) => {
  const settings = () =>
    serverSettings({ ...settingsWith("https://login.corp.example"), OPENCODE_BUCKET_COOKIE_KEYS: key })
  if (isAccepted) expect(settings().cookieKeys).toEqual([key])
  else expect(settings).toThrow(/cookieKeys must have at least 32 random characters/)
})
