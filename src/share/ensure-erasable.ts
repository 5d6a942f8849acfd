import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import type { Ledger } from "./ledger.ts"
import { probeStore, type RetentionOptions, verifyErasable } from "./probe-store.ts"
import type { LinkAccess } from "./verify-readable.ts"

export interface EnsureErasableOptions extends RetentionOptions {
  store: ObjectStore
  /** What `store` was opened from. */
  destination: Destination
  ledger: Ledger
  newId: () => string
}

/**
 * Makes sure, before anything real goes to a bucket for the first time, that it can be taken back. Asks the bucket once for
 * each destination and set of credentials, and not where this machine has published before it kept such a record.
 * Throws what `proveErasable` throws, saying that nothing was shared.
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
      // Somebody else has done it meanwhile.
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

/**
 * Tries a destination out whole, as `tryOut` does, and remembers that it has succeeded. Throws what that throws.
 */
export async function probeStoreOnce(options: EnsureErasableOptions): Promise<LinkAccess> {
  const { store, destination, ledger, newId } = options
  return ledger.withProbe(destination, newId(), async (id) => {
    const seen = await probeStore(store, id, options)
    // Who accepts a retention accepts it for one share.
    if (store.remote && !options.acceptRetention) await ledger.markVerified(destination, await store.remote.identity())
    return seen
  })
}
