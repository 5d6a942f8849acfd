import fc from "fast-check"
import { expect, test } from "vitest"
import { ShareError } from "../../../src/errors.ts"
import { sweep } from "../../../src/share-server/publishing/sweep.ts"
import { readOwner } from "../../../src/share-server/shares/ownership.ts"
import { removeShare } from "../../../src/share-server/shares/removal.ts"
import { directoryStore } from "../../../src/store/directory/directory.ts"
import { collect, type ObjectStore } from "../../../src/store/object-store.ts"
import { asPerson, company } from "../../support/administered.ts"
import { post } from "../../support/own-server.ts"
import { runs } from "../../support/property-runs.ts"
import { temporaryFolder } from "../../support/world.ts"

/** The store of an instance that is killed after some writes: in the middle of the next one, and of every other request. */
function killedAfter(store: ObjectStore, writes: number) {
  let left = writes
  const dead = new ShareError("store-failed", "The instance was killed.")
  const alive = async <T>(work: () => Promise<T>) => {
    if (left < 0) throw dead
    return work()
  }
  const killed: ObjectStore = {
    ...store,
    get: (key) => alive(() => store.get(key)),
    read: (key, options) => alive(() => store.read(key, options)),
    async *list(prefix) {
      if (left < 0) throw dead
      yield* store.list(prefix)
    },
    put: (key, object) =>
      alive(async () => {
        if (--left < 0) throw dead
        await store.put(key, object)
      }),
    delete: (entries) =>
      alive(async () => {
        if (--left < 0) {
          await store.delete(entries.slice(0, entries.length / 2))
          throw dead
        }
        await store.delete(entries)
      }),
  }
  return { killed, isDead: () => left < 0 }
}

const actions = {
  share: (ids: Record<string, string>) => ({ kind: "share", id: ids["dana"]!, unshare: "true" }),
  "token's shares": () => ({ kind: "token", name: "dana laptop", unshare: "true" }),
  token: () => ({ kind: "token", name: "dana laptop", revoke: "true" }),
  "token with its shares": () => ({ kind: "token", name: "dana laptop", revoke: "true", unshare: "true" }),
  "person's shares": () => ({ kind: "owner", email: "dana@corp.example", unshare: "true" }),
  "person's tokens": () => ({ kind: "owner", email: "dana@corp.example", revoke: "true" }),
  "who has left": () => ({ kind: "owner", email: "dana@corp.example", revoke: "true", unshare: "true" }),
}

test("an administrator's action that is killed anywhere leaves whole shares or none, and the next attempt completes it", async () => {
  let kills = 0
  const name = fc.constantFrom(...(Object.keys(actions) as (keyof typeof actions)[]))
  await fc.assert(
    fc.asyncProperty(name, fc.nat(16), async (name, writes) => {
      const store = await directoryStore(temporaryFolder())
      const { instance, ids, share, tokens } = await company(store)
      const action: Record<string, string> = actions[name](ids)
      const { killed, isDead } = killedAfter(store, writes)
      const first = instance(killed)
      const { proof } = await asPerson(first)("admin@corp.example").confirm(action)
      await asPerson(first)("admin@corp.example").send({ ...action, proof })
      if (isDead()) kills++

      const other = instance()
      const statuses = async () => Promise.all(Object.values(ids).map((id) => share.status(id, other)))
      const afterKill = await statuses()
      for (const status of afterKill) expect([200, 410]).toContain(status)
      await sweepAt(other, store)
      expect(await statuses()).toEqual(afterKill)
      await expectNothingLeft(
        store,
        Object.values(ids).filter((_, n) => afterKill[n] === 410),
      )

      await asPerson(other)("admin@corp.example").act(action)
      const removed =
        action["unshare"] !== "true" ? [] : action["kind"] === "owner" ? [ids.dana, ids.dana2] : [ids.dana]
      expect(await statuses()).toEqual(Object.values(ids).map((id) => (removed.includes(id) ? 410 : 200)))
      await expectNothingLeft(store, removed)
      const mayPublish = async (token: string) =>
        (await other.ask(`/${token}/api/share`, post({ sessionID: "ses_later" }))).ok
      const revoked =
        action["revoke"] !== "true" ? [] : action["kind"] === "owner" ? [tokens.dana, tokens.dana2] : [tokens.dana]
      for (const token of Object.values(tokens)) expect(await mayPublish(token)).toBe(!revoked.includes(token))
    }),
    { numRuns: runs(12) },
  )
  expect(kills).toBeGreaterThan(0)
})

async function sweepAt(
  { inventory, log }: { inventory: Parameters<typeof sweep>[1]["inventory"]; log: string[] },
  store: ObjectStore,
) {
  const now = () => new Date()
  await sweep(store, {
    now,
    inventory,
    log: (...about) => log.push(JSON.stringify(about)),
    remove: (id, owner) => removeShare(store, id, owner, now()),
  })
}

async function expectNothingLeft(store: ObjectStore, ids: readonly string[]) {
  const prefixes = ["s/", "published/", "pending/"]
  const keys = (await Promise.all(prefixes.map((prefix) => collect(store.list(prefix))))).flat().map(({ key }) => key)
  expect(keys.filter((key) => ids.some((id) => key.includes(id)))).toEqual([])
}

test("a share that is created while its token is revoked and its shares are removed is not left behind", async () => {
  const store = await directoryStore(temporaryFolder())
  const { instance, tokens, ids, as } = await company(store)
  const admin = as("admin@corp.example")
  const action = { kind: "token", name: "eve", revoke: "true", unshare: "true" }
  // The administrator's action happens entirely between the check of the token and the share's record.
  const late: ObjectStore = {
    ...store,
    async put(key, object) {
      if (key.startsWith("published/")) await admin.act(action)
      await store.put(key, object)
    },
  }
  const made = await instance(late).ask(`/${tokens.eve}/api/share`, post({ sessionID: "ses_late" }))
  expect(made.status).toBe(401)
  const own = (await collect(store.list("published/"))).map(({ key }) => key)
  expect(own.length).toBe(2)
  expect(await collect(store.list(`s/${ids.eve}/`))).toEqual([])
  expect((await collect(store.folders("s/"))).length).toBe(2)
  expect(await readOwner(store, ids.eve)).toBeUndefined()
})
