import type { ObjectStore } from "../store/object-store.ts"
import { storedBytes } from "./batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "./clean-batch.ts"
import { semaphore } from "./concurrency.ts"
import type { ServerJob, ServerJobResult } from "./jobs.ts"
import { readOwner } from "./ownership.ts"
import { HttpError } from "./request-body.ts"
import { ResourceLimitError, workerProcess } from "./worker-process.ts"

/** Batches up to this size are redacted where they arrive; it takes some milliseconds. */
const MAX_INLINE_BATCH_BYTES = 32_768
/** What is larger has a process of its own, one at a time. */
const MAX_LIGHT_BATCH_BYTES = 2_000_000
const MAX_LIGHT_SHARE_BYTES = 4_000_000
// What the processes may take, and the one that serves, fit into one gigabyte together.
const CLEANER_HEAP_MB = 96
const PUBLISHER_HEAP_MB = 160
const HEAVY_HEAP_MB = 288
const CLEAN_TIMEOUT_MS = 20_000
const PUBLISH_TIMEOUT_MS = 60_000
const HEAVY_CLEAN_TIMEOUT_MS = 60_000
const HEAVY_TIMEOUT_MS = 150_000
/** How long a share is left alone that could not be rendered with all that there is. */
const GIVEN_UP_MS = 3_600_000
const MAX_GIVEN_UP_SHARES = 10_000

/** Where the work is done that a client can make large. */
export interface WorkerPool {
  /** Throws `Refused` for a batch that takes more than there is. */
  clean(batch: RawBatch, token: string): Promise<CleanBatch>
  /** `given up`: it takes more than there is, and is not tried again for a while. */
  publish(job: Extract<ServerJob, { job: "publish" }>): Promise<ServerJobResult["publish"] | "given up">
  end(): void
}

/**
 * Three processes, each with a limit of memory and of time: one for batches and one for shares of ordinary size, and one,
 * started for each job, for what is large, or was too much for the others. Who has a token has a turn among all others.
 */
export function workerPool(file: string, store: ObjectStore, now: () => number = Date.now): WorkerPool {
  const cleaner = workerProcess({ file, heapMegabytes: CLEANER_HEAP_MB, timeoutMs: CLEAN_TIMEOUT_MS })
  const publisher = workerProcess({ file, heapMegabytes: PUBLISHER_HEAP_MB, timeoutMs: PUBLISH_TIMEOUT_MS })
  const heavy = workerProcess({ file, heapMegabytes: HEAVY_HEAP_MB, timeoutMs: HEAVY_TIMEOUT_MS, isSingleUse: true })
  const cleaning = semaphore({ limit: 1, maxQueued: 5_000, timeoutMs: 45_000 })
  const heavyWork = semaphore({ limit: 1, maxQueued: 1_000, timeoutMs: 2 * HEAVY_TIMEOUT_MS })
  const givenUp = new Map<string, { bytes: number; until: number }>()

  async function cleanApart(batch: RawBatch, token: string): Promise<CleanBatch> {
    const job = { job: "clean" as const, ...batch }
    if (batch.body.length <= MAX_LIGHT_BATCH_BYTES) return cleaning(() => cleaner.run<"clean">(job), 1, token)
    return heavyWork(() => heavy.run<"clean">(job, HEAVY_CLEAN_TIMEOUT_MS), 1, token)
  }

  async function publishHeavy(job: Extract<ServerJob, { job: "publish" }>, bytes: number) {
    const owner = await readOwner(store, job.id)
    try {
      return await heavyWork(() => heavy.run<"publish">(job), 1, owner?.token)
    } catch (error) {
      if (!(error instanceof ResourceLimitError)) throw error
      givenUp.set(job.id, { bytes, until: now() + GIVEN_UP_MS })
      if (givenUp.size > MAX_GIVEN_UP_SHARES) givenUp.delete(givenUp.keys().next().value as string)
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
          throw new HttpError(413, "That is more than this server can redact at once.")
        throw error
      }
    },
    async publish(job) {
      const bytes = await storedBytes(store, job.id)
      const before = givenUp.get(job.id)
      if (before && before.bytes === bytes && before.until > now()) return "given up"
      if (bytes > MAX_LIGHT_SHARE_BYTES) return publishHeavy(job, bytes)
      try {
        return await publisher.run<"publish">(job)
      } catch (error) {
        // Another share that is rendered in the same process may have been too much for it.
        if (error instanceof ResourceLimitError) return publishHeavy(job, bytes)
        throw error
      }
    },
    end() {
      for (const worker of [cleaner, publisher, heavy]) worker.end()
    },
  }
}
