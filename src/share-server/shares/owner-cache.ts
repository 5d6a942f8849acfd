import { LRUCache } from "lru-cache"
import { isShareId } from "../../share/share-id.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { hasTombstone, readOwner, type ShareOwner } from "./ownership.ts"

/** A removal at another instance is seen after this long. */
const OWNER_TTL_MS = 5_000
const MAX_CACHED_OWNERS = 10_000

/** Owners of shares that have not been removed. Which token owns a share never changes. */
export interface OwnerCache {
  /** The owner of a share; undefined if there is no such share, or it was removed. */
  find(id: string): Promise<ShareOwner | undefined>
  /** Runs the removal of shares, during and after which they have no owner; if the removal fails, the bucket decides. */
  removing<T>(ids: readonly string[], work: () => Promise<T>): Promise<T>
}

export function ownerCache(store: ObjectStore): OwnerCache {
  const cache = new LRUCache<string, ShareOwner>({ max: MAX_CACHED_OWNERS, ttl: OWNER_TTL_MS })
  const removed = new LRUCache<string, true>({ max: MAX_CACHED_OWNERS })
  return {
    async find(id) {
      if (!isShareId(id) || removed.has(id)) return undefined
      const known = cache.get(id)
      if (known) return known
      const [owner, isRemoved] = await Promise.all([readOwner(store, id), hasTombstone(store, id)])
      if (!owner || isRemoved || removed.has(id)) return undefined
      cache.set(id, owner)
      return owner
    },
    async removing(ids, work) {
      for (const id of ids) {
        removed.set(id, true)
        cache.delete(id)
      }
      try {
        return await work()
      } catch (error) {
        for (const id of ids) removed.delete(id)
        throw error
      }
    },
  }
}
