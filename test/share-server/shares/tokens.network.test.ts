import { expect, test } from "vitest"
import { proxyAccess } from "../../../src/share-server/access/proxy-access.ts"
import {
  createToken,
  listRevoked,
  listTokens,
  revokeToken,
  rotateToken,
} from "../../../src/share-server/shares/tokens.ts"
import { collect } from "../../../src/store/object-store.ts"
import { type OwnServer, ownServer, post, recordedItems } from "../../support/own-server.ts"

const now = new Date("2026-11-30T12:00:00Z")
const access = proxyAccess({ header: "x-email", proxies: ["10.0.0.5"] }, () => "10.0.0.5")
const owners = ["dana@corp.example", "Dana@Corp.Example", "team+ci@corp.example", undefined]

/** A server, and a share of a token with this owner. */
async function sharedBy(owner: string | undefined) {
  const server = await ownServer({}, { access })
  const token = await createToken(server.store, { name: "laptop", owner, now })
  const { session, items, info } = recordedItems("questions")
  const answer = await server.ask(`/${token}/api/share`, post({ sessionID: session }))
  const { id, secret } = (await answer.json()) as { id: string; secret: string }
  const sync = async (token: string, shown = secret) =>
    (await server.ask(`/${token}/api/share/${id}/sync`, post({ secret: shown, data: items }))).status
  const remove = async (token: string, shown = secret) =>
    (await server.ask(`/${token}/api/share/${id}`, post({ secret: shown }, "DELETE"))).status
  expect(await sync(token)).toBe(200)
  await server.publish(id)
  return { server, token, id, secret, title: info.title, sync, remove }
}

const mine = async ({ ask }: OwnServer, email: string) =>
  (await ask("/mine", { headers: { "x-email": email }, from: "10.0.0.5" })).text()

test.each(owners)("shares of a rotated token belong to the new one (%s)", async (owner) => {
  const { server, token, id, sync, remove } = await sharedBy(owner)
  const second = await rotateToken(server.store, { name: "laptop", now })
  const third = await rotateToken(server.store, { name: "laptop", now })
  expect((await listTokens(server.store)).filter(({ name }) => name === "laptop")).toMatchObject([
    owner === undefined ? { name: "laptop" } : { name: "laptop", owner },
  ])
  for (const old of [token, second]) expect([await sync(old), await remove(old)]).toEqual([401, 401])
  expect(await sync(third)).toBe(200)
  expect(await sync(third, "not-the-secret-of-it")).toBe(404)
  const other = await createToken(server.store, { name: "other", now })
  expect([await sync(other), await remove(other)]).toEqual([404, 404])
  expect(await remove(third)).toBe(200)
  expect(await collect(server.store.list(`s/${id}/`))).toEqual([])
  expect(await collect(server.store.list("published/"))).toEqual([])
  // Repeated, as if the client had not received the response.
  expect(await remove(third)).toBe(200)
  expect(await remove(third, "not-the-secret-of-it")).toBe(404)
})

test.each(owners.filter((owner) => owner !== undefined))(
  "shares of a revoked token stay with its owner, on their page and for their next token (%s)",
  async (owner) => {
    const { server, token, id, title, sync, remove } = await sharedBy(owner)
    const elsewhere = await createToken(server.store, { name: "desktop", owner: owner.toUpperCase(), now })
    // Two valid tokens have separate shares.
    expect(await sync(elsewhere)).toBe(404)
    await revokeToken(server.store, "laptop", now)
    expect(await sync(token)).toBe(401)
    for (const email of [owner, owner.toUpperCase()]) expect(await mine(server, email)).toContain(title)
    expect(await mine(server, "mallory@corp.example")).not.toContain(title)
    expect(await sync(elsewhere)).toBe(200)
    const foreign = await createToken(server.store, { name: "mallory", owner: "mallory@corp.example", now })
    expect([await sync(foreign), await remove(foreign)]).toEqual([404, 404])

    const page = await mine(server, owner)
    const proof = /name="proof" value="([^"]+)"/.exec(page)![1]!
    const unshare = (email: string) =>
      server.ask("/mine", {
        method: "POST",
        body: new URLSearchParams({ id, proof, confirmed: "yes" }),
        from: "10.0.0.5",
        headers: { "x-email": email },
      })
    expect((await unshare("mallory@corp.example")).status).toBe(404)
    expect((await unshare(owner)).status).toBe(303)
    expect(await collect(server.store.list(`s/${id}/`))).toEqual([])
    expect(await mine(server, owner)).toContain("You have no shares")
  },
)

test("a token is refused right after it was revoked, and a new one of its name does not inherit from one without an owner", async () => {
  const { server, token, sync } = await sharedBy(undefined)
  expect(await sync(token)).toBe(200)
  const revoked = await revokeToken(server.store, "laptop", now)
  expect(await sync(token)).toBe(401)
  const again = await createToken(server.store, { name: "laptop", now })
  expect(await sync(again)).toBe(404)
  expect(await listRevoked(server.store)).toEqual([revoked])
  await expect(revokeToken(server.store, "nobody", now)).rejects.toMatchObject({ code: "bad-usage" })
  await expect(rotateToken(server.store, { name: "nobody", now })).rejects.toMatchObject({ code: "bad-usage" })
})
