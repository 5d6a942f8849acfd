import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import type { Ledger } from "./ledger.ts"
import { proveErasable, type RetentionOptions } from "./try-out.ts"

export interface FirstUseOptions extends RetentionOptions {
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
export async function proveFirstUse(options: FirstUseOptions): Promise<void> {
  const { store, destination, ledger, newId } = options
  if (!store.remote) return
  const identity = await store.remote.identity()
  const locked = `locked ${identity}`
  if (await ledger.hasProven(destination, identity)) return
  if (options.acceptRetention && (await ledger.hasProven(destination, locked))) return
  try {
    const found = await proveErasable(store, await ledger.claimTrial(destination, newId()), options)
    await ledger.noteProven(destination, found === "locked" ? locked : identity)
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    const { code, message, hint, cause } = error
    throw new ShareError(code, `Nothing was shared: ${message}`, { ...(hint !== undefined && { hint }), cause })
  }
}

/** Remembers that a trial of this destination has just succeeded. */
export async function noteProven({
  store,
  destination,
  ledger,
}: Pick<FirstUseOptions, "store" | "destination" | "ledger">) {
  if (store.remote) await ledger.noteProven(destination, await store.remote.identity())
}
