import { mapConcurrently } from "../../lib/concurrency.ts"
import { emptyPrefix } from "../../share/unshare.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../../store/object-store.ts"
import { listDirtyMarks } from "../publishing/dirty-marks.ts"
import { readOwner, removeFromIndex, type ShareOwner, writeTombstone } from "./ownership.ts"

/** Shares whose objects are deleted at the same time. */
const MAX_CONCURRENT_DELETIONS = 8

/** A share that has a tombstone: nobody can read it or add to it, but objects of it may be left. */
export interface ClosedShare {
  id: string
  owner: ShareOwner
}

/**
 * Removes a share: writes its tombstone, then deletes its objects. Can be interrupted and repeated. Throws what the
 * store throws, and `left-behind`.
 */
export async function removeShare(
  store: ObjectStore,
  id: string,
  owner: ShareOwner | undefined,
  now: Date,
): Promise<void> {
  await writeTombstone(store, id, owner, now)
  await deleteObjects(store, id)
  if (owner) await removeFromIndex(store, owner.token, new Set([id]))
}

/**
 * Writes the tombstones of shares that the server owns, and returns these. Deletes nothing: however many there are, all
 * of them are unreadable before the first deletion, and the sweep finishes what is interrupted. Throws what the store
 * throws.
 */
export async function closeShares(store: ObjectStore, ids: Iterable<string>, now: Date): Promise<ClosedShare[]> {
  const closed = await mapConcurrently(ids, MAX_CONCURRENT_READS, async (id): Promise<ClosedShare[]> => {
    const owner = await readOwner(store, id)
    if (!owner) return []
    await writeTombstone(store, id, owner, now)
    return [{ id, owner }]
  })
  return closed.flat()
}

/** Deletes the objects of closed shares. Returns the ids of those that could not be deleted, which the sweep tries again. */
export async function deleteClosed(store: ObjectStore, closed: readonly ClosedShare[]): Promise<string[]> {
  const failed = new Set<string>()
  await mapConcurrently(closed, MAX_CONCURRENT_DELETIONS, ({ id }) =>
    deleteObjects(store, id).catch(() => void failed.add(id)),
  )
  const deleted = closed.filter(({ id }) => !failed.has(id))
  const ids = new Set(deleted.map(({ id }) => id))
  const tokens = new Set(deleted.map(({ owner }) => owner.token))
  // The sweep deletes the rest of the index.
  for (const token of tokens) await removeFromIndex(store, token, ids).catch(() => {})
  return [...failed]
}

async function deleteObjects(store: ObjectStore, id: string): Promise<void> {
  await emptyPrefix(store, id)
  await store.delete(await listDirtyMarks(store, id))
}
