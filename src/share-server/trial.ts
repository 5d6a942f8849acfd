import { ShareError } from "../errors.ts"
import { verifyErasable } from "../share/probe-store.ts"
import { newShareId } from "../share/share-id.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Log } from "./log.ts"

/** What says nothing against the bucket itself: it, or the credentials, may only come later than the server. */
const passing = ["store-unreachable", "store-busy", "store-credentials", "store-clock"]

/**
 * Makes sure once in a process that shares in the server's bucket can be taken back, before anything is published there.
 * The function that it gives resolves at once from then on, and tries again where the bucket could not be asked.
 */
export function bucketTrial(store: ObjectStore, acceptRetention: boolean): () => Promise<void> {
  let trial: Promise<void> | undefined
  const run = async () => {
    if (store.remote) await verifyErasable(store, newShareId(), { acceptRetention })
  }
  return () => {
    trial ??= run().catch((error: unknown) => {
      trial = undefined
      throw error
    })
    return trial
  }
}

/** Tries the bucket out as the server starts. Throws what stands against using it; what may pass is logged. */
export async function tryBucket(trial: () => Promise<void>, log: Log): Promise<void> {
  try {
    await trial()
  } catch (error) {
    if (!(error instanceof ShareError && passing.includes(error.code))) throw error
    log("warn", "bucket not tried out", { message: error.message })
  }
}
