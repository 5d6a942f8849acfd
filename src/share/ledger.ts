import type { Selection } from "../session/select.ts"
import { canonicalTo, type Destination } from "../store/open-store.ts"
import type { Expiry } from "./expiry.ts"
import type { LockOptions } from "./file-lock.ts"
import { checkpointFolderOf, entryFiles } from "./ledger/entry-files.ts"
import { ledgerFiles } from "./ledger/ledger-files.ts"
import { locationOf, type ProbeRecords, probeRecords } from "./ledger/probe-records.ts"

/** This machine's record of one share: one session at one destination. Holds no credentials. */
export interface LedgerEntry extends Expiry {
  id: string
  session: string
  title: string
  destination: Destination
  /** The link, once it was shown to the user. */
  url?: string
  /** `publishing` and `removing` remain after an interrupted run: the next run must not trust the manifest. */
  state: "publishing" | "published" | "removing"
  /** Process id of the process that is publishing or removing it. */
  pid?: number
  /** The secret that OpenCode must present to remove it, if it was shared from inside OpenCode. */
  secret?: string
  /** OpenCode has not confirmed yet that it stored the link; `pid` stays until it does. */
  unconfirmed?: boolean
  /** The plugin updates it while the conversation goes on, though OpenCode itself does not know of the share. */
  follows?: true
  /** When the latest presigned link expires, ISO 8601; until then, the page it opens is updated. The link is not stored. */
  signed?: string
  /** The part of the session that is shared, if not all of it. */
  selection?: Selection
  /** During removal: paths below its prefix that a cache may still serve. */
  paths?: string[]
  /** No request of the first attempt reached the store, so nothing is stored. */
  unsent?: true
  created: string
  updated: string
}

/** What identifies a share on this machine. */
export type ShareKey = Pick<LedgerEntry, "session" | "destination">

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
        const known = await entries.at(fresh)
        if (!known) {
          await entries.write(fresh)
          return { entry: fresh, isNew: true }
        }
        // An entry under another spelling of the destination moves to the canonical one.
        if (known.destination.to !== canonicalTo(known.destination.to)) await entries.write(known)
        return { entry: (await entries.at(fresh)) ?? known, isNew: false }
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
