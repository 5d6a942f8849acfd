import { expect, test } from "vitest"
import { guarded, signIn } from "../../support/guarded.ts"
import { post, recordedItems } from "../../support/own-server.ts"

const dana = { claims: { email: "dana@corp.example", email_verified: true } }
const rules = { everyone: true }

async function asDana() {
  const server = await guarded({ rules })
  const { cookie } = await signIn(server, dana)
  const page = async (path = "/tokens") => (await server.ask(path, { headers: { cookie } })).text()
  const proofOf = (html: string, action: string) =>
    new RegExp(
      `name="action" value="${action}">(?:<input[^>]*name="name"[^>]*>)?<input[^>]*name="proof" value="([^"]+)"`,
    ).exec(html)?.[1] ?? ""
  const send = (fields: Record<string, string>, as = cookie, path = "/tokens") =>
    server.ask(path, { method: "POST", body: new URLSearchParams(fields), headers: { cookie: as } })
  return { ...server, cookie, page, proofOf, send }
}

test("a reader creates a token, shares with it, and revokes it", async () => {
  const { page, proofOf, send, ask, log } = await asDana()
  const proof = proofOf(await page(), "create")
  const made = await send({ action: "create", name: "laptop 1", proof })
  expect(made.status).toBe(201)
  const [token = ""] = /ocb_[A-Za-z0-9_-]{32}/.exec(await made.text()) ?? []
  const { session, items } = recordedItems("questions")
  const share = await (await ask(`/${token}/api/share`, post({ sessionID: session }))).json()
  const { id, secret } = share as { id: string; secret: string }
  expect((await ask(`/${token}/api/share/${id}/sync`, post({ secret, data: items }))).status).toBe(200)
  expect(await page()).toContain("dana@corp.example laptop 1")
  expect(await page()).not.toContain(token)

  const revoked = await send({
    action: "revoke",
    name: "dana@corp.example laptop 1",
    proof: proofOf(await page(), "revoke"),
  })
  expect(revoked.status).toBe(303)
  expect((await ask(`/${token}/api/share/${id}/sync`, post({ secret, data: items }))).status).toBe(401)
  for (const line of log) expect(line).not.toContain(token)

  // The share stays the person's, who is asked before it is removed; the log names them.
  const [row = ""] = new RegExp(`name="id" value="${id}">.*?value="([^"]+)"`).exec(await page("/mine")) ?? []
  const unshare = /name="proof" value="([^"]+)"/.exec(row)![1]!
  const asked = await send({ id, proof: unshare }, undefined, "/mine")
  expect([asked.status, (await asked.text()).includes("Unshare this conversation?")]).toEqual([200, true])
  expect((await ask(`/${token}/api/share`, post({ sessionID: session }))).status).toBe(401)
  expect((await send({ id, proof: unshare, confirmed: "yes" }, undefined, "/mine")).status).toBe(303)
  expect(log.some((line) => line.includes('"remove"') && line.includes('"by":"dana@corp.example"'))).toBe(true)
})

test("limits, names, forged forms and other people's tokens are refused", async () => {
  const { page, proofOf, send, issuer, ask } = await asDana()
  const proof = proofOf(await page(), "create")
  const status = async (fields: Record<string, string>, as?: string) => (await send(fields, as)).status
  expect(await status({ action: "create", name: "x" })).toBe(404)
  expect(await status({ action: "create", name: "x", proof: "forged" })).toBe(404)
  const mallory = await signIn({ ask, issuer }, { claims: { email: "mallory@corp.example", email_verified: true } })
  expect(await status({ action: "create", name: "x", proof }, mallory.cookie)).toBe(404)
  expect(await status({ action: "create", name: "<script>", proof })).toBe(400)
  expect(await status({ action: "create", name: "one", proof })).toBe(201)
  expect(await status({ action: "create", name: "one", proof })).toBe(400)
  expect(await status({ action: "create", name: "two", proof })).toBe(201)
  expect(await status({ action: "create", name: "three", proof })).toBe(400)
  const own = proofOf(await page(), "revoke")
  expect(await status({ action: "revoke", name: "dana@corp.example one", proof: own }, mallory.cookie)).toBe(404)
  const unnamed = await signIn({ ask, issuer }, { claims: { email: "eve@corp.example" } })
  expect(await status({ action: "create", name: "x", proof }, unnamed.cookie)).toBe(404)
})
