import { randomBytes } from "node:crypto"
import { prefixOf } from "../share/manifest.ts"
import type { ObjectEntry, ObjectStore } from "../store/object-store.ts"
import { type KeptItem, mergeItems } from "./items.ts"
import { undoneIn } from "./undone.ts"

/** Below a share's prefix, what only the server reads. */
export const SERVER = "server/"

/** All that is kept of a session, and the objects that it is in. */
export interface Gathered {
  items: Map<string, KeptItem>
  /** The objects it was read from; where there is more than one, `fold` makes them one. */
  from: ObjectEntry[]
  /** Somebody has found that what is published may be a mixture: everything has to be sent again. */
  distrusted: boolean
}

interface Batch {
  items: KeptItem[]
  distrusted?: true
}

/**
 * Keeps items durably: an object of their own, which no other instance ever writes to. Nothing but `fold` deletes it, and
 * only after what it holds is in another one.
 * @param batch as `batchOf` makes it
 */
export async function keepItems(store: ObjectStore, id: string, batch: Uint8Array): Promise<void> {
  await putBatch(store, id, batch)
}

/** Notes durably that what is published of a share may be a mixture of two versions. */
export async function distrust(store: ObjectStore, id: string): Promise<void> {
  await putBatch(store, id, batchOf({ items: [], distrusted: true }))
}

/**
 * Everything that is kept of a session's share. Several instances may keep and fold at the same time: one that reads while
 * another one folds looks again.
 */
export async function gather(store: ObjectStore, id: string): Promise<Gathered> {
  for (let left = 5; ; left--) {
    const from = await batchesOf(store, id)
    const gathered: Gathered = { items: new Map(), from, distrusted: false }
    let vanished = false
    for (const key of new Set(from.map(({ key }) => key))) {
      const body = await store.get(key)
      if (!body) {
        vanished = true
        continue
      }
      const batch: Batch = JSON.parse(new TextDecoder().decode(body))
      mergeItems(gathered.items, batch.items)
      gathered.distrusted ||= batch.distrusted === true
    }
    if (!vanished || left === 1) return gathered
  }
}

/**
 * Makes one object of what was gathered. No two instances can undo each other: what is deleted was read, and is in what was
 * stored before. So of any object that is gone there is always one left that holds what it held, but for what was undone
 * for good.
 */
export async function fold(store: ObjectStore, id: string, gathered: Gathered): Promise<void> {
  if (gathered.from.length < 2) return
  const isUndone = undoneIn(gathered.items)
  const items = [...gathered.items.values()].filter((item) => !isUndone(item))
  const key = await putBatch(store, id, batchOf({ items }))
  await store.delete(gathered.from)
  gathered.from = [{ key, size: 0 }]
}

/** Whether something is kept that was not gathered. */
export async function hasNews(store: ObjectStore, id: string, { from }: Gathered): Promise<boolean> {
  const known = new Set(from.map(({ key }) => key))
  return (await batchesOf(store, id)).some(({ key }) => !known.has(key))
}

async function batchesOf(store: ObjectStore, id: string): Promise<ObjectEntry[]> {
  const found: ObjectEntry[] = []
  const prefix = `${prefixOf(id)}${SERVER}items/`
  for await (const entry of store.list(prefix)) if (/\/[a-z0-9-]+\.json$/.test(entry.key)) found.push(entry)
  return found
}

/** Bytes that are kept of a session, before they are compressed, which is what reading them takes. */
export async function keptBytes(store: ObjectStore, id: string): Promise<number> {
  const keys = new Set((await batchesOf(store, id)).map(({ key }) => key))
  return [...keys].reduce((sum, key) => sum + Number.parseInt(/-([a-z0-9]+)-[^/]*$/.exec(key)?.[1] ?? "0", 36), 0)
}

/** Items as they are kept. */
export const batchOf = (batch: Batch): Uint8Array => new TextEncoder().encode(JSON.stringify(batch))

// The key tells how long the content is.
async function putBatch(store: ObjectStore, id: string, body: Uint8Array): Promise<string> {
  const name = [Date.now().toString(36), body.length.toString(36), randomBytes(9).toString("hex")].join("-")
  const key = `${prefixOf(id)}${SERVER}items/${name}.json`
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
