import { randomBytes } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { FORMAT, type Manifest, writeManifest } from "../../../src/share/manifest.ts"
import { type Inventory, inventory } from "../../../src/share-server/inventory/inventory.ts"
import { describeShare } from "../../../src/share-server/inventory/inventory-entry.ts"
import { writeBase } from "../../../src/share-server/inventory/inventory-objects.ts"
import { readOwner, writeOwner } from "../../../src/share-server/shares/ownership.ts"
import { removeShare } from "../../../src/share-server/shares/removal.ts"
import { createToken, listTokens, type PublishToken } from "../../../src/share-server/shares/tokens.ts"
import { directoryStore } from "../../../src/store/directory/directory.ts"
import { collect, type ObjectStore } from "../../../src/store/object-store.ts"
import { runs } from "../../support/property-runs.ts"
import { temporaryFolder } from "../../support/world.ts"

/** A bucket with some tokens, and a clock. */
async function bucket() {
  const store = await directoryStore(temporaryFolder())
  let ms = Date.parse("2026-11-02T10:00:00Z")
  const now = () => new Date(ms)
  for (const name of ["dana@corp.example", "ci"]) await createToken(store, { name, now: now() })
  const wait = (byMs: number) => {
    ms += byMs
  }
  return { store, now, wait, tokens: await listTokens(store) }
}

async function publish(
  store: ObjectStore,
  { id, token, now, version }: { id: string; token: PublishToken; now: Date; version: number },
) {
  const at = now.toISOString()
  const object = { size: 1000 + version, hash: "h", input: "i" }
  const about = {
    format: FORMAT,
    id,
    session: `ses_${id}`,
    title: `Title ${version} of ${id}`,
    project: `folder-${version}`,
  }
  const manifest: Manifest = {
    ...about,
    state: "published",
    created: at,
    updated: at,
    generator: "1",
    objects: { "index.html": object },
  }
  await writeManifest(store, manifest)
  if (!(await readOwner(store, id))) await writeOwner(store, id, { session: `ses_${id}`, token, secret: "s", now })
}

const newId = () => `a${randomBytes(15).toString("base64url")}`

/** What the inventory should list: every share as it is in the bucket. */
async function described(store: ObjectStore) {
  const ids = await collect(store.folders("s/"))
  const entries = (await Promise.all(ids.map((id) => describeShare(store, id)))).filter((entry) => entry !== undefined)
  return entries.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function listed(instance: Inventory) {
  const { entries } = await instance.list()
  return entries.map(({ read: _, ...entry }) => entry).sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function scan(store: ObjectStore, instance: Inventory) {
  const running = instance.beginScan()
  for await (const id of store.folders("s/")) await running.add(id)
  await running.end()
}

/** All objects of the inventory as one text. */
async function storedTexts(store: ObjectStore): Promise<string> {
  const keys = (await collect(store.list("inventory/"))).map(({ key }) => key)
  const bodies = await Promise.all(keys.map((key) => store.get(key)))
  return bodies.map((body) => new TextDecoder().decode(body)).join("")
}

test("instances that change shares, scan and are killed in any order list every share as it is in the bucket", async () => {
  const step = fc.record({
    action: fc.constantFrom("publish", "publish", "update", "remove", "flush", "scan", "kill", "wait"),
    instance: fc.nat(1),
    share: fc.nat(30),
    byMs: fc.integer({ min: 1, max: 900_000 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { store, now, wait, tokens } = await bucket()
      const instances = [inventory(store, now), inventory(store, now)]
      const ids: string[] = []
      const removed: string[] = []
      for (const [version, { action, instance, share, byMs }] of steps.entries()) {
        wait(1)
        const own = instances[instance]!
        const id = action === "publish" ? newId() : ids[share % Math.max(1, ids.length)]
        if (action === "flush") await own.flush()
        else if (action === "scan") await scan(store, own)
        else if (action === "wait") wait(byMs)
        // A killed instance has lost what it had not written; the scan at its next start finds that.
        else if (action === "kill") {
          instances[instance] = inventory(store, now)
          await scan(store, instances[instance])
        } else if (id !== undefined) {
          if (action === "remove") {
            await removeShare(store, id, await readOwner(store, id), now())
            ids.splice(ids.indexOf(id), 1)
            removed.push(id)
          } else await publish(store, { id, token: tokens[share % 2]!, now: now(), version })
          if (action === "publish") ids.push(id)
          own.change(id)
        }
      }
      for (const instance of instances) await instance.flush()
      const expected = await described(store)
      for (const instance of [...instances, inventory(store, now)]) expect(await listed(instance)).toEqual(expected)
      await scan(store, instances[0]!)
      const stored = await storedTexts(store)
      for (const id of removed) expect(stored).not.toContain(` of ${id}`)
    }),
    { numRuns: runs(25) },
  )
})

test("what an instance removed is named in no object after it has written its changes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), fc.boolean(), async (removals, scans) => {
      const { store, now, tokens, wait } = await bucket()
      const [writer, remover] = [inventory(store, now), inventory(store, now)]
      const ids = removals.map(() => newId())
      for (const [version, id] of ids.entries()) {
        await publish(store, { id, token: tokens[0]!, now: now(), version })
        writer.change(id)
        if (version % 2 === 0) await writer.flush()
        wait(1_000)
      }
      await writer.flush()
      if (scans) await scan(store, writer)
      wait(1)
      const removed = ids.filter((_, n) => removals[n])
      for (const id of removed) {
        await removeShare(store, id, await readOwner(store, id), now())
        remover.change(id)
      }
      await remover.flush()
      const stored = await storedTexts(store)
      for (const id of ids) expect(stored.includes(` of ${id}`), id).toBe(!removed.includes(id))
      expect(await listed(writer)).toEqual(await described(store))
    }),
    { numRuns: runs(10) },
  )
})

test("an entry has the owner's address, the project, the size and the hour of the last read, also after a scan", async () => {
  const { store, now, tokens, wait } = await bucket()
  const id = newId()
  await publish(store, { id, token: tokens.find(({ name }) => name.includes("@"))!, now: now(), version: 7 })
  const own = inventory(store, now)
  own.change(id)
  wait(90 * 60_000)
  own.read(id)
  const entry = {
    title: `Title 7 of ${id}`,
    project: "folder-7",
    owner: "dana@corp.example",
    bytes: 1007,
    read: "2026-11-02T11:00:00.000Z",
  }
  expect((await own.list()).entries).toMatchObject([entry])
  await scan(store, own)
  const other = await inventory(store, now).list()
  expect(other).toMatchObject({ entries: [entry], isComplete: true })
})

test("whoever lists while changes are being written sees them", async () => {
  const { store, now, tokens } = await bucket()
  const own = inventory(store, now)
  const id = newId()
  await publish(store, { id, token: tokens[0]!, now: now(), version: 1 })
  own.change(id)
  const lists = await Promise.all([own.list(), own.list(), own.list()])
  expect(lists.map(({ entries }) => entries.map((entry) => entry.id))).toEqual([[id], [id], [id]])
})

test("a scan deletes what it replaces", async () => {
  const { store, now, tokens, wait } = await bucket()
  const own = inventory(store, now)
  for (let n = 0; n < 5; n++) {
    const id = newId()
    await publish(store, { id, token: tokens[0]!, now: now(), version: n })
    own.change(id)
    await own.flush()
    wait(1_000)
  }
  for (let n = 0; n < 3; n++) {
    wait(3_600_000)
    await scan(store, own)
  }
  const keys = (await collect(store.list("inventory/"))).map(({ key }) => key.split("/")[1])
  expect(keys.sort()).toEqual(["base", "base"])
  expect((await own.list()).entries.length).toBe(5)
})

test("a base is divided, and lists all shares", async () => {
  const { store, now, tokens } = await bucket()
  const entries = Array.from({ length: 25_001 }, (_, n) => {
    const id = `a${String(n).padStart(20, "0")}`
    const at = now().toISOString()
    const about = {
      title: `T ${n}`,
      project: "",
      token: tokens[0]!.name,
      owner: "",
      bytes: n,
      created: at,
      updated: at,
    }
    return { id, at: now().getTime(), entry: { id, ...about } }
  })
  await writeBase(store, entries, now().getTime())
  const listed = await inventory(store, now).list()
  expect(listed.entries.length).toBe(entries.length)
  expect(new Set(listed.entries.map(({ id }) => id)).size).toBe(entries.length)
})
