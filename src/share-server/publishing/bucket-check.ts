import { ShareError } from "../../errors.ts"
import { verifyErasable } from "../../share/probe-store.ts"
import { newShareId } from "../../share/share-id.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import type { Log } from "../log.ts"

/** Errors that may pass: the bucket or its credentials may become available after the server has started. */
const transientCodes = ["store-unreachable", "store-busy", "store-credentials", "store-clock"]

/**
 * Returns a function that checks, once per process, that objects in the server's bucket can be deleted; called before
 * anything is published. Resolves at once after the first success, and retries if the bucket could not be reached.
 */
export function bucketCheck(store: ObjectStore, acceptRetention: boolean): () => Promise<void> {
  let pending: Promise<void> | undefined
  const run = async () => {
    if (store.remote) await verifyErasable(store, newShareId(), { acceptRetention })
  }
  return () => {
    pending ??= run().catch((error: unknown) => {
      pending = undefined
      throw error
    })
    return pending
  }
}

/** Checks the bucket at start. Throws what makes it unusable; logs transient errors. */
export async function checkAtStart(check: () => Promise<void>, log: Log): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (!(error instanceof ShareError && transientCodes.includes(error.code))) throw error
    log("warn", "bucket not checked", { message: error.message })
  }
}
