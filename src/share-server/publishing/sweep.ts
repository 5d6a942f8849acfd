import { isPast } from "../../share/expiry.ts"
import { type Manifest, readManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import type { Inventory } from "../inventory/inventory.ts"
import type { Log } from "../log.ts"
import { listTombstones, readOwner, type ShareOwner, sweepIndex } from "../shares/ownership.ts"
import { listDirtyShares } from "./dirty-marks.ts"
import { finishRemoval } from "./publish-share.ts"

/**
 * Returns a scan that enqueues shares that were dirty in the previous scan too, and all dirty shares in the first one:
 * their instance may have been killed. Newly dirty shares are left to the instance that received them.
 */
export function dirtyShareScan(store: ObjectStore, enqueue: (id: string) => void) {
  let previous: Set<string> | undefined
  return async (): Promise<void> => {
    const found = new Set<string>()
    for await (const id of listDirtyShares(store)) if (isShareId(id)) found.add(id)
    for (const id of found) if (!previous || previous.has(id)) enqueue(id)
    previous = found
  }
}

export interface SweepOptions {
  now: () => Date
  remove: (id: string, owner: ShareOwner) => Promise<void>
  /** No share lives longer after its last change, whatever its manifest says. Default: any time. */
  maxLifetimeMs?: number | undefined
  log: Log
  inventory: Inventory
}

function isOver({ expires, updated }: Manifest, now: Date, maxLifetimeMs = Number.POSITIVE_INFINITY): boolean {
  return isPast(expires, now) || Date.parse(updated) + maxLifetimeMs <= now.getTime()
}

/**
 * Removes expired shares and finishes interrupted removals, in all shares of a bucket, and lists the others in the
 * inventory. One share at a time, to limit the load on large buckets. Shares made by the command line are left alone.
 */
export async function sweep(
  store: ObjectStore,
  { now, remove, maxLifetimeMs, log, inventory }: SweepOptions,
): Promise<void> {
  const isRemoved = await listTombstones(store)
  const scan = inventory.beginScan()
  const unfinished = new Set<string>()
  for await (const id of store.folders("s/")) {
    if (!isShareId(id)) continue
    try {
      const owner = await readOwner(store, id)
      const manifest = await readManifest(store, id)
      if (owner && manifest && isOver(manifest, now(), maxLifetimeMs)) await remove(id, owner)
      else if (!owner || !manifest || isRemoved(id)) await finishRemoval(store, id)
      else await scan.add(id)
    } catch (error) {
      unfinished.add(id)
      log("warn", "share not swept", { message: error instanceof Error ? error.message : "" })
    }
  }
  await sweepIndex(store, (id) => isRemoved(id) && !unfinished.has(id))
  await scan.end()
}
