import { appendFile, readFile } from "node:fs/promises"
import path from "node:path"
import { makePrivateFolder } from "../lib/private-folder.ts"

/** One session of an archive, as its index shows it. All texts are redacted. */
export interface Kept {
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
  readonly kept: ReadonlyMap<string, Kept>
  add(entry: Kept): Promise<void>
}

/**
 * What an archive holds: a file of lines, one added for each session as soon as it is kept. A run that is cut short has
 * lost nothing of what it has done; a last line that was not written to its end counts for nothing.
 */
export async function openJournal(file: string): Promise<Journal> {
  const kept = new Map<string, Kept>()
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return ""
    throw error
  })
  for (const line of text.split("\n")) {
    const entry = parse(line)
    if (entry) kept.set(entry.session, entry)
  }
  let isTorn = text !== "" && !text.endsWith("\n")
  return {
    kept,
    async add(entry) {
      await makePrivateFolder(path.dirname(file))
      await appendFile(file, `${isTorn ? "\n" : ""}${JSON.stringify(entry)}\n`, { mode: 0o600 })
      isTorn = false
      kept.set(entry.session, entry)
    },
  }
}

function parse(line: string): Kept | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Kept> | null
    const texts = [entry?.session, entry?.stamp, entry?.title, entry?.project, entry?.href]
    return texts.every((text) => typeof text === "string") &&
      Number.isFinite(entry?.date) &&
      Number.isFinite(entry?.size)
      ? (entry as Kept)
      : undefined
  } catch {
    return undefined
  }
}
