import { type DebouncedWorker, debouncedWorker } from "../../lib/debounced-worker.ts"
import { type Log, shortId } from "../log.ts"
import type { Metrics } from "../metrics.ts"
import type { WorkerPool } from "../workers/worker-pool.ts"

/** Debounce time between a change of a session and its publishing. */
const DEBOUNCE_MS = 1_500
const FIRST_RETRY_MS = 2_000
const MAX_RETRY_MS = 60_000
const DUTY_CYCLE_DIVISOR = 4

export interface PublisherOptions {
  pool: Pick<WorkerPool, "publish">
  /** The job of a share, without its id. */
  job: Omit<Parameters<WorkerPool["publish"]>[0], "id" | "job">
  /** Shares published at once. */
  concurrency: number
  metrics: Metrics
  log: Log
}

/** Publishes the shares that are scheduled, in processes of their own, and retries those that fail. */
export function sharePublisher({ pool, job, concurrency, metrics, log }: PublisherOptions): DebouncedWorker {
  return debouncedWorker({
    async work(id) {
      const start = performance.now()
      const result = await pool.publish({ job: "publish", id, ...job })
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
}
