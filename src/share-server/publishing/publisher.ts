import { LRUCache } from "lru-cache"
import { debouncedWorker } from "../../lib/debounced-worker.ts"
import type { RevealedSecrets } from "../items/redact-items.ts"
import { type Log, shortId } from "../log.ts"
import type { Metrics } from "../metrics.ts"
import type { StoredBatch } from "../shares/share-backend.ts"
import type { PublishJob, WorkerPool } from "../workers/worker-pool.ts"

/** Debounce time between a change of a session and its publishing. */
const DEBOUNCE_MS = 1_500
const FIRST_RETRY_MS = 2_000
const MAX_RETRY_MS = 60_000
const DUTY_CYCLE_DIVISOR = 4
const MAX_FRESH_BYTES = 4_000_000

export interface PublisherOptions {
  pool: Pick<WorkerPool, "publish">
  /** The job of a share, without what is the share's own. */
  job: Omit<PublishJob, "id" | "job" | "fresh" | "secrets" | "maxBytes">
  /** Shares published at once. */
  concurrency: number
  metrics: Metrics
  log: Log
  /** Called when a share was published. */
  onPublished: (id: string) => void
}

/** Publishes the shares that are scheduled, in processes of their own, and retries those that fail. */
export interface SharePublisher {
  /** Schedules a share. A batch that was just stored need not be read again. */
  schedule(id: string, stored?: StoredBatch): void
  /** Accepts nothing more and publishes what is pending. Resolves when done, or after `limitMs`. */
  close(limitMs: number): Promise<void>
  /** Number of shares that are pending or being published. */
  readonly size: number
}

export function sharePublisher({
  pool,
  job,
  concurrency,
  metrics,
  log,
  onPublished,
}: PublisherOptions): SharePublisher {
  const fresh = freshBatches()
  const secrets = new Map<string, RevealedSecrets>()
  const worker = debouncedWorker({
    async work(id) {
      const start = performance.now()
      const revealed = secrets.get(id)
      const result = await pool.publish({ job: "publish", id, fresh: fresh.take(id), secrets: revealed, ...job })
      if (result !== "busy" && secrets.get(id) === revealed) secrets.delete(id)
      if (result === "published") onPublished(id)
      if (result === "refused") log("audit", "refused", { share: shortId(id), reason: "publish hook" })
      if (result === "given up") log("error", "publish given up", { share: shortId(id) })
      metrics.increment("publishes_total", { result })
      metrics.observe("publish_seconds", (performance.now() - start) / 1000)
      return result !== "busy"
    },
    onError(id, error) {
      metrics.increment("publishes_total", { result: "failed" })
      log("error", "publish failed", { share: shortId(id), message: error instanceof Error ? error.message : "" })
    },
    debounceMs: DEBOUNCE_MS,
    firstRetryMs: FIRST_RETRY_MS,
    maxRetryMs: MAX_RETRY_MS,
    dutyCycleDivisor: DUTY_CYCLE_DIVISOR,
    concurrency,
  })
  return {
    schedule(id, stored) {
      if (stored) fresh.add(id, stored.name, stored.body)
      if (stored?.secrets) secrets.set(id, stored.secrets)
      worker.schedule(id)
    },
    close: worker.close,
    get size() {
      return worker.size
    },
  }
}

/** Batches that this instance has stored since their share was published last, as far as they fit. */
function freshBatches() {
  const shares = new LRUCache<string, ReadonlyMap<string, Uint8Array>>({
    maxSize: MAX_FRESH_BYTES,
    sizeCalculation: (batches) => [...batches.values()].reduce((sum, { length }) => sum + length, 1),
  })
  return {
    add: (id: string, name: string, batch: Uint8Array) =>
      void shares.set(id, new Map([...(shares.get(id) ?? []), [name, batch]])),
    take(id: string) {
      const batches = shares.get(id)
      shares.delete(id)
      return batches
    },
  }
}
