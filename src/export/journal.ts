import { appendFile, mkdir, readFile, stat } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"

/** One session of an archive, as its index shows it. All texts are redacted. */
export interface ArchivedSession {
  session: string
  /** What it was made from: see `SessionEntry.stamp`, and how. */
  stamp: string
  title: string
  /** The folder that it worked in. */
  project: string
  /** When it began: milliseconds since 1970. */
  date: number
  /** Bytes. */
  size: number
  /** Where it is: an address, or a path from the index. */
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
 * What an archive holds: a file of lines, one added for each session as soon as it is kept. A run that is cut short has
 * lost nothing of what it has done; a last line that was not written to its end counts for nothing. Throws `bad-usage`
 * where something else than a file has its name, and what the file system throws.
 */
export async function openJournal(file: string): Promise<Journal> {
  const entries = new Map<string, ArchivedSession>()
  const found = await stat(file).catch(() => undefined)
  if (found && !found.isFile())
    throw new ShareError("bad-usage", `${file} is no file, so what the archive holds cannot be noted in it.`, {
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
      // One that is there keeps its mode: it may be the user's own.
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
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
