import { createHash } from "node:crypto"
import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { deserialize, serialize } from "node:v8"
import { crc32 } from "node:zlib"
import { createPrivateFolder } from "../lib/private-folder.ts"
import { type Content, chunksOf, SPOOL_THRESHOLD_BYTES, type TemporaryFiles } from "../lib/temporary-files.ts"
import type { SiteCheckpoint } from "../render/site/site.ts"
import type { Beginning } from "../session/source.ts"

/** How far the pages of a share were after the beginning of its session: what a later run goes on from. */
export interface Checkpoint extends Beginning {
  /** Equal where those messages come out the same: this package's version, what is redacted, what all pages have in common. */
  key: string
  /** Equal where secrets are looked for in the same way. */
  redactedBy: string
  /** Which of those messages tell what is secret: positions from 0. */
  telling: number[]
  /** The id of the last of those messages. */
  last: string
}

interface Header extends Checkpoint {
  format: number
  state: Sum
  record: Sum
  text: Sum
}

/** Of the first bytes of a file: how many there are, and what tells whether they are those that were written. */
interface Sum {
  size: number
  crc: number
}

const FORMAT = 2
/** Of a shorter session all is read again as quickly. */
const SHORTEST = 100
/** In bytes: what is kept of one share, and of all together. */
const LARGEST = 800_000_000
const TOGETHER = 1_000_000_000
const NAME = /^[0-9a-f]{64}\.pages$/

/** The folder for it beside a share's entry in the ledger. Private; it holds nothing that is not in the share. */
export const checkpointFolder = (entry: string): string => entry.replace(/\.json$/, ".pages")

/** What is kept of a share, but for the content; undefined where there is nothing that can be read. */
export const readCheckpoint = (folder: string): Promise<Checkpoint | undefined> => readHeader(folder)

async function readHeader(folder: string): Promise<Header | undefined> {
  try {
    const file = await open(path.join(folder, "state"))
    try {
      let text = ""
      for await (const piece of file.createReadStream({ encoding: "utf8" })) {
        text += piece
        if (piece.includes("\n")) break
      }
      return headerIn(text.slice(0, text.indexOf("\n")))
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/**
 * The content of a checkpoint. Undefined where it is damaged, or another one has taken its place. What is long stays in
 * its file, which is open as long as the temporary files are there.
 */
export async function loadCheckpoint(
  folder: string,
  wanted: Checkpoint,
  temporary: TemporaryFiles,
): Promise<SiteCheckpoint | undefined> {
  try {
    const found = await read(folder)
    if (!found || found.header.key !== wanted.key || found.header.hash !== wanted.hash) return undefined
    const { header, state } = found
    const [record, text] = await Promise.all([
      load(path.join(folder, "record"), header.record, temporary),
      load(path.join(folder, "text"), header.text, temporary),
    ])
    if (!(await fits(state, header.state)) || !record || !text) return undefined
    return { ...deserialize(state), record: [record], text: [text] }
  } catch {
    return undefined
  }
}

/** What is to be kept, ready to be written. */
export interface Taken extends Omit<Checkpoint, "hash"> {
  state: Uint8Array
  record: readonly Content[]
  text: readonly Content[]
}

/** Takes down how far the pages are, as they are now; undefined where that is not worth keeping. */
export function takeCheckpoint(
  checkpoint: Omit<Checkpoint, "hash" | "last">,
  { pages, files, record, text }: SiteCheckpoint,
): Taken | undefined {
  if (checkpoint.messages < SHORTEST || sizeOf(record) + sizeOf(text) > LARGEST) return undefined
  const last = pages.lastMessage?.id ?? ""
  return { ...checkpoint, last, state: serialize({ pages, files }), record, text }
}

/**
 * Keeps a checkpoint in place of the one before, and forgets those of the shares that were longest not brought up to
 * date. What cannot be written is not kept; a run that was cut short leaves none.
 */
export async function keepCheckpoint(
  folder: string,
  { state, record, text, ...checkpoint }: Taken & Checkpoint,
): Promise<void> {
  try {
    const before = await readHeader(folder)
    await createPrivateFolder(folder)
    await rm(path.join(folder, "state"), { force: true })
    const header: Header = {
      ...{ format: FORMAT, ...checkpoint, state: await sumOf([state]) },
      record: await writeAfter(path.join(folder, "record"), record, before?.record),
      text: await writeAfter(path.join(folder, "text"), text, before?.text),
    }
    const aside = path.join(folder, `state.${process.pid}`)
    await writeFile(aside, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), state]), { mode: 0o600 })
    await rename(aside, path.join(folder, "state"))
    await forgetOldest(path.dirname(folder))
  } catch {
    await forgetCheckpoint(folder)
  }
}

/** Removes what was kept of a share, if anything was. */
export async function forgetCheckpoint(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {})
}

async function read(folder: string): Promise<{ header: Header; state: Uint8Array } | undefined> {
  try {
    const content = await readFile(path.join(folder, "state"))
    const end = content.indexOf("\n")
    const header = headerIn(content.toString("utf8", 0, end))
    return header && { header, state: content.subarray(end + 1) }
  } catch {
    return undefined
  }
}

function headerIn(text: string): Header | undefined {
  const header: Header = JSON.parse(text)
  return header.format === FORMAT ? header : undefined
}

/** What was written into a file, if it is as it was. */
async function load(file: string, sum: Sum, temporary: TemporaryFiles): Promise<Content | undefined> {
  const content =
    sum.size > SPOOL_THRESHOLD_BYTES
      ? temporary.take(await open(file)).part(0, sum.size)
      : (await readFile(file)).subarray(0, sum.size)
  return (await fits(content, sum)) ? content : undefined
}

/** Writes the pieces into a file that may hold the first of them already. */
async function writeAfter(file: string, pieces: readonly Content[], before: Sum | undefined): Promise<Sum> {
  const [first, ...rest] = pieces
  const start = first && first.length === before?.size ? await sumOf([first]) : undefined
  const isThere = start !== undefined && start.crc === before?.crc
  let { size, crc } = isThere ? start : { size: 0, crc: 0 }
  const opened = await open(file, isThere ? "r+" : "w", 0o600)
  try {
    for (const content of isThere ? rest : pieces)
      for await (const piece of chunksOf(content)) {
        await opened.write(piece, 0, piece.length, size)
        size += piece.length
        crc = crc32(piece, crc)
      }
    await opened.truncate(size)
  } finally {
    await opened.close()
  }
  return { size, crc }
}

async function forgetOldest(ledger: string): Promise<void> {
  const folders = (await readdir(ledger)).filter((name) => NAME.test(name)).map((name) => path.join(ledger, name))
  const found = await Promise.all(folders.map(async (folder) => ({ folder, ...(await weightOf(folder)) })))
  let sum = 0
  for (const { folder, bytes } of found.sort((a, b) => b.at - a.at)) {
    sum += bytes
    if (sum > TOGETHER) await rm(folder, { recursive: true, force: true })
  }
}

/** How much is kept in a folder, and since when. */
async function weightOf(folder: string): Promise<{ bytes: number; at: number }> {
  const files = await Promise.all(
    ["state", "record", "text"].map((name) => stat(path.join(folder, name)).catch(() => undefined)),
  )
  return { bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0), at: files[0]?.mtimeMs ?? 0 }
}

const sizeOf = (pieces: readonly Content[]) => pieces.reduce((sum, { length }) => sum + length, 0)
async function sumOf(contents: readonly Content[]): Promise<Sum> {
  let crc = 0
  for (const content of contents) for await (const piece of chunksOf(content)) crc = crc32(piece, crc)
  return { size: sizeOf(contents), crc }
}
const fits = async (content: Content, { size, crc }: Sum) =>
  content.length === size && (await sumOf([content])).crc === crc

/** A key of all that decides how messages come out. */
export const keyOf = (...decides: unknown[]): string =>
  createHash("sha256")
    .update(JSON.stringify([FORMAT, process.versions.v8, ...decides]))
    .digest("hex")
