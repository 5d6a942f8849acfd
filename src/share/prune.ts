import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { canonicalTo, type Destination } from "../store/open-store.ts"
import { isPast } from "./expiry.ts"
import type { LockOptions } from "./file-lock.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { INDEX, prefixOf, readManifest } from "./manifest.ts"
import { type RemovalSummary, removeMany } from "./remove-many.ts"
import { isShareId } from "./share-id.ts"
import { type Removal, removeShare } from "./unshare.ts"

export interface PruneOptions {
  ledger: Ledger
  /** Opens a store. The caller closes the stores. */
  open: (destination: Destination) => Promise<ObjectStore>
  now: () => Date
  /** Only prune ledger entries of this destination. */
  only?: Destination
  /** Also prune every share in this store whose manifest has expired, whoever shared it. */
  alsoIn?: ObjectStore
  /** How to wait for a process that holds the lock of a share. */
  patience?: LockOptions
  onRemove?: (url: string) => void
}

/**
 * Removes every expired share and verifies the removal, as `unshare` does. A share that is renewed meanwhile stays.
 * Failures are returned; only errors other than `ShareError` are thrown.
 */
export async function prune(options: PruneOptions): Promise<RemovalSummary> {
  const { ledger, now, only, alsoIn } = options
  const entries = await ledger.all()
  const past = entries.filter(
    ({ expires, destination }) =>
      isPast(expires, now()) && (!only || destinationKey(destination) === destinationKey(only)),
  )
  const own = await removeMany(
    past,
    (entry) => removeExpired(entry, options),
    ({ destination }) => JSON.stringify(destination),
  )
  if (!alsoIn) return own
  const recorded = new Set(entries.map(({ id }) => id))
  const others = await pruneStore(alsoIn, recorded, options)
  return { removed: [...own.removed, ...others.removed], failed: [...own.failed, ...others.failed] }
}

/** Equal for destinations that are the same store. */
export const destinationKey = ({ to, endpoint = "" }: Destination): string =>
  JSON.stringify([canonicalTo(to), endpoint])

function removeExpired(entry: LedgerEntry, { ledger, open, now, patience, onRemove }: PruneOptions) {
  return ledger.withLock(
    entry,
    async (): Promise<Removal | undefined> => {
      const current = await ledger.find(entry.id)
      if (!current || !isPast(current.expires, now())) return undefined
      const store = await open(current.destination)
      const url = current.url ?? store.url(prefixOf(current.id) + INDEX)
      onRemove?.(url)
      return removeShare({ id: current.id, url, store, entry: current }, ledger)
    },
    patience,
  )
}

async function pruneStore(store: ObjectStore, recorded: Set<string>, { ledger, now, onRemove }: PruneOptions) {
  const past: { id: string; url: string }[] = []
  try {
    for await (const id of store.folders("s/")) {
      if (!isShareId(id) || recorded.has(id)) continue
      // Without a readable manifest there is no expiry, so the share stays.
      const manifest = await readManifest(store, id).catch(ignoreUnreadable)
      if (isPast(manifest?.expires, now())) past.push({ id, url: store.url(prefixOf(id) + INDEX) })
    }
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    return { removed: [], failed: [{ id: "", url: store.name, error }] }
  }
  const removeOne = ({ id, url }: { id: string; url: string }) => {
    onRemove?.(url)
    return removeShare({ id, url, store }, ledger)
  }
  return removeMany(past, removeOne, () => store.name)
}

function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof ShareError) || error.code !== "bad-input") throw error
}
