import { LRUCache } from "lru-cache"
import type { ObjectStore } from "../../store/object-store.ts"
import { storedBytes } from "./batches.ts"

/** Number of shares whose stored size is tracked. */
const MAX_TRACKED_SHARE_COUNT = 1_000

/** Limit of the bytes that are stored of one session. */
export interface ShareQuota {
  /** Whether a share has room for so many bytes more; counts them if so. */
  reserve(id: string, bytes: number): Promise<boolean>
  /** Notes that a share is new: nothing is stored yet. */
  addShare(id: string): void
}

/** The stored size is listed only now and then, since a batch is small compared to the limit. */
export function shareQuota(store: ObjectStore, maxShareBytes: number): ShareQuota {
  const bytesSinceCheck = new LRUCache<string, number>({ max: MAX_TRACKED_SHARE_COUNT })
  return {
    async reserve(id, bytes) {
      const since = (bytesSinceCheck.get(id) ?? Number.POSITIVE_INFINITY) + bytes
      const isDue = since > maxShareBytes / 8
      const hasRoom = !isDue || (await storedBytes(store, id)) + bytes <= maxShareBytes
      if (hasRoom) bytesSinceCheck.set(id, isDue ? bytes : since)
      else bytesSinceCheck.delete(id)
      return hasRoom
    },
    addShare: (id) => void bytesSinceCheck.set(id, 0),
  }
}
