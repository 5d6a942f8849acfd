import { LRUCache } from "lru-cache"
import type { ObjectStore } from "../../store/object-store.ts"
import { fairSemaphore } from "../http/fair-semaphore.ts"
import { HttpError } from "../http/http-error.ts"
import { storedBytes } from "../items/batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "../items/clean-batch.ts"
import { readOwner } from "../shares/ownership.ts"
import type { ServerJob, ServerJobResult } from "./jobs.ts"
import { ResourceLimitError, workerProcess } from "./worker-process.ts"

/** Batches up to this size are redacted in the server's process, which takes some milliseconds. */
const MAX_INLINE_BATCH_BYTES = 32_768
/** Larger jobs run in a separate process, one at a time. */
const MAX_LIGHT_BATCH_BYTES = 2_000_000
const MAX_LIGHT_SHARE_BYTES = 4_000_000
// The heaps of these processes and of the server fit into one gigabyte together.
const CLEANER_HEAP_MB = 96
const PUBLISHER_HEAP_MB = 160
const HEAVY_HEAP_MB = 288
const CLEAN_TIMEOUT_MS = 20_000
const PUBLISH_TIMEOUT_MS = 60_000
const HEAVY_CLEAN_TIMEOUT_MS = 60_000
const HEAVY_TIMEOUT_MS = 150_000
/** A share that exceeded the limits of the largest process is not retried for this long. */
const GIVEN_UP_MS = 3_600_000
const MAX_GIVEN_UP_SHARES = 10_000
/** Shares that are too large for the process of ordinary shares go to the other one at once, for this long. */
const LARGE_TTL_MS = 600_000
const MAX_LARGE_SHARES = 10_000

export type PublishJob = Extract<ServerJob, { job: "publish" }>
export type PublishJobResult = ServerJobResult["publish"] | "given up"

/** Runs the work whose size clients control in separate processes. */
export interface WorkerPool {
  /** Throws `HttpError` if the batch exceeds the limits. */
  clean(batch: RawBatch, token: string): Promise<CleanBatch>
  /** `given up`: the share exceeds the limits and is not retried for a while. */
  publish(job: PublishJob): Promise<PublishJobResult>
  end(): void
}

/**
 * Three processes with limits of memory and time: one for batches and one for shares of ordinary size, and one, started
 * for each job, for large ones and for those that exceeded the other two. Tokens take turns.
 */
export function workerPool(file: string, store: ObjectStore, now: () => number = Date.now): WorkerPool {
  const cleaner = workerProcess({ file, heapMegabytes: CLEANER_HEAP_MB, timeoutMs: CLEAN_TIMEOUT_MS })
  const publisher = workerProcess({ file, heapMegabytes: PUBLISHER_HEAP_MB, timeoutMs: PUBLISH_TIMEOUT_MS })
  const heavy = workerProcess({ file, heapMegabytes: HEAVY_HEAP_MB, timeoutMs: HEAVY_TIMEOUT_MS, isSingleUse: true })
  const cleaning = fairSemaphore({ limit: 1, maxQueued: 5_000, timeoutMs: 45_000 })
  const heavyWork = fairSemaphore({ limit: 1, maxQueued: 1_000, timeoutMs: 2 * HEAVY_TIMEOUT_MS })
  const givenUp = new LRUCache<string, { bytes: number }>({
    max: MAX_GIVEN_UP_SHARES,
    ttl: GIVEN_UP_MS,
    perf: { now },
  })
  const large = new LRUCache<string, true>({ max: MAX_LARGE_SHARES, ttl: LARGE_TTL_MS })

  async function cleanApart(batch: RawBatch, token: string): Promise<CleanBatch> {
    const job = { job: "clean" as const, ...batch }
    if (batch.body.length <= MAX_LIGHT_BATCH_BYTES) return cleaning(() => cleaner.run<"clean">(job), 1, token)
    return heavyWork(() => heavy.run<"clean">(job, HEAVY_CLEAN_TIMEOUT_MS), 1, token)
  }

  async function publishHeavy({ fresh: _, ...job }: PublishJob): Promise<PublishJobResult> {
    const bytes = await storedBytes(store, job.id)
    if (givenUp.get(job.id)?.bytes === bytes) return "given up"
    const owner = await readOwner(store, job.id)
    try {
      return await heavyWork(() => heavy.run<"publish">(job), 1, owner?.token)
    } catch (error) {
      if (!(error instanceof ResourceLimitError)) throw error
      givenUp.set(job.id, { bytes })
      return "given up"
    }
  }

  return {
    async clean(batch, token) {
      if (batch.body.length <= MAX_INLINE_BATCH_BYTES) return cleanBatch(batch)
      try {
        return await cleanApart(batch, token)
      } catch (error) {
        if (error instanceof ResourceLimitError)
          throw new HttpError(413, "The request is too large for this server to redact.")
        throw error
      }
    },
    async publish(job) {
      if (large.has(job.id)) return publishHeavy(job)
      try {
        const result = await publisher.run<"publish">({ ...job, maxBytes: MAX_LIGHT_SHARE_BYTES })
        if (result !== "too large") return result
        large.set(job.id, true)
      } catch (error) {
        // Another share rendered in the same process may have caused it.
        if (!(error instanceof ResourceLimitError)) throw error
      }
      return publishHeavy(job)
    },
    end() {
      for (const worker of [cleaner, publisher, heavy]) worker.end()
    },
  }
}
