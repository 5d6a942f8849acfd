import { expect, test } from "vitest"
import { createTokens, revokeToken } from "../../../src/share-server/shares/tokens.ts"
import { company } from "../../support/administered.ts"
import { post } from "../../support/own-server.ts"

test("the log has every refusal with its reason and whom it refused, and no token", async () => {
  const { ask, as, tokens, ids, store, log } = await company()
  const [admin] = await createTokens(store, { names: ["reports"], role: "admin", now: new Date() })
  await revokeToken(store, "dana laptop", new Date())
  const refusals = () =>
    log
      .splice(0)
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === "refused")
      .map(({ time: _, level: _level, event: _event, ...about }) => about)
  const share = post({ sessionID: "ses_1" })
  refusals()

  const unknown = `ocb_${"x".repeat(32)}`
  for (const token of [tokens.dana, unknown, "ocb_short"]) await ask(`/${token}/api/share`, share)
  await ask(`/${admin!.token}/api/share`, share)
  await ask("/api/admin/shares", { headers: { authorization: `Bearer ${tokens.eve}` } })
  const lines = log.join("\n")
  expect(refusals()).toEqual([
    { reason: "revoked token", token: "dana laptop" },
    { reason: "unknown token" },
    { reason: "unknown token" },
    { reason: "admin token used for publishing", token: "reports" },
    { reason: "publish token used for administration", token: "eve" },
  ])
  for (const token of [tokens.dana, tokens.eve, unknown, admin!.token]) expect(lines).not.toContain(token)

  const forged = { id: ids.eve, proof: "forged" }
  await as("eve@corp.example").get("/admin")
  await as("eve@corp.example").send(forged, "/mine")
  await as("eve@corp.example").send({ action: "create", name: "x", proof: "forged" }, "/tokens")
  await as("admin@corp.example").send({ kind: "share", unshare: "true", ...forged })
  expect(refusals()).toEqual([
    { reader: "eve@corp.example", reason: "not an administrator" },
    { reader: "eve@corp.example", reason: "form without a valid proof" },
    { reader: "eve@corp.example", reason: "form without a valid proof" },
    { reader: "admin@corp.example", reason: "form without a valid proof" },
  ])
})

test("whoever guesses tokens does not fill the log", async () => {
  const { ask, log } = await company()
  for (let n = 0; n < 200; n++) {
    const token = `ocb_${String(n).padStart(32, "0")}`
    expect((await ask(`/${token}/api/share`, post({ sessionID: "ses_1" }))).status).toBe(401)
  }
  expect(log.filter((line) => line.includes("unknown token")).length).toBeLessThan(100)
})
