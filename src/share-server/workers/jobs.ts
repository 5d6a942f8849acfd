import type { RedactOptions } from "../../redact/redact.ts"
import type { Omission } from "../../session/omissions.ts"
import { type Destination, openStore } from "../../store/open-store.ts"
import type { HttpError } from "../http/http-error.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "../items/clean-batch.ts"
import type { RevealedSecrets } from "../items/redact-items.ts"
import { publishMemory } from "../publishing/publish-memory.ts"
import { publishShare } from "../publishing/publish-share.ts"

/** Jobs that run in a separate process. */
export type ServerJob =
  | ({ job: "clean" } & RawBatch)
  | {
      job: "publish"
      id: string
      /** Batches that need not be read, by name. */
      fresh?: ReadonlyMap<string, Uint8Array> | undefined
      secrets?: RevealedSecrets | undefined
      /** Larger shares are `too large`. */
      maxBytes?: number
      destination: Destination
      version: string
      redact?: RedactOptions | undefined
      omit?: readonly Omission[] | undefined
      publishHook?: readonly string[] | undefined
      lifetimeMs: number
    }

/** Results by job. */
export interface ServerJobResult {
  clean: CleanBatch
  publish: Awaited<ReturnType<typeof publishShare>>
}

export type ServerJobResponse =
  | { n: number; result: ServerJobResult[ServerJob["job"]] }
  | {
      n: number
      error: { name: string; message: string; code?: string; hint?: string; status?: HttpError["status"] }
    }

/** Connections of one process to the bucket. */
const MAX_WORKER_CONNECTIONS = 32
const memory = publishMemory()
let store: ReturnType<typeof openStore> | undefined

export async function runJob(job: ServerJob): Promise<ServerJobResult[ServerJob["job"]]> {
  if (job.job === "clean") return cleanBatch(job)
  const { id, destination, ...options } = job
  store ??= openStore(destination, { maxSockets: MAX_WORKER_CONNECTIONS })
  const { fresh = new Map(), ...rest } = options
  return publishShare(id, { ...rest, fresh, store: await store, memory, now: () => new Date() })
}
