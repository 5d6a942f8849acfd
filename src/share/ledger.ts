import { createHash } from "node:crypto"
import { chmod, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { makePrivateFolder } from "../lib/private-folder.ts"
import type { Selection } from "../session/select.ts"
import { canonicalTo, type Destination, spellingsOf } from "../store/open-store.ts"
import { checkpointFolder } from "./checkpoint.ts"
import type { Expiry } from "./expiry.ts"
import { acquireLock, type LockOptions, LockTimeoutError } from "./lock.ts"
import { isShareId } from "./share-id.ts"

/** What this machine remembers of one share: one session at one destination. Holds no credentials. */
export interface LedgerEntry extends Expiry {
  id: string
  session: string
  title: string
  destination: Destination
  /** The link, once it has been shown. */
  url?: string
  /** `publishing` and `removing` stay behind when a run was cut short: the next one must not trust the manifest. */
  state: "publishing" | "published" | "removing"
  /** The process that is publishing or removing it. */
  pid?: number
  /** What OpenCode has to show to remove it, if it was shared from inside OpenCode. */
  secret?: string
  /** Made for an OpenCode of which it is not known yet whether it has noted the link; `pid` stays until it is. */
  unconfirmed?: boolean
  /** When the last signed link to it ends, ISO 8601. Until then, what it opens is kept up to date. The link is nowhere. */
  signed?: string
  /** What of the session is shared, if not all of it. */
  selection?: Selection
  /** While it is being removed: paths below its prefix that strangers may still get out of a cache. */
  paths?: string[]
  /** No request of the first share has reached the store: nothing can be stored. */
  unsent?: true
  created: string
  updated: string
}

type ShareKey = Pick<LedgerEntry, "session" | "destination">

/** What a process that was killed left half-written is removed after so many milliseconds. */
const TEMP_FILE_MAX_AGE_MS = 60_000

/** So many sets of credentials are remembered of a destination, the latest. */
const MAX_IDENTITY_COUNT = 20

/** The shares of this user on this machine. Losing it loses comfort, not shares: the bucket's manifests are the record. */
export interface Ledger {
  /**
   * Does something to the share of a session at a destination while no other process of this machine does: the command
   * line, the publisher of the plugin. Not to be called again from within. Waits, and throws `store-busy` when it has
   * waited long; also what `work` throws.
   */
  withLock<T>(share: ShareKey, work: () => Promise<T>, patience?: LockOptions): Promise<T>
  /** The folder that may hold what a later update of the share goes on from; it goes with the entry. */
  checkpointFolder(share: ShareKey): string
  /** The entry of this session at this destination; made with `fresh` if there is none. To be called within `hold`. */
  claim(fresh: LedgerEntry): Promise<{ entry: LedgerEntry; isNew: boolean }>
  save(entry: LedgerEntry): Promise<void>
  /** Forgets this share; not another one that has taken its place meanwhile. */
  drop(entry: LedgerEntry): Promise<void>
  /**
   * Whether it is known that shares at a destination can be taken back: a trial has shown it, or something was published
   * there before trials were noted. `identity`: the place as it is reached (`RemotePlace.identity`).
   */
  isVerified(destination: Destination, identity: string): Promise<boolean>
  /** Notes that a trial has shown it, which ends the trial. */
  markVerified(destination: Destination, identity: string): Promise<void>
  /**
   * Tries a destination out while no other process of this machine does. `work` gets the id of a trial that was cut short,
   * whose rest it has to remove, else the fresh one, which is noted before anything of it is stored.
   */
  withProbe<T>(destination: Destination, fresh: string, work: (id: string) => Promise<T>): Promise<T>
  /** What is remembered of a session's share at a destination. */
  at(session: string, destination: Destination): Promise<LedgerEntry | undefined>
  /** What is remembered of a share, by its id. */
  find(id: string): Promise<LedgerEntry | undefined>
  /** Every readable entry, oldest first. */
  all(): Promise<LedgerEntry[]>
}

/**
 * Opens the ledger in a folder, which is made with the first entry; folder and files are private to the user, whatever
 * the umask. One file an entry, written aside and renamed: a kill leaves the old one or the new one. What cannot be read
 * is as good as not there. Beside an entry lies its lock while somebody is at it, and for each destination what is known of
 * its trials.
 */
export function openLedger(folder: string): Ledger {
  const placeOf = ({ to, endpoint = "" }: Destination) => [canonicalTo(to), endpoint]
  const trialsOf = (destination: Destination) =>
    path.join(folder, `${sha256(JSON.stringify(placeOf(destination)))}.trials`)
  const fileAs = (to: string, { session, destination }: ShareKey) =>
    path.join(folder, `${sha256(JSON.stringify([session, to, destination.endpoint ?? ""]))}.json`)
  const fileOf = (share: ShareKey) => fileAs(canonicalTo(share.destination.to), share)

  /** Also an entry that an earlier version has kept under another spelling of the same destination. */
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
    // Two spellings have two shares: each keeps its own entry.
    if (other && other.id !== given.id) return writeJson(spelled, given)
    const entry = { ...given, destination: { ...given.destination, to: canonicalTo(given.destination.to) } }
    await writeJson(fileOf(entry), entry)
    if (spelled !== fileOf(entry)) await rm(spelled, { force: true })
  }

  async function writeJson(file: string, value: object): Promise<void> {
    await makePrivateFolder(folder)
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
      if (cause instanceof LockTimeoutError) throw busy(cause)
      throw new ShareError(
        "bad-settings",
        `The record of shares in ${folder} cannot be written: ${(cause as Error).message}.`,
        {
          hint: "Make the folder writable, or set XDG_DATA_HOME to another one.",
          cause,
        },
      )
    }
  }

  async function all(): Promise<LedgerEntry[]> {
    const names = await readdir(folder).catch(() => [])
    const files = names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    const entries = await Promise.all(files.map((name) => readEntry(path.join(folder, name))))
    return entries.filter((entry) => entry !== undefined).sort((a, b) => a.created.localeCompare(b.created))
  }

  return {
    async withLock(share, work, patience) {
      const release = await wrapErrors(async () => {
        await makePrivateFolder(folder)
        return acquireLock(`${fileOf(share)}.lock`, patience)
      })
      try {
        await sweep().catch(() => {})
        return await work()
      } finally {
        release()
      }
    },
    checkpointFolder: (share) => checkpointFolder(fileOf(share)),
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
          await rm(checkpointFolder(file), { recursive: true, force: true })
          await rm(file, { force: true })
        }
      }),
    async isVerified(destination, identity) {
      const { proven } = await readProbeRecord(trialsOf(destination))
      if (proven) return proven.includes(identity)
      const place = JSON.stringify(placeOf(destination))
      return (await all()).some((each) => each.url !== undefined && JSON.stringify(placeOf(each.destination)) === place)
    },
    markVerified: (destination, identity) =>
      wrapErrors(async () => {
        const file = trialsOf(destination)
        const { proven = [] } = await readProbeRecord(file)
        const others = proven.filter((each) => each !== identity)
        await writeJson(file, { proven: [...others, identity].slice(-MAX_IDENTITY_COUNT) } satisfies ProbeRecord)
      }),
    async withProbe(destination, fresh, work) {
      const file = trialsOf(destination)
      const release = await wrapErrors(async () => {
        await makePrivateFolder(folder)
        return acquireLock(`${file}.lock`)
      })
      try {
        const trials = await readProbeRecord(file)
        const id = trials.unfinished ?? fresh
        if (id === fresh) await wrapErrors(() => writeJson(file, { ...trials, unfinished: id } satisfies ProbeRecord))
        return await work(id)
      } finally {
        release()
      }
    },
    at: (session, destination) => entryOf({ session, destination }),
    find: async (id) => (await all()).find((entry) => entry.id === id),
    all,
  }
}

const busy = (cause: LockTimeoutError) =>
  new ShareError(
    "store-busy",
    `Another process (${cause.pid}) has been sharing or unsharing this session for a while.`,
    {
      hint: "Wait until it has ended, or end it, and run the same command again.",
      cause,
    },
  )

/** What is noted of the trials of a place. */
interface ProbeRecord {
  /** The identities with which one has succeeded; absent where none has. */
  proven?: string[]
  /** The id of one that has not ended. */
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

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
