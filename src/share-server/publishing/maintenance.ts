import type { ObjectStore } from "../../store/object-store.ts"
import { sweepSignedOut } from "../access/signed-out.ts"
import type { Inventory } from "../inventory/inventory.ts"
import type { Log } from "../log.ts"
import type { ShareBackends } from "../shares/share-backend.ts"
import type { Webhooks } from "../webhooks/webhooks.ts"
import { dirtyShareScan, sweep } from "./sweep.ts"

const DIRTY_SCAN_INTERVAL_MS = 4_000
const SWEEP_INTERVAL_MS = 3_600_000
const INVENTORY_INTERVAL_MS = 30_000
const WEBHOOK_INTERVAL_MS = 5_000

export interface MaintenanceOptions {
  store: ObjectStore
  backends: ShareBackends
  now: () => Date
  log: Log
  inventory: Inventory
  webhooks: Webhooks | undefined
  /** See `SweepOptions`. */
  maxLifetimeMs?: number | undefined
  /** Schedules a share for publishing. */
  schedule: (id: string) => void
}

/**
 * Publishes what other instances left, removes expired shares, finishes interrupted removals, and deletes old marks of
 * sign-outs, now and then regularly. Writes changes of the inventory to the bucket, and repeats webhooks. Returns a function that stops it.
 */
export function startMaintenance({
  store,
  backends,
  now,
  log,
  inventory,
  webhooks,
  maxLifetimeMs,
  schedule,
}: MaintenanceOptions): () => void {
  const scanDirtyShares = dirtyShareScan(store, schedule)
  const logged = (work: () => Promise<void>) => () =>
    work().catch((error: unknown) =>
      log("warn", "sweep failed", { message: error instanceof Error ? error.message : "" }),
    )
  const stops = [
    runEvery(DIRTY_SCAN_INTERVAL_MS, logged(scanDirtyShares)),
    runEvery(
      SWEEP_INTERVAL_MS,
      logged(() => sweep(store, { now, log, inventory, maxLifetimeMs, remove: backends.remove })),
    ),
    runEvery(
      SWEEP_INTERVAL_MS,
      logged(() => sweepSignedOut(store, now())),
    ),
    runEvery(INVENTORY_INTERVAL_MS, logged(inventory.flush)),
    ...(webhooks ? [runEvery(WEBHOOK_INTERVAL_MS, logged(webhooks.deliverDue))] : []),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Runs `work` now and then repeatedly, the interval after each end. Returns a function that stops it. */
function runEvery(intervalMs: number, work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  const round = async () => {
    await work()
    if (!isStopped) timer = setTimeout(round, intervalMs).unref()
  }
  void round()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
