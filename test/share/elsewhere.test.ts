import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { type Manifest, prefixOf } from "../../src/share/manifest.ts"
import { share } from "../../src/share/share.ts"
import { newShareId } from "../../src/share/share-id.ts"
import { unshare } from "../../src/share/unshare.ts"
import { collect, type ObjectStore } from "../../src/store/object-store.ts"
import { openStore } from "../../src/store/open-store.ts"
import { sha256, talk } from "../support/faulty-share.ts"
import { temporaryFolder } from "../support/world.ts"

// Another machine has a ledger of its own, or none: all that the two have in common is the bucket.

/** A store that does something before its n-th request (from 1), once. */
function interrupted(store: ObjectStore, n: number, doing: () => Promise<unknown>) {
  let count = 0
  const next = async () => {
    if (++count === n) await doing()
  }
  const wrapped: ObjectStore = {
    ...store,
    put: async (...args) => {
      await next()
      return store.put(...args)
    },
    get: async (key) => {
      await next()
      return store.get(key)
    },
    async *list(prefix) {
      await next()
      yield* store.list(prefix)
    },
    delete: async (entries) => {
      await next()
      return store.delete(entries)
    },
  }
  return { store: wrapped, requests: () => count }
}

async function twoMachines() {
  const folder = temporaryFolder()
  const destination = { to: path.join(folder, "bucket") }
  const plain = await openStore(destination)
  const ledgers = ["here", "elsewhere"].map((name) => path.join(folder, name))
  const shareAt = (ledger: string, messages: number, store = plain) => {
    const file = path.join(folder, `${messages}.json`)
    writeFileSync(file, JSON.stringify(talk(messages)))
    const options = { store, destination, ledger: openLedger(ledger), version: "0", newId: newShareId }
    return share(exportFile(file), { ...options, now: () => new Date(), mayShare: () => {} })
  }
  const [here = "", elsewhere = ""] = ledgers
  return { plain, here, elsewhere, shareAt }
}

test("a share that another machine removes during publishing stays removed, at any request", async () => {
  for (let n = 1, more = true; more; n++) {
    const { plain, here, elsewhere, shareAt } = await twoMachines()
    const { id, url } = await shareAt(here, 2)
    const remove = () => unshare({ id, url, store: plain }, openLedger(elsewhere))
    const { store, requests } = interrupted(plain, n, remove)
    const again = await shareAt(here, 4, store).catch((error) => error)
    more = requests() >= n
    if (!more) break
    expect(again, `before request ${n}`).toSatisfy(
      ({ code, id: other }) => code === "share-not-found" || (other !== undefined && other !== id),
    )
    expect(await collect(plain.list(prefixOf(id))), `before request ${n}`).toEqual([])
  }
})

test("a share that two machines publish concurrently ends as one version", async () => {
  for (let n = 1, more = true; more; n++) {
    const { plain, here, elsewhere, shareAt } = await twoMachines()
    const { id } = await shareAt(here, 2)
    mkdirSync(elsewhere)
    for (const name of readdirSync(here)) copyFileSync(path.join(here, name), path.join(elsewhere, name))
    const { store, requests } = interrupted(plain, n, () => shareAt(elsewhere, 6))
    const again = await shareAt(here, 4, store).catch((error) => error)
    more = requests() >= n
    if (again instanceof Error) expect(again, `before request ${n}`).toMatchObject({ code: "store-failed" })
    else expect(again.id).toBe(id)
    const manifest: Manifest = JSON.parse(String(await plain.get(`${prefixOf(id)}manifest.json`)))
    const found = (await collect(plain.list(prefixOf(id)))).map(({ key }) => key.slice(prefixOf(id).length))
    expect(new Set(found)).toEqual(new Set([...Object.keys(manifest.objects), "manifest.json"]))
    for (const [name, { hash }] of Object.entries(manifest.objects))
      expect(sha256((await plain.get(prefixOf(id) + name))!), `${name}, before request ${n}`).toBe(hash)
  }
})
