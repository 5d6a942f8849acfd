import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { canonicalTo, type Destination } from "../store/open-store.ts"
import { isPast } from "./expiry.ts"
import type { Ledger, LedgerEntry } from "./ledger.ts"
import type { LockOptions } from "./lock.ts"
import { INDEX, prefixOf, readManifest } from "./manifest.ts"
import { type RemovalSummary, removeMany } from "./remove-many.ts"
import { isShareId } from "./share-id.ts"
import { type Removal, removeShare } from "./unshare.ts"

export interface PruneOptions {
  ledger: Ledger
  /** Opens a place; whoever gives it also closes what it has opened. */
  open: (destination: Destination) => Promise<ObjectStore>
  now: () => Date
  /** Only the shares at this destination, of all that the ledger knows. */
  only?: Destination
  /** Also every share in this store whose manifest says that it is past its time, whoever shared it. */
  alsoIn?: ObjectStore
  /** How long to wait for a process that is at one of the shares. */
  patience?: LockOptions
  onRemove?: (url: string) => void
}

/**
 * Removes every share that is past its time, with the same proof as `unshare`. One that is being renewed meanwhile
 * stays. What fails is told; only what is no `ShareError` is thrown.
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
  const known = new Set(entries.map(({ id }) => id))
  const others = await pruneStore(alsoIn, known, options)
  return { removed: [...own.removed, ...others.removed], failed: [...own.failed, ...others.failed] }
}

/** Two destinations with the same answer are the same place. */
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

async function pruneStore(store: ObjectStore, known: Set<string>, { ledger, now, onRemove }: PruneOptions) {
  const past: { id: string; url: string }[] = []
  try {
    for await (const id of store.folders("s/")) {
      if (!isShareId(id) || known.has(id)) continue
      // What has no readable manifest says of no time, so it stays.
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
