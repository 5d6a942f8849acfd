import { emptyPrefix } from "../../share/unshare.ts"
import type { ObjectEntry, ObjectStore } from "../../store/object-store.ts"
import {
  batchKeyOf,
  markInconsistent,
  mergeBatches,
  readBatches,
  rememberBatch,
  type StoredItems,
  totalBatchBytes,
} from "../items/batches.ts"
import { redactRevealed } from "../items/redact-items.ts"
import { hasTombstone } from "../shares/ownership.ts"
import { dirtyMarkKey, listDirtyMarks, listFinishedMarks } from "./dirty-marks.ts"
import { acquireLease, type Lease, leaseKeyOf } from "./lease.ts"
import { type PublishMemory, publishMemory } from "./publish-memory.ts"
import type { PublishShareOptions } from "./publish-options.ts"
import { publishVersion } from "./publish-version.ts"
import { listServerObjects, type ServerObjects } from "./server-objects.ts"

/**
 * `busy`: another instance publishes the share, or has taken it over; try again. `gone`: it was removed, and nothing is
 * left of it. `refused`: the hook does not allow it.
 */
export type PublishOutcome = "published" | "busy" | "gone" | "too large" | "refused"

/** More batches than this are merged into one when they have been published. */
const MAX_BATCHES = 8

/**
 * Publishes the stored items of a session. Can be interrupted at any point and repeated by any instance: the dirty marks of
 * its batches are deleted last, together with the lease. Throws what the store throws.
 */
export async function publishShare(id: string, options: PublishShareOptions): Promise<PublishOutcome> {
  const { store, memory = publishMemory(), maxBytes = Number.POSITIVE_INFINITY, fresh = new Map() } = options
  const objects = await listServerObjects(store, id)
  const previous = memory.published.get(id)
  if (!objects.hasOwner || !previous) {
    if (await finishRemoval(store, id)) return "gone"
    if (!objects.hasOwner) return objects.batches.length > 0 ? removeOrphans(store, id) : "busy"
  }
  if (totalBatchBytes(new Set(objects.batches.map(({ key }) => key))) > maxBytes) return "too large"
  for (const [name, body] of fresh) rememberBatch(memory.batches, batchKeyOf(id, name), body)

  const remove = (entries: readonly ObjectEntry[]) => deleteObjects(store, id, objects, entries)
  const lease = await acquireLease(store, id, { isListed: objects.hasLease, remove })
  if (!lease) return "busy"
  // Another instance may publish the same share, begun in the same moment.
  const stored = await readBatches(store, objects.batches, memory.batches)
  if (!stored || (!previous && !(await lease.isHeld()))) {
    await lease.release()
    return "busy"
  }
  return publishStored(id, { ...options, memory }, { objects, stored, lease, previous })
}

interface Claimed {
  objects: ServerObjects
  stored: StoredItems
  lease: Lease
  /** Names of the batches that this process published last. */
  previous: ReadonlySet<string> | undefined
}

async function publishStored(
  id: string,
  options: PublishShareOptions & { memory: PublishMemory },
  { objects, stored, lease, previous }: Claimed,
): Promise<PublishOutcome> {
  const { store, memory, now } = options
  const { hasChosenExpiry } = objects
  const names = new Set(objects.names)
  memory.published.delete(id)
  try {
    const isRedacted = await redactStored(stored, options)
    const isConsistent = !lease.wasAbandoned && !stored.isInconsistent
    const status =
      stored.items.size === 0
        ? "published"
        : await publishVersion(id, stored, { ...options, lease, isConsistent, hasChosenExpiry })
    if (status !== "published" && status !== "refused") return await recover(store, id, stored)
    const isMerging = isRedacted || stored.isInconsistent || names.size > MAX_BATCHES
    if (isMerging) await mergeBatches(store, id, stored, memory.batches)
    const hasNews = previous !== undefined && [...names].some((name) => !previous.has(name))
    const marks =
      hasNews && !objects.isVersioned
        ? marksOf(id, objects, previous)
        : await listFinishedMarks(store, id, names, now().getTime())
    // The lease is still there: so no removal had finished before the last upload, and the objects of a later one go with it.
    if (!(await lease.finish([...marks, ...(isMerging ? objects.batches : [])])))
      return await recover(store, id, stored)
    if (status === "published") memory.published.set(id, names)
    return status
  } catch (error) {
    // Objects of two versions may be mixed now; if that cannot be recorded, the lease is left behind, which tells the same.
    await recover(store, id, stored).then(() => lease.release())
    throw error
  }
}

/** Redacts secrets in the stored items that came before they were revealed. Returns whether there were any. */
async function redactStored({ items }: StoredItems, { secrets, redact }: PublishShareOptions): Promise<boolean> {
  const cleaned = secrets && (await redactRevealed([...items.values()], secrets, redact))
  for (const item of cleaned ?? []) items.set(item.name, item)
  return cleaned !== undefined
}

/** Dirty marks of the batches that were not published before. */
const marksOf = (id: string, { names, version }: ServerObjects, previous: ReadonlySet<string>): ObjectEntry[] =>
  [...names]
    .filter((name) => !previous.has(name))
    .map((name) => ({ key: dirtyMarkKey(id, name), size: 0, ...(version !== undefined && { version }) }))

/** After an incomplete run: deletes what was uploaded if the share was removed meanwhile; else has everything published again. */
async function recover(store: ObjectStore, id: string, { isInconsistent }: StoredItems): Promise<"gone" | "busy"> {
  if (await finishRemoval(store, id)) return "gone"
  if (!isInconsistent) await markInconsistent(store, id)
  return "busy"
}

/** Deletes objects and, if the bucket keeps versions, all versions of those that are given without one. */
async function deleteObjects(
  store: ObjectStore,
  id: string,
  { isVersioned, version }: ServerObjects,
  entries: readonly ObjectEntry[],
): Promise<void> {
  if (!isVersioned)
    return store.delete(entries.map((entry) => ({ ...entry, ...(version !== undefined && { version }) })))
  const keys = new Set(entries.filter((entry) => entry.version === undefined).map(({ key }) => key))
  const versions: ObjectEntry[] = []
  for await (const entry of store.list(leaseKeyOf(id).replace(/[^/]+$/, "")))
    if (keys.has(entry.key)) versions.push(entry)
  await store.delete([...entries.filter((entry) => entry.version !== undefined), ...versions])
}

/** Deletes the remaining objects of a share that has a tombstone. Returns whether it has one. */
export async function finishRemoval(store: ObjectStore, id: string): Promise<boolean> {
  if (!(await hasTombstone(store, id))) return false
  await removeOrphans(store, id)
  return true
}

/** Deletes what is left of a share that was removed, or whose objects another tool has deleted. */
async function removeOrphans(store: ObjectStore, id: string): Promise<"gone"> {
  await emptyPrefix(store, id)
  await store.delete(await listDirtyMarks(store, id))
  return "gone"
}
