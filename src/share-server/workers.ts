import type { ObjectStore } from "../store/object-store.ts"
import { keptBytes } from "./batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "./clean-batch.ts"
import { Refused } from "./intake.ts"
import type { Job, JobResult } from "./jobs.ts"
import { turnstile } from "./limits.ts"
import { readOwner } from "./owner.ts"
import { TooMuch, workerProcess } from "./worker-process.ts"

/** Batches up to this size are redacted where they arrive; it takes some milliseconds. */
const INLINE_BYTES = 32_768
/** What is larger has a process of its own, one at a time. */
const LIGHT_BATCH_BYTES = 2_000_000
const LIGHT_SHARE_BYTES = 4_000_000
// What the processes may take, and the one that serves, fit into one gigabyte together.
const CLEANER_HEAP_MB = 96
const PUBLISHER_HEAP_MB = 160
const HEAVY_HEAP_MB = 288
const CLEAN_LIMIT_MS = 20_000
const PUBLISH_LIMIT_MS = 60_000
const HEAVY_CLEAN_LIMIT_MS = 60_000
const HEAVY_LIMIT_MS = 150_000
/** How long a share is left alone that could not be rendered with all that there is. */
const GIVEN_UP_MS = 3_600_000
const MOST_GIVEN_UP = 10_000

/** Where the work is done that a client can make large. */
export interface Workers {
  /** Throws `Refused` for a batch that takes more than there is. */
  clean(batch: RawBatch, token: string): Promise<CleanBatch>
  /** `given up`: it takes more than there is, and is not tried again for a while. */
  publish(job: Extract<Job, { job: "publish" }>): Promise<JobResult["publish"] | "given up">
  end(): void
}

/**
 * Three processes, each with a limit of memory and of time: one for batches and one for shares of ordinary size, and one,
 * started for each job, for what is large, or was too much for the others. Who has a token has a turn among all others.
 */
export function workers(file: string, store: ObjectStore, now: () => number = Date.now): Workers {
  const cleaner = workerProcess({ file, heapMegabytes: CLEANER_HEAP_MB, limit: CLEAN_LIMIT_MS })
  const publisher = workerProcess({ file, heapMegabytes: PUBLISHER_HEAP_MB, limit: PUBLISH_LIMIT_MS })
  const heavy = workerProcess({ file, heapMegabytes: HEAVY_HEAP_MB, limit: HEAVY_LIMIT_MS, isSingleUse: true })
  const cleaning = turnstile({ atOnce: 1, line: 5_000, wait: 45_000 })
  const heavyWork = turnstile({ atOnce: 1, line: 1_000, wait: 2 * HEAVY_LIMIT_MS })
  const givenUp = new Map<string, { bytes: number; until: number }>()

  async function cleanApart(batch: RawBatch, token: string): Promise<CleanBatch> {
    const job = { job: "clean" as const, ...batch }
    if (batch.body.length <= LIGHT_BATCH_BYTES) return cleaning(() => cleaner.run<"clean">(job), 1, token)
    return heavyWork(() => heavy.run<"clean">(job, HEAVY_CLEAN_LIMIT_MS), 1, token)
  }

  async function publishHeavy(job: Extract<Job, { job: "publish" }>, bytes: number) {
    const owner = await readOwner(store, job.id)
    try {
      return await heavyWork(() => heavy.run<"publish">(job), 1, owner?.token)
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error
      givenUp.set(job.id, { bytes, until: now() + GIVEN_UP_MS })
      if (givenUp.size > MOST_GIVEN_UP) givenUp.delete(givenUp.keys().next().value as string)
      return "given up"
    }
  }

  return {
    async clean(batch, token) {
      if (batch.body.length <= INLINE_BYTES) return cleanBatch(batch)
      try {
        return await cleanApart(batch, token)
      } catch (error) {
        if (error instanceof TooMuch) throw new Refused(413, "That is more than this server can redact at once.")
        throw error
      }
    },
    async publish(job) {
      const bytes = await keptBytes(store, job.id)
      const before = givenUp.get(job.id)
      if (before && before.bytes === bytes && before.until > now()) return "given up"
      if (bytes > LIGHT_SHARE_BYTES) return publishHeavy(job, bytes)
      try {
        return await publisher.run<"publish">(job)
      } catch (error) {
        // Another share that is rendered in the same process may have been too much for it.
        if (error instanceof TooMuch) return publishHeavy(job, bytes)
        throw error
      }
    },
    end() {
      for (const worker of [cleaner, publisher, heavy]) worker.end()
    },
  }
}
