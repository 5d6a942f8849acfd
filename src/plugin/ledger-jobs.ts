import type { Ledger, LedgerEntry } from "../share/ledger.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import { prune } from "../share/prune.ts"
import { unshare } from "../share/unshare.ts"
import type { Destination } from "../store/open-store.ts"
import { openRememberedStore } from "./worker-stores.ts"

/** Changes the entry of a share under its lock. Resolves to the entry; undefined if there is none. */
export async function changeEntry(
  id: string,
  ledger: Ledger,
  change: (entry: LedgerEntry) => LedgerEntry,
): Promise<LedgerEntry | undefined> {
  const found = await ledger.find(id)
  if (!found || change(found) === found) return found
  // Another process may have changed the entry meanwhile.
  return ledger.withLock(found, async () => {
    const entry = await ledger.find(id)
    const changed = entry && change(entry)
    if (changed && changed !== entry) await ledger.save(changed)
    return changed
  })
}

/** Removes a share recorded in the ledger. */
export async function removeIncomplete(id: string, ledger: Ledger): Promise<void> {
  const entry = await ledger.find(id)
  if (!entry) return
  const store = await openRememberedStore(entry.destination)
  const url = entry.url ?? store.url(prefixOf(id) + INDEX)
  await unshare({ id, url, store, entry }, ledger)
}

/** Removes the first attempt of a share that failed in this process: nobody has seen its link. */
export async function removeFailedShare(session: string, ledger: Ledger): Promise<void> {
  const half = (await ledger.all()).find(
    (entry) => entry.session === session && entry.pid === process.pid && entry.url === undefined,
  )
  // If that fails too, recovery retries it at the next start.
  if (half) await removeIncomplete(half.id, ledger).catch(() => {})
}

/** Removes the expired shares at a destination, in the background; failures are retried with the next share. */
export function pruneInBackground(destination: Destination, ledger: Ledger): void {
  prune({
    ledger,
    open: openRememberedStore,
    now: () => new Date(),
    only: destination,
    patience: { timeoutMs: 0 },
  }).catch(() => {})
}
