import { randomBytes } from "node:crypto"
import type { ObjectEntry, ObjectStore } from "../../store/object-store.ts"
import { putJsonBytes, serverPrefixOf } from "../shares/json-objects.ts"
import { mergeItems, type StoredItem } from "./session-items.ts"
import { undoneFilter } from "./undo.ts"

/** All stored items of a session, and the objects that contain them. */
export interface StoredItems {
  items: Map<string, StoredItem>
  /** The objects that were read; `compactBatches` merges them if there is more than one. */
  batches: ObjectEntry[]
  /** Published objects may mix two versions: publish everything again. */
  isInconsistent: boolean
}

interface Batch {
  items: StoredItem[]
  distrusted?: true
}

/**
 * Stores items as a new object, which no other instance ever writes to. Only `compactBatches` deletes it, after its
 * items are stored in another object.
 * @param batch made by `encodeBatch`
 */
export async function storeBatch(store: ObjectStore, id: string, batch: Uint8Array): Promise<void> {
  await putBatch(store, id, batch)
}

/** Records durably that the published objects of a share may mix two versions. */
export async function markInconsistent(store: ObjectStore, id: string): Promise<void> {
  await putBatch(store, id, encodeBatch({ items: [], distrusted: true }))
}

/**
 * Reads all stored items of a session. Several instances may store and compact at the same time: if an object vanishes
 * during the read, the read is repeated, up to five times.
 */
export async function readBatches(store: ObjectStore, id: string): Promise<StoredItems> {
  for (let attemptsLeft = 5; ; attemptsLeft--) {
    const batches = await listBatches(store, id)
    const stored: StoredItems = { items: new Map(), batches, isInconsistent: false }
    let vanished = false
    for (const key of new Set(batches.map(({ key }) => key))) {
      const body = await store.get(key)
      if (!body) {
        vanished = true
        continue
      }
      const batch: Batch = JSON.parse(new TextDecoder().decode(body))
      mergeItems(stored.items, batch.items)
      stored.isInconsistent ||= batch.distrusted === true
    }
    if (!vanished || attemptsLeft === 1) return stored
  }
}

/**
 * Merges the batches that were read into one object. Safe on several instances at once: only objects that were read are
 * deleted, after their items are stored again. So the items of a deleted object are always in another one, except those
 * that were undone for good.
 */
export async function compactBatches(store: ObjectStore, id: string, stored: StoredItems): Promise<void> {
  if (stored.batches.length < 2) return
  const isUndone = undoneFilter(stored.items)
  const items = [...stored.items.values()].filter((item) => !isUndone(item))
  const key = await putBatch(store, id, encodeBatch({ items }))
  await store.delete(stored.batches)
  stored.batches = [{ key, size: 0 }]
}

/** Whether there are batches that were not read yet. */
export async function hasNewBatches(store: ObjectStore, id: string, { batches }: StoredItems): Promise<boolean> {
  const read = new Set(batches.map(({ key }) => key))
  return (await listBatches(store, id)).some(({ key }) => !read.has(key))
}

async function listBatches(store: ObjectStore, id: string): Promise<ObjectEntry[]> {
  const found: ObjectEntry[] = []
  const prefix = `${serverPrefixOf(id)}items/`
  for await (const entry of store.list(prefix)) if (/\/[a-z0-9-]+\.json$/.test(entry.key)) found.push(entry)
  return found
}

/** Uncompressed size of all stored items of a session, which is also the memory that reading them needs. */
export async function storedBytes(store: ObjectStore, id: string): Promise<number> {
  const keys = new Set((await listBatches(store, id)).map(({ key }) => key))
  return [...keys].reduce((sum, key) => sum + Number.parseInt(/-([a-z0-9]+)-[^/]*$/.exec(key)?.[1] ?? "0", 36), 0)
}

/** Encodes items as they are stored. */
export const encodeBatch = (batch: Batch): Uint8Array => new TextEncoder().encode(JSON.stringify(batch))

// The key contains the length of the body, for `storedBytes`.
async function putBatch(store: ObjectStore, id: string, body: Uint8Array): Promise<string> {
  const name = [Date.now().toString(36), body.length.toString(36), randomBytes(9).toString("hex")].join("-")
  const key = `${serverPrefixOf(id)}items/${name}.json`
  await putJsonBytes(store, key, body)
  return key
}
