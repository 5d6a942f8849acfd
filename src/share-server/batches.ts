import { randomBytes } from "node:crypto"
import { prefixOf } from "../share/manifest.ts"
import type { ObjectEntry, ObjectStore } from "../store/object-store.ts"
import { mergeItems, type StoredItem } from "./session-items.ts"
import { undoneFilter } from "./undo.ts"

/** Below a share's prefix, what only the server reads. */
export const SERVER_FOLDER = "server/"

/** All that is kept of a session, and the objects that it is in. */
export interface StoredItems {
  items: Map<string, StoredItem>
  /** The objects it was read from; where there is more than one, `fold` makes them one. */
  batches: ObjectEntry[]
  /** Somebody has found that what is published may be a mixture: everything has to be sent again. */
  isInconsistent: boolean
}

interface Batch {
  items: StoredItem[]
  distrusted?: true
}

/**
 * Keeps items durably: an object of their own, which no other instance ever writes to. Nothing but `fold` deletes it, and
 * only after what it holds is in another one.
 * @param batch as `batchOf` makes it
 */
export async function storeBatch(store: ObjectStore, id: string, batch: Uint8Array): Promise<void> {
  await putBatch(store, id, batch)
}

/** Notes durably that what is published of a share may be a mixture of two versions. */
export async function markInconsistent(store: ObjectStore, id: string): Promise<void> {
  await putBatch(store, id, encodeBatch({ items: [], distrusted: true }))
}

/**
 * Everything that is kept of a session's share. Several instances may keep and fold at the same time: one that reads while
 * another one folds looks again.
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
 * Makes one object of what was gathered. No two instances can undo each other: what is deleted was read, and is in what was
 * stored before. So of any object that is gone there is always one left that holds what it held, but for what was undone
 * for good.
 */
export async function compactBatches(store: ObjectStore, id: string, stored: StoredItems): Promise<void> {
  if (stored.batches.length < 2) return
  const isUndone = undoneFilter(stored.items)
  const items = [...stored.items.values()].filter((item) => !isUndone(item))
  const key = await putBatch(store, id, encodeBatch({ items }))
  await store.delete(stored.batches)
  stored.batches = [{ key, size: 0 }]
}

/** Whether something is kept that was not gathered. */
export async function hasNewBatches(store: ObjectStore, id: string, { batches }: StoredItems): Promise<boolean> {
  const read = new Set(batches.map(({ key }) => key))
  return (await listBatches(store, id)).some(({ key }) => !read.has(key))
}

async function listBatches(store: ObjectStore, id: string): Promise<ObjectEntry[]> {
  const found: ObjectEntry[] = []
  const prefix = `${prefixOf(id)}${SERVER_FOLDER}items/`
  for await (const entry of store.list(prefix)) if (/\/[a-z0-9-]+\.json$/.test(entry.key)) found.push(entry)
  return found
}

/** Bytes that are kept of a session, before they are compressed, which is what reading them takes. */
export async function storedBytes(store: ObjectStore, id: string): Promise<number> {
  const keys = new Set((await listBatches(store, id)).map(({ key }) => key))
  return [...keys].reduce((sum, key) => sum + Number.parseInt(/-([a-z0-9]+)-[^/]*$/.exec(key)?.[1] ?? "0", 36), 0)
}

/** Items as they are kept. */
export const encodeBatch = (batch: Batch): Uint8Array => new TextEncoder().encode(JSON.stringify(batch))

// The key tells how long the content is.
async function putBatch(store: ObjectStore, id: string, body: Uint8Array): Promise<string> {
  const name = [Date.now().toString(36), body.length.toString(36), randomBytes(9).toString("hex")].join("-")
  const key = `${prefixOf(id)}${SERVER_FOLDER}items/${name}.json`
  await putBytes(store, key, body)
  return key
}

export async function putJson(store: ObjectStore, key: string, value: object): Promise<void> {
  await putBytes(store, key, new TextEncoder().encode(JSON.stringify(value)))
}

async function putBytes(store: ObjectStore, key: string, body: Uint8Array): Promise<void> {
  await store.put(key, { body, contentType: "application/json; charset=utf-8", cacheControl: "no-store" })
}

/** A JSON object of the server's own; undefined where there is none. */
export async function getJson<T>(store: ObjectStore, key: string): Promise<T | undefined> {
  const body = await store.get(key)
  return body && (JSON.parse(new TextDecoder().decode(body)) as T)
}
