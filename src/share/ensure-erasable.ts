import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import type { Ledger } from "./ledger.ts"
import { probeStore, type RetentionOptions, verifyErasable } from "./probe-store.ts"
import type { LinkAccess } from "./verify-readable.ts"

export interface EnsureErasableOptions extends RetentionOptions {
  store: ObjectStore
  /** The destination that `store` was opened from. */
  destination: Destination
  ledger: Ledger
  newId: () => string
}

/**
 * Before the first share to a bucket, verifies that shares can be deleted again. Probes once for each destination and set
 * of credentials; skips destinations to which this machine had published before probes were recorded.
 * Throws what `verifyErasable` throws, with "Nothing was shared" in front.
 */
export async function ensureErasable(options: EnsureErasableOptions): Promise<void> {
  const { store, destination, ledger, newId } = options
  if (!store.remote) return
  const identity = await store.remote.identity()
  const locked = `locked ${identity}`
  const isProven = async () =>
    (await ledger.isVerified(destination, identity)) ||
    (options.acceptRetention === true && (await ledger.isVerified(destination, locked)))
  if (await isProven()) return
  try {
    await ledger.withProbe(destination, newId(), async (id) => {
      // Another process has probed meanwhile.
      if (await isProven()) return
      const found = await verifyErasable(store, id, options)
      await ledger.markVerified(destination, found === "locked" ? locked : identity)
    })
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    const { code, message, hint, cause } = error
    throw new ShareError(code, `Nothing was shared: ${message}`, { ...(hint !== undefined && { hint }), cause })
  }
}

/** Runs `probeStore` and records its success in the ledger. Throws what it throws. */
export async function probeStoreOnce(options: EnsureErasableOptions): Promise<LinkAccess> {
  const { store, destination, ledger, newId } = options
  return ledger.withProbe(destination, newId(), async (id) => {
    const seen = await probeStore(store, id, options)
    // Accepting a retention applies to one share, so it is not recorded.
    if (store.remote && !options.acceptRetention) await ledger.markVerified(destination, await store.remote.identity())
    return seen
  })
}
