import { canonicalTo, type Destination } from "../store/open-store.ts"
import type { LockOptions } from "./file-lock.ts"
import { checkpointFolderOf, entryFiles } from "./ledger/entry-files.ts"
import type { LedgerEntry, ShareKey } from "./ledger/ledger-entry.ts"
import { ledgerFiles } from "./ledger/ledger-files.ts"
import { locationOf, type ProbeRecords, probeRecords } from "./ledger/probe-records.ts"

/** This user's shares on this machine. A cache: manifests in the bucket are authoritative. */
export interface Ledger extends Omit<ProbeRecords, "isProven"> {
  /**
   * Runs `work` while holding the lock of a share, which the processes of this machine (command line, plugin) compete for.
   * Not reentrant. Throws `store-busy` when the lock times out, and what `work` throws.
   */
  withLock<T>(share: ShareKey, work: () => Promise<T>, options?: LockOptions): Promise<T>
  /** The folder of the share's checkpoint; deleted together with the entry. */
  checkpointFolder(share: ShareKey): string
  /** Returns the entry of this session at this destination, creating it from `fresh` if needed. Call it within `withLock`. */
  claim(fresh: LedgerEntry): Promise<{ entry: LedgerEntry; isNew: boolean }>
  save(entry: LedgerEntry): Promise<void>
  /** Deletes the entry, unless it now belongs to another share. */
  drop(entry: LedgerEntry): Promise<void>
  /**
   * Whether shares at a destination are known to be deletable: a probe succeeded, or something was published there before
   * probes were recorded. `identity`: see `RemoteStore.identity`.
   */
  isVerified(destination: Destination, identity: string): Promise<boolean>
  /** The entry of a session's share at a destination. */
  at(session: string, destination: Destination): Promise<LedgerEntry | undefined>
  /** The entry of a share, by its id; reads a constant number of files if it exists. */
  find(id: string): Promise<LedgerEntry | undefined>
  /** Every readable entry, oldest first. */
  all(): Promise<LedgerEntry[]>
}

/**
 * Opens the ledger in a folder, which is created with the first entry. Folder and files are private to the user, whatever
 * the umask. Each entry is one file, replaced atomically: a killed process leaves the old or the new version. Unreadable
 * entries are ignored. The folder also holds a lock file per share in use, and one record of probes per destination; beside
 * it lies an index by share id.
 */
export function openLedger(folder: string): Ledger {
  const files = ledgerFiles(folder)
  const entries = entryFiles(files)
  const { isProven, ...probes } = probeRecords(files)
  return {
    ...probes,
    withLock: (share, work, options) => files.whileLocked(`${entries.fileOf(share)}.lock`, work, options),
    checkpointFolder: (share) => checkpointFolderOf(entries.fileOf(share)),
    claim: (fresh) =>
      files.wrapErrors(async () => {
        const existing = await entries.at(fresh)
        if (!existing) {
          await entries.write(fresh)
          return { entry: fresh, isNew: true }
        }
        // An entry under another spelling of the destination moves to the canonical one.
        if (existing.destination.to !== canonicalTo(existing.destination.to)) await entries.write(existing)
        return { entry: (await entries.at(fresh)) ?? existing, isNew: false }
      }),
    save: (entry) => files.wrapErrors(() => entries.write(entry)),
    drop: (entry) => files.wrapErrors(() => entries.delete(entry)),
    async isVerified(destination, identity) {
      const proven = await isProven(destination, identity)
      if (proven !== undefined) return proven
      const location = locationOf(destination)
      return (await entries.all()).some((each) => each.url !== undefined && locationOf(each.destination) === location)
    },
    at: (session, destination) => entries.at({ session, destination }),
    find: entries.find,
    all: entries.all,
  }
}
