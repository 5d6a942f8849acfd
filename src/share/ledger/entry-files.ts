import { readdir, rm } from "node:fs/promises"
import path from "node:path"
import { mapConcurrently } from "../../lib/concurrency.ts"
import { sha256 } from "../../lib/hash.ts"
import { canonicalTo, spellingsOf } from "../../store/open-store.ts"
import { idIndex } from "./id-index.ts"
import type { LedgerEntry, ShareKey } from "./ledger-entry.ts"
import type { LedgerFiles } from "./ledger-files.ts"

/** The entries of a ledger, one file each, named by session and destination. */
export interface EntryFiles {
  /** The file of a share's entry, whether it exists or not. */
  fileOf(share: ShareKey): string
  at(share: ShareKey): Promise<LedgerEntry | undefined>
  find(id: string): Promise<LedgerEntry | undefined>
  all(): Promise<LedgerEntry[]>
  write(entry: LedgerEntry): Promise<void>
  /** Deletes the entry and its checkpoint, unless it now belongs to another share. */
  delete(entry: LedgerEntry): Promise<void>
}

const ENTRY_NAME = /^[0-9a-f]{64}\.json$/
/** Entries that are read at the same time. */
const MAX_OPEN_FILES = 64

/** The checkpoint folder of an entry's file. Private; holds nothing that is not in the share. */
export const checkpointFolderOf = (file: string): string => file.replace(/\.json$/, ".pages")

export function entryFiles(files: LedgerFiles): EntryFiles {
  const { folder, writeJson } = files
  const index = idIndex(`${folder}.ids`)
  const fileAs = (to: string, { session, destination }: ShareKey) =>
    path.join(folder, `${sha256(JSON.stringify([session, to, destination.endpoint ?? ""]))}.json`)
  const fileOf = (share: ShareKey) => fileAs(canonicalTo(share.destination.to), share)

  async function read(file: string): Promise<LedgerEntry | undefined> {
    const entry = (await files.readJson(file)) as LedgerEntry | null | undefined
    return typeof entry?.id === "string" && typeof entry.destination?.to === "string" ? entry : undefined
  }

  async function readAll(): Promise<{ name: string; entry: LedgerEntry }[]> {
    const names = (await readdir(folder).catch(() => [])).filter((name) => ENTRY_NAME.test(name))
    const entries = await mapConcurrently(names, MAX_OPEN_FILES, async (name) => ({
      name,
      entry: await read(path.join(folder, name)),
    }))
    return entries.filter((each): each is { name: string; entry: LedgerEntry } => each.entry !== undefined)
  }

  /** The pointer is written first: one without its entry is ignored. */
  async function writeEntry(file: string, entry: LedgerEntry): Promise<void> {
    await index.set(entry.id, path.basename(file))
    await writeJson(file, entry)
  }

  return {
    fileOf,
    /** Also finds entries that an earlier version stored under another spelling of the destination. */
    async at(share) {
      for (const to of spellingsOf(share.destination.to)) {
        const entry = await read(fileAs(to, share))
        if (entry) return entry
      }
      return undefined
    },
    async find(id) {
      const name = await index.get(id)
      const pointed = name !== undefined && ENTRY_NAME.test(name) ? await read(path.join(folder, name)) : undefined
      if (pointed?.id === id) return pointed
      const entries = await readAll()
      const found = entries.find(({ entry }) => entry.id === id)
      if (found) await index.set(id, found.name)
      await index.complete(entries.map(({ name, entry }) => ({ id: entry.id, name })))
      return found?.entry
    },
    async all() {
      const entries = (await readAll()).map(({ entry }) => entry)
      return entries.sort((a, b) => a.created.localeCompare(b.created))
    },
    async write(given) {
      const spelled = fileAs(given.destination.to, given)
      const other = spelled === fileOf(given) ? undefined : await read(fileOf(given))
      // Two spellings have separate shares: each keeps its own entry.
      if (other && other.id !== given.id) return writeEntry(spelled, given)
      const entry = { ...given, destination: { ...given.destination, to: canonicalTo(given.destination.to) } }
      await writeEntry(fileOf(entry), entry)
      if (spelled !== fileOf(entry)) await rm(spelled, { force: true })
    },
    async delete(entry) {
      for (const file of new Set([fileOf(entry), fileAs(entry.destination.to, entry)])) {
        const stored = await read(file)
        if (stored && stored.id !== entry.id) continue
        await rm(checkpointFolderOf(file), { recursive: true, force: true })
        await rm(file, { force: true })
      }
      await index.delete(entry.id)
    },
  }
}
