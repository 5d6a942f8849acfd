import { createHash, randomBytes } from "node:crypto"
import { LRUCache } from "lru-cache"
import type { RedactOptions } from "../../redact/redact.ts"
import type { ObjectEntry, ObjectStore } from "../../store/object-store.ts"
import { putJsonBytes, serverPrefixOf } from "../shares/json-objects.ts"
import { mergeItems } from "./session-items.ts"
import type { StoredItem } from "./stored-item.ts"
import { undoneFilter } from "./undo.ts"

/** Items that were stored together: `s/<id>/server/items/<name>.json`. Never changed once stored. */
export interface Batch {
  items: StoredItem[]
  /** The published objects may mix two versions: publish everything again. */
  distrusted?: true
  /** Rules by which the items were redacted; see `redactionRules`. */
  rules?: string
}

/** All stored items of a session, and the objects that contain them. */
export interface StoredItems {
  items: Map<string, StoredItem>
  /** The objects that were read. */
  batches: ObjectEntry[]
  /** Published objects may mix two versions: publish everything again. */
  isInconsistent: boolean
  /** The rules of all batches, if they are the same. */
  rules: string | undefined
}

/** Batches by key, in a process that publishes the same shares again and again. */
export type BatchCache = LRUCache<string, Batch>

export const batchCache = (maxBytes: number): BatchCache => new LRUCache({ maxSize: maxBytes })

/** Hash of everything that decides how items are redacted. */
export const redactionRules = (version: string, redact: RedactOptions | undefined): string =>
  createHash("sha256")
    .update(JSON.stringify([version, redact]))
    .digest("base64url")
    .slice(0, 16)

/** Returns a new name for an encoded batch. It contains the time and the length, so that they are known from a listing. */
export const newBatchName = (body: Uint8Array): string =>
  [Date.now().toString(36), body.length.toString(36), randomBytes(9).toString("hex")].join("-")

const BATCH_KEY = /\/server\/items\/([a-z0-9]+-([a-z0-9]+)-[0-9a-f]+)\.json$/

export const batchKeyOf = (id: string, name: string): string => `${serverPrefixOf(id)}items/${name}.json`

/** Name of the batch with this key; undefined for other objects. */
export const batchNameOf = (key: string): string | undefined => BATCH_KEY.exec(key)?.[1]

/** Length of the batch with this key, uncompressed. */
const batchBytes = (key: string): number => Number.parseInt(BATCH_KEY.exec(key)?.[2] ?? "0", 36)

/**
 * Stores items as a new object, which no other instance ever writes to. It is deleted only after its items are stored in
 * another object.
 * @param body made by `encodeBatch`
 */
export async function storeBatch(store: ObjectStore, id: string, name: string, body: Uint8Array): Promise<void> {
  await putJsonBytes(store, batchKeyOf(id, name), body)
}

/** Records durably that the published objects of a share may mix two versions. */
export async function markInconsistent(store: ObjectStore, id: string): Promise<void> {
  const body = encodeBatch({ items: [], distrusted: true })
  await storeBatch(store, id, newBatchName(body), body)
}

/** Reads and merges batches; undefined if one of them vanished meanwhile, since another instance merged it into a new one. */
export async function readBatches(
  store: ObjectStore,
  batches: ObjectEntry[],
  cache: BatchCache,
): Promise<StoredItems | undefined> {
  const keys = new Set(batches.map(({ key }) => key))
  const read = await Promise.all([...keys].map((key) => readBatch(store, key, cache)))
  const stored: StoredItems = { items: new Map(), batches, isInconsistent: false, rules: read[0]?.rules }
  for (const batch of read) {
    if (!batch) return undefined
    mergeItems(stored.items, batch.items)
    stored.isInconsistent ||= batch.distrusted === true
    if (batch.rules !== stored.rules) stored.rules = undefined
  }
  return stored
}

async function readBatch(store: ObjectStore, key: string, cache: BatchCache): Promise<Batch | undefined> {
  const known = cache.get(key)
  if (known) return known
  const body = await store.get(key)
  return body && rememberBatch(cache, key, body)
}

/** Adds an encoded batch to the cache. */
export function rememberBatch(cache: BatchCache, key: string, body: Uint8Array): Batch {
  const batch: Batch = JSON.parse(new TextDecoder().decode(body))
  cache.set(key, batch, { size: body.length })
  return batch
}

/** Stores the items of all batches that were read as one batch; these can be deleted afterwards. Drops items that were undone for good. */
export async function mergeBatches(
  store: ObjectStore,
  id: string,
  { items, rules }: StoredItems,
  cache: BatchCache,
): Promise<void> {
  const isUndone = undoneFilter(items)
  const kept = [...items.values()].filter((item) => !isUndone(item))
  const body = encodeBatch({ items: kept, ...(rules !== undefined && { rules }) })
  const name = newBatchName(body)
  await storeBatch(store, id, name, body)
  rememberBatch(cache, batchKeyOf(id, name), body)
}

/** Uncompressed size of all stored items of a session, which is also the memory that reading them needs. */
export async function storedBytes(store: ObjectStore, id: string): Promise<number> {
  const keys = new Set<string>()
  for await (const { key } of store.list(`${serverPrefixOf(id)}items/`)) keys.add(key)
  return totalBatchBytes(keys)
}

/** Uncompressed size of these batches. */
export const totalBatchBytes = (keys: ReadonlySet<string>): number =>
  [...keys].reduce((sum, key) => sum + batchBytes(key), 0)

/** Encodes items as they are stored. */
export const encodeBatch = (batch: Batch): Uint8Array => new TextEncoder().encode(JSON.stringify(batch))
