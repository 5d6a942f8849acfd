import { appendFile, readFile, stat } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { makeFolder } from "../lib/make-folder.ts"

/** A session in an archive, as its index shows it. All texts are redacted. */
export interface ArchivedSession {
  session: string
  /** `SessionEntry.stamp` of the exported version, and the hash of the options. */
  stamp: string
  title: string
  /** The session's working directory. */
  project: string
  /** When it was created: milliseconds since 1970. */
  date: number
  /** Bytes. */
  size: number
  /** Its address, or its path relative to the index. */
  href: string
  /** The share's id. */
  share?: string
}

export interface Journal {
  /** By session. */
  readonly entries: ReadonlyMap<string, ArchivedSession>
  add(entry: ArchivedSession): Promise<void>
}

/**
 * Opens the journal of an archive: a file of JSON lines, appended to for each exported session, so that an interrupted run
 * loses no finished work. Ignores a torn last line. Throws `bad-usage` if the path is not a file, and what the file system
 * throws.
 */
export async function openJournal(file: string): Promise<Journal> {
  const entries = new Map<string, ArchivedSession>()
  const found = await stat(file).catch(() => undefined)
  if (found && !found.isFile())
    throw new ShareError("bad-usage", `${file} is not a file, so the archive's journal cannot be written.`, {
      hint: "Move it away, or choose another folder.",
    })
  const text = found ? await readFile(file, "utf8") : ""
  for (const line of text.split("\n")) {
    const entry = parse(line)
    if (entry) entries.set(entry.session, entry)
  }
  let isTorn = text !== "" && !text.endsWith("\n")
  return {
    entries,
    async add(entry) {
      // An existing folder keeps its mode: it may be the user's own.
      makeFolder(path.dirname(file), { mode: 0o700 })
      const line = `${isTorn ? "\n" : ""}${JSON.stringify(entry)}\n`
      isTorn = true
      await appendFile(file, line, { mode: 0o600 })
      isTorn = false
      entries.set(entry.session, entry)
    },
  }
}

function parse(line: string): ArchivedSession | undefined {
  try {
    const entry = JSON.parse(line) as Partial<ArchivedSession> | null
    const texts = [entry?.session, entry?.stamp, entry?.title, entry?.project, entry?.href]
    return texts.every((text) => typeof text === "string") &&
      Number.isFinite(entry?.date) &&
      Number.isFinite(entry?.size)
      ? (entry as ArchivedSession)
      : undefined
  } catch {
    return undefined
  }
}
