import { createHash } from "node:crypto"
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import type { Selection } from "../session/select.ts"
import type { Destination } from "../store/open-store.ts"

/** What this machine remembers of one share: one session at one destination. Holds no credentials. */
export interface LedgerEntry {
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
  /** What of the session is shared, if not all of it. */
  selection?: Selection
  created: string
  updated: string
}

/** The shares of this user on this machine. Losing it loses comfort, not shares: the bucket's manifests are the record. */
export interface Ledger {
  /**
   * The entry of this session at this destination; made with `fresh` if there is none. Of several callers at once
   * one makes it and all get the same.
   */
  claim(fresh: LedgerEntry): Promise<{ entry: LedgerEntry; isNew: boolean }>
  save(entry: LedgerEntry): Promise<void>
  /** Forgets this share; not another one that has taken its place meanwhile. */
  drop(entry: LedgerEntry): Promise<void>
  /** What is remembered of a session's share at a destination. */
  at(session: string, destination: Destination): Promise<LedgerEntry | undefined>
  /** What is remembered of a share, by its id. */
  find(id: string): Promise<LedgerEntry | undefined>
  /** Every readable entry, oldest first. */
  all(): Promise<LedgerEntry[]>
}

/** Opens the ledger in a folder, which is made (private to the user) with the first entry. One file an entry. */
export function openLedger(folder: string): Ledger {
  const fileOf = ({ session, destination }: Pick<LedgerEntry, "session" | "destination">) =>
    path.join(folder, `${sha256(JSON.stringify([session, destination.to, destination.endpoint ?? ""]))}.json`)

  async function writeAside(entry: LedgerEntry): Promise<string> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const aside = path.join(folder, `.${crypto.randomUUID()}`)
    await writeFile(aside, `${JSON.stringify(entry, null, 1)}\n`, { mode: 0o600, flag: "wx" })
    return aside
  }

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
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
    claim: (fresh) =>
      guarded(async () => {
        const file = fileOf(fresh)
        const aside = await writeAside(fresh)
        try {
          // Of several links to one name the file system lets exactly one be.
          await link(aside, file)
          return { entry: fresh, isNew: true }
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
          const known = await readEntry(file)
          if (known) return { entry: known, isNew: false }
          // A file that cannot be read any more is no claim.
          await rename(aside, file)
          return { entry: fresh, isNew: true }
        } finally {
          await rm(aside, { force: true })
        }
      }),
    save: (entry) => guarded(async () => rename(await writeAside(entry), fileOf(entry))),
    drop: (entry) =>
      guarded(async () => {
        const known = await readEntry(fileOf(entry))
        if (!known || known.id === entry.id) await rm(fileOf(entry), { force: true })
      }),
    at: (session, destination) => readEntry(fileOf({ session, destination })),
    find: async (id) => (await all()).find((entry) => entry.id === id),
    all,
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
