import { LRUCache } from "lru-cache"
import { type BatchCache, batchCache } from "../items/batches.ts"

const MAX_CACHED_BATCH_BYTES = 8_000_000
const MAX_REMEMBERED_SHARE_COUNT = 1_000

/** State of the shares that this process published last: a cache, which other instances may have made stale. */
export interface PublishMemory {
  batches: BatchCache
  /** Names of the batches that the published version of a share is made of. */
  published: LRUCache<string, ReadonlySet<string>>
}

export const publishMemory = (): PublishMemory => ({
  batches: batchCache(MAX_CACHED_BATCH_BYTES),
  published: new LRUCache({ max: MAX_REMEMBERED_SHARE_COUNT }),
})
