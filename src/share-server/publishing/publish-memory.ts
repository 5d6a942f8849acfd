import { LRUCache } from "lru-cache"
import { type BatchCache, batchCache } from "../items/batches.ts"

const MAX_CACHED_BATCH_BYTES = 8_000_000
const MAX_REMEMBERED_SHARES = 1_000

/** What this process remembers of the shares that it published last. Nothing of it has to be right for others. */
export interface PublishMemory {
  batches: BatchCache
  /** Names of the batches that the published version of a share is made of. */
  published: LRUCache<string, ReadonlySet<string>>
}

export const publishMemory = (): PublishMemory => ({
  batches: batchCache(MAX_CACHED_BATCH_BYTES),
  published: new LRUCache({ max: MAX_REMEMBERED_SHARES }),
})
