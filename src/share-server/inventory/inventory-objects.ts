import { randomBytes } from "node:crypto"
import { mapConcurrently } from "../../lib/concurrency.ts"
import { collect, MAX_CONCURRENT_READS, type ObjectEntry, type ObjectStore } from "../../store/object-store.ts"
import type { InventoryChange } from "./inventory-entry.ts"

/*
 * The inventory is a log, since several instances write it and a bucket need not have conditional writes:
 *
 *   inventory/changes/<ms>-<random>.jsonl         what one instance changed within some seconds
 *   inventory/base/<ms>-<random>/<n>.jsonl        all shares, as a scan that began at <ms> found them
 *   inventory/base/<ms>-<random>/complete.json    written when the base is complete
 *
 * The newest complete base holds, and all changes on top of it. An object is replaced only to delete what it says of
 * removed shares.
 */
const CHANGES = "inventory/changes/"
const BASES = "inventory/base/"
const COMPLETE = "complete.json"

/** Entries per object of a base. */
const CHUNK_ENTRIES = 10_000
/** Changes this much older than a base are part of it, however the clocks of two instances differ. */
const CLOCK_SKEW_MS = 300_000

export interface InventoryObjects {
  /** Keys of the objects of the newest complete base; undefined if there is none. */
  base: string[] | undefined
  changes: string[]
  /** Objects that a base has replaced, and those of incomplete bases that are a day old. */
  obsolete: ObjectEntry[]
}

/** Lists what the inventory consists of. */
export async function listInventory(store: ObjectStore, nowMs: number): Promise<InventoryObjects> {
  const listed = await collect(store.list("inventory/"))
  const keys = new Set(listed.filter(({ hides }) => !hides).map(({ key }) => key))
  const base = [...keys]
    .filter((key) => key.startsWith(BASES) && key.endsWith(`/${COMPLETE}`))
    .sort()
    .at(-1)
  const folder = base?.slice(0, -COMPLETE.length)
  const baseMs = folder === undefined ? 0 : timeOf(folder)
  const isObsolete = (key: string) =>
    key.startsWith(CHANGES)
      ? timeOf(key) < baseMs - CLOCK_SKEW_MS
      : timeOf(key) < baseMs || (key.slice(0, folder?.length) !== folder && timeOf(key) < nowMs - 86_400_000)
  return {
    base: folder === undefined ? undefined : [...keys].filter((key) => key.startsWith(folder) && key !== base),
    changes: [...keys].filter((key) => key.startsWith(CHANGES) && !isObsolete(key)),
    obsolete: listed.filter(({ key }) => isObsolete(key)),
  }
}

const timeOf = (key: string) => Number(/\/(\d{13})-[^/]+/.exec(key)?.[1] ?? 0)

export const writeChanges = (store: ObjectStore, changes: readonly InventoryChange[], nowMs: number): Promise<void> =>
  putLines(store, `${CHANGES}${uniqueName(nowMs)}.jsonl`, changes)

/** Writes a complete base. @param startMs when the scan began that found these shares */
export async function writeBase(
  store: ObjectStore,
  entries: readonly InventoryChange[],
  startMs: number,
): Promise<void> {
  const folder = `${BASES}${uniqueName(startMs)}/`
  for (let first = 0; first < entries.length; first += CHUNK_ENTRIES) {
    const key = `${folder}${first / CHUNK_ENTRIES}.jsonl`
    await putLines(store, key, entries.slice(first, first + CHUNK_ENTRIES))
  }
  await putLines(store, folder + COMPLETE, [])
}

const uniqueName = (ms: number) => `${String(ms).padStart(13, "0")}-${randomBytes(6).toString("hex")}`

async function putLines(store: ObjectStore, key: string, changes: readonly InventoryChange[]): Promise<void> {
  const body = new TextEncoder().encode(changes.map((change) => `${JSON.stringify(change)}\n`).join(""))
  await store.put(key, { body, contentType: "application/jsonl; charset=utf-8", cacheControl: "no-store" })
}

/** Reads an object of the inventory; undefined if another instance has deleted it since it was listed. */
export async function readChanges(store: ObjectStore, key: string): Promise<InventoryChange[] | undefined> {
  const body = await store.get(key)
  if (!body) return undefined
  const lines = new TextDecoder().decode(body).split("\n")
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as InventoryChange)
}

/**
 * Deletes the entries of removed shares, with their titles, from all objects of the inventory. Returns what is left of
 * each object that had some.
 */
export async function deleteEntries(
  store: ObjectStore,
  ids: ReadonlySet<string>,
): Promise<Map<string, InventoryChange[]>> {
  const listed = await collect(store.list("inventory/"))
  const keys = new Set(listed.flatMap(({ key, hides }) => (hides || key.endsWith(`/${COMPLETE}`) ? [] : [key])))
  const rewritten = new Map<string, InventoryChange[]>()
  await mapConcurrently(keys, MAX_CONCURRENT_READS, async (key) => {
    const changes = (await readChanges(store, key)) ?? []
    const left = changes.filter((change) => !("entry" in change && ids.has(change.id)))
    if (left.length === changes.length) return
    await putLines(store, key, left)
    rewritten.set(key, left)
  })
  return rewritten
}
