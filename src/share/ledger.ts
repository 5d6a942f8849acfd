import { chmod, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { sha256 } from "../lib/hash.ts"
import { createPrivateFolder } from "../lib/private-folder.ts"
import type { Selection } from "../session/select.ts"
import { canonicalTo, type Destination, spellingsOf } from "../store/open-store.ts"
import type { Expiry } from "./expiry.ts"
import { acquireFileLock, type LockOptions } from "./file-lock.ts"
import { withLock } from "./lock.ts"
import { isShareId } from "./share-id.ts"

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

type ShareKey = Pick<LedgerEntry, "session" | "destination">

/** Age after which a temporary file counts as left by a killed process. */
const TEMP_FILE_MAX_AGE_MS = 60_000

/** Identities recorded for one destination; older ones are dropped. */
const MAX_IDENTITY_COUNT = 20

/** This user's shares on this machine. A cache: manifests in the bucket are authoritative. */
export interface Ledger {
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
  /** Records that a probe succeeded, which ends the probe. */
  markVerified(destination: Destination, identity: string): Promise<void>
  /**
   * Runs a probe of a destination under a lock. `work` receives the id of an interrupted probe, whose leftovers it must
   * remove, else the fresh id, which is recorded before anything is stored under it.
   */
  withProbe<T>(destination: Destination, fresh: string, work: (id: string) => Promise<T>): Promise<T>
  /** The entry of a session's share at a destination. */
  at(session: string, destination: Destination): Promise<LedgerEntry | undefined>
  /** The entry of a share, by its id. */
  find(id: string): Promise<LedgerEntry | undefined>
  /** Every readable entry, oldest first. */
  all(): Promise<LedgerEntry[]>
}

/**
 * Opens the ledger in a folder, which is created with the first entry. Folder and files are private to the user, whatever
 * the umask. Each entry is one file, replaced atomically: a killed process leaves the old or the new version. Unreadable
 * entries are ignored. The folder also holds a lock file per share in use, and one record of probes per destination.
 */
export function openLedger(folder: string): Ledger {
  const locationOf = ({ to, endpoint = "" }: Destination) => [canonicalTo(to), endpoint]
  const probeFileOf = (destination: Destination) =>
    path.join(folder, `${sha256(JSON.stringify(locationOf(destination)))}.trials`)
  const fileAs = (to: string, { session, destination }: ShareKey) =>
    path.join(folder, `${sha256(JSON.stringify([session, to, destination.endpoint ?? ""]))}.json`)
  const fileOf = (share: ShareKey) => fileAs(canonicalTo(share.destination.to), share)

  /** Also finds entries that an earlier version stored under another spelling of the destination. */
  async function entryOf(share: ShareKey): Promise<LedgerEntry | undefined> {
    for (const to of spellingsOf(share.destination.to)) {
      const entry = await readEntry(fileAs(to, share))
      if (entry) return entry
    }
    return undefined
  }

  async function write(given: LedgerEntry): Promise<void> {
    const spelled = fileAs(given.destination.to, given)
    const other = spelled === fileOf(given) ? undefined : await readEntry(fileOf(given))
    // Two spellings have separate shares: each keeps its own entry.
    if (other && other.id !== given.id) return writeJson(spelled, given)
    const entry = { ...given, destination: { ...given.destination, to: canonicalTo(given.destination.to) } }
    await writeJson(fileOf(entry), entry)
    if (spelled !== fileOf(entry)) await rm(spelled, { force: true })
  }

  async function writeJson(file: string, value: object): Promise<void> {
    await createPrivateFolder(folder)
    const aside = path.join(folder, `.${crypto.randomUUID()}`)
    try {
      await writeFile(aside, `${JSON.stringify(value, null, 1)}\n`, { mode: 0o600, flag: "wx", flush: true })
      await chmod(aside, 0o600)
      await rename(aside, file)
    } finally {
      await rm(aside, { force: true })
    }
  }

  async function sweep(): Promise<void> {
    for (const name of (await readdir(folder)).filter((name) => name.startsWith("."))) {
      const aside = path.join(folder, name)
      const found = await stat(aside).catch(() => undefined)
      if (found && Date.now() - found.mtimeMs > TEMP_FILE_MAX_AGE_MS) await rm(aside, { force: true })
    }
  }

  const wrapErrors = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw new ShareError(
        "bad-settings",
        `Could not write the list of shares in ${folder}: ${(cause as Error).message}.`,
        {
          hint: "Make the folder writable, or set XDG_DATA_HOME to another one.",
          cause,
        },
      )
    }
  }

  async function whileLocked<T>(file: string, work: () => Promise<T>, options?: LockOptions): Promise<T> {
    const attempt = await wrapErrors(async () => {
      await createPrivateFolder(folder)
      return acquireFileLock(file, options)
    })
    const locked = await withLock(attempt, work)
    if (locked.status === "busy") throw busyError(locked.holder)
    return locked.result
  }

  async function all(): Promise<LedgerEntry[]> {
    const names = await readdir(folder).catch(() => [])
    const files = names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    const entries = await Promise.all(files.map((name) => readEntry(path.join(folder, name))))
    return entries.filter((entry) => entry !== undefined).sort((a, b) => a.created.localeCompare(b.created))
  }

  return {
    withLock: (share, work, options) =>
      whileLocked(
        `${fileOf(share)}.lock`,
        async () => {
          await sweep().catch(() => {})
          return work()
        },
        options,
      ),
    checkpointFolder: (share) => checkpointFolderOf(fileOf(share)),
    claim: (fresh) =>
      wrapErrors(async () => {
        const known = await entryOf(fresh)
        if (known && !(await readEntry(fileOf(fresh)))) await write(known)
        if (known) return { entry: (await readEntry(fileOf(fresh))) ?? known, isNew: false }
        await write(fresh)
        return { entry: fresh, isNew: true }
      }),
    save: (entry) => wrapErrors(() => write(entry)),
    drop: (entry) =>
      wrapErrors(async () => {
        for (const file of new Set([fileOf(entry), fileAs(entry.destination.to, entry)])) {
          const known = await readEntry(file)
          if (known && known.id !== entry.id) continue
          await rm(checkpointFolderOf(file), { recursive: true, force: true })
          await rm(file, { force: true })
        }
      }),
    async isVerified(destination, identity) {
      const { proven } = await readProbeRecord(probeFileOf(destination))
      if (proven) return proven.includes(identity)
      const location = JSON.stringify(locationOf(destination))
      return (await all()).some(
        (each) => each.url !== undefined && JSON.stringify(locationOf(each.destination)) === location,
      )
    },
    markVerified: (destination, identity) =>
      wrapErrors(async () => {
        const file = probeFileOf(destination)
        const { proven = [] } = await readProbeRecord(file)
        const others = proven.filter((each) => each !== identity)
        await writeJson(file, { proven: [...others, identity].slice(-MAX_IDENTITY_COUNT) } satisfies ProbeRecord)
      }),
    withProbe(destination, fresh, work) {
      const file = probeFileOf(destination)
      return whileLocked(`${file}.lock`, async () => {
        const trials = await readProbeRecord(file)
        const id = trials.unfinished ?? fresh
        if (id === fresh) await wrapErrors(() => writeJson(file, { ...trials, unfinished: id } satisfies ProbeRecord))
        return work(id)
      })
    },
    at: (session, destination) => entryOf({ session, destination }),
    find: async (id) => (await all()).find((entry) => entry.id === id),
    all,
  }
}

/** The checkpoint folder, beside the share's ledger entry. Private; holds nothing that is not in the share. */
const checkpointFolderOf = (file: string): string => file.replace(/\.json$/, ".pages")

const busyError = (holder: number | undefined) =>
  new ShareError(
    "store-busy",
    `Timed out waiting for another process${holder === undefined ? "" : ` (${holder})`} that is sharing or unsharing this session.`,
    { hint: "Wait for it to end, or stop it, then run the same command again." },
  )

/** Results of the probes of one destination. */
interface ProbeRecord {
  /** Identities with which a probe has succeeded; absent if none has. */
  proven?: string[]
  /** Id of a probe that has not ended. */
  unfinished?: string
}

async function readProbeRecord(file: string): Promise<ProbeRecord> {
  try {
    const { proven, unfinished }: Partial<Record<keyof ProbeRecord, unknown>> = JSON.parse(await readFile(file, "utf8"))
    return {
      ...(Array.isArray(proven) && { proven: proven.map(String) }),
      ...(typeof unfinished === "string" && isShareId(unfinished) && { unfinished }),
    }
  } catch {
    return {}
  }
}

async function readEntry(file: string): Promise<LedgerEntry | undefined> {
  try {
    const entry: LedgerEntry = JSON.parse(await readFile(file, "utf8"))
    return typeof entry?.id === "string" && typeof entry.destination?.to === "string" ? entry : undefined
  } catch {
    return undefined
  }
}
