import type { RedactOptions } from "../redact/redact.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "./clean-batch.ts"
import { publishShare } from "./publish-share.ts"

/** What a process of its own is asked for. */
export type Job =
  | ({ job: "clean" } & RawBatch)
  | {
      job: "publish"
      id: string
      destination: Destination
      version: string
      redact?: RedactOptions | undefined
      lifetime: number
    }

/** What comes of it. */
export interface JobResult {
  clean: CleanBatch
  publish: Awaited<ReturnType<typeof publishShare>>
}

export type JobAnswer =
  | { n: number; result: JobResult[Job["job"]] }
  | {
      n: number
      error: { name: string; message: string; code?: string; hint?: string; status?: 400 | 408 | 413 }
    }

/** Connections of one process to the bucket. */
const SOCKETS = 32
let store: ReturnType<typeof openStore> | undefined

export async function doJob(job: Job): Promise<JobResult[Job["job"]]> {
  if (job.job === "clean") return cleanBatch(job)
  const { id, destination, ...options } = job
  store ??= openStore(destination, { maxSockets: SOCKETS })
  return publishShare(id, { ...options, store: await store, now: () => new Date() })
}
