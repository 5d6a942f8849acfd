import { LRUCache } from "lru-cache"
import { isPast } from "../../share/expiry.ts"
import { INDEX, prefixOf, readManifest } from "../../share/manifest.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { hasTombstone } from "./ownership.ts"

/** Status of a share for readers. */
export type ShareStatus = "published" | "preparing" | "gone" | "missing"

/** Returns the status of a share. `fresh`: ignores the cache. */
export type ShareStatuses = (id: string, options?: { fresh?: boolean }) => Promise<ShareStatus>

/** TTL of the status cache. Deleted objects are unavailable regardless. */
const STATUS_TTL_MS = 5_000
const MAX_CACHED_STATUSES = 10_000

/** Returns a function that reads the status of a share from its manifest, with a cache of published shares. */
export function shareStatuses(store: ObjectStore, now: () => Date): ShareStatuses {
  const cache = new LRUCache<string, { expires: string | undefined }>({
    max: MAX_CACHED_STATUSES,
    ttl: STATUS_TTL_MS,
    perf: { now: () => now().getTime() },
  })
  return async (id, { fresh = false } = {}) => {
    const found = fresh ? undefined : cache.get(id)
    if (found) return isPast(found.expires, now()) ? "gone" : "published"
    cache.delete(id)
    const [manifest, gone] = await Promise.all([readManifest(store, id), hasTombstone(store, id)])
    if (gone) return "gone"
    if (!manifest) return "missing"
    if (isPast(manifest.expires, now())) return "gone"
    if (manifest.state !== "published" && !(await store.read(prefixOf(id) + INDEX, { head: true }))) return "preparing"
    cache.set(id, { expires: manifest.expires })
    return "published"
  }
}
