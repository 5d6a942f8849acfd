import { isPast } from "../share/expiry.ts"
import { readManifest } from "../share/manifest.ts"
import { isShareId } from "../share/share-id.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Log } from "./log.ts"
import { type Owner, readOwner } from "./owner.ts"
import { pendingShares } from "./pending.ts"
import { isOver } from "./publish-share.ts"

/**
 * Has shares published that have been waiting since the last look, or since before the first one: whoever was to do it
 * may have been killed. What is new is left to the instance that has it.
 */
export function lookForPending(store: ObjectStore, ask: (id: string) => void) {
  let before: Set<string> | undefined
  return async (): Promise<void> => {
    const found = new Set<string>()
    for await (const id of pendingShares(store)) if (isShareId(id)) found.add(id)
    for (const id of found) if (!before || before.has(id)) ask(id)
    before = found
  }
}

export interface SweepOptions {
  now: () => Date
  remove: (id: string, owner: Owner) => Promise<void>
  log: Log
}

/**
 * Looks through all shares of a bucket for what is past its time, and for removals that were not finished. One share at a
 * time, so that a large bucket is not overrun; the shares of others, made by the command line, are left alone.
 */
export async function sweep(store: ObjectStore, { now, remove, log }: SweepOptions): Promise<void> {
  for await (const id of store.folders("s/")) {
    if (!isShareId(id)) continue
    try {
      const owner = await readOwner(store, id)
      const manifest = await readManifest(store, id)
      if (owner && isPast(manifest?.expires, now())) await remove(id, owner)
      else if (!owner || !manifest) await isOver(store, id)
    } catch (error) {
      log("warn", "share not swept", { message: error instanceof Error ? error.message : "" })
    }
  }
}
