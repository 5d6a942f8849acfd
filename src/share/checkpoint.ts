import { createHash } from "node:crypto"
import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { deserialize, serialize } from "node:v8"
import { crc32 } from "node:zlib"
import { makePrivateFolder } from "../lib/private-folder.ts"
import { type Content, LONG, piecesOf, type TemporaryFiles } from "../lib/temporary-files.ts"
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

interface CheckpointHeader extends Checkpoint {
  format: number
  state: Checksum
  record: Checksum
  text: Checksum
}

/** Of the first bytes of a file: how many there are, and what tells whether they are those that were written. */
interface Checksum {
  size: number
  crc: number
}

const FORMAT = 2
/** Of a shorter session all is read again as quickly. */
const MIN_MESSAGE_COUNT = 100
/** In bytes: what is kept of one share, and of all together. */
const MAX_BYTES = 800_000_000
const MAX_TOTAL_BYTES = 1_000_000_000
const NAME = /^[0-9a-f]{64}\.pages$/

/** The folder for it beside a share's entry in the ledger. Private; it holds nothing that is not in the share. */
export const checkpointFolder = (entry: string): string => entry.replace(/\.json$/, ".pages")

/** What is kept of a share, but for the content; undefined where there is nothing that can be read. */
export const readCheckpoint = (folder: string): Promise<Checkpoint | undefined> => readHeader(folder)

async function readHeader(folder: string): Promise<CheckpointHeader | undefined> {
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
    if (!(await matchesChecksum(state, header.state)) || !record || !text) return undefined
    return { ...deserialize(state), record: [record], text: [text] }
  } catch {
    return undefined
  }
}

/** What is to be kept, ready to be written. */
export interface CheckpointDraft extends Omit<Checkpoint, "hash"> {
  state: Uint8Array
  record: readonly Content[]
  text: readonly Content[]
}

/** Takes down how far the pages are, as they are now; undefined where that is not worth keeping. */
export function draftCheckpoint(
  checkpoint: Omit<Checkpoint, "hash" | "last">,
  { pages, files, record, text }: SiteCheckpoint,
): CheckpointDraft | undefined {
  if (checkpoint.messages < MIN_MESSAGE_COUNT || sizeOf(record) + sizeOf(text) > MAX_BYTES) return undefined
  const last = pages.lastMessage?.id ?? ""
  return { ...checkpoint, last, state: serialize({ pages, files }), record, text }
}

/**
 * Keeps a checkpoint in place of the one before, and forgets those of the shares that were longest not brought up to
 * date. What cannot be written is not kept; a run that was cut short leaves none.
 */
export async function saveCheckpoint(
  folder: string,
  { state, record, text, ...checkpoint }: CheckpointDraft & Checkpoint,
): Promise<void> {
  try {
    const before = await readHeader(folder)
    await makePrivateFolder(folder)
    await rm(path.join(folder, "state"), { force: true })
    const header: CheckpointHeader = {
      ...{ format: FORMAT, ...checkpoint, state: await checksumOf([state]) },
      record: await writeAfter(path.join(folder, "record"), record, before?.record),
      text: await writeAfter(path.join(folder, "text"), text, before?.text),
    }
    const aside = path.join(folder, `state.${process.pid}`)
    await writeFile(aside, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), state]), { mode: 0o600 })
    await rename(aside, path.join(folder, "state"))
    await deleteOldest(path.dirname(folder))
  } catch {
    await deleteCheckpoint(folder)
  }
}

/** Removes what was kept of a share, if anything was. */
export async function deleteCheckpoint(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {})
}

async function read(folder: string): Promise<{ header: CheckpointHeader; state: Uint8Array } | undefined> {
  try {
    const content = await readFile(path.join(folder, "state"))
    const end = content.indexOf("\n")
    const header = headerIn(content.toString("utf8", 0, end))
    return header && { header, state: content.subarray(end + 1) }
  } catch {
    return undefined
  }
}

function headerIn(text: string): CheckpointHeader | undefined {
  const header: CheckpointHeader = JSON.parse(text)
  return header.format === FORMAT ? header : undefined
}

/** What was written into a file, if it is as it was. */
async function load(file: string, sum: Checksum, temporary: TemporaryFiles): Promise<Content | undefined> {
  const content =
    sum.size > LONG ? temporary.take(await open(file)).part(0, sum.size) : (await readFile(file)).subarray(0, sum.size)
  return (await matchesChecksum(content, sum)) ? content : undefined
}

/** Writes the pieces into a file that may hold the first of them already. */
async function writeAfter(file: string, pieces: readonly Content[], before: Checksum | undefined): Promise<Checksum> {
  const [first, ...rest] = pieces
  const start = first && first.length === before?.size ? await checksumOf([first]) : undefined
  const isThere = start !== undefined && start.crc === before?.crc
  let { size, crc } = isThere ? start : { size: 0, crc: 0 }
  const opened = await open(file, isThere ? "r+" : "w", 0o600)
  try {
    for (const content of isThere ? rest : pieces)
      for await (const piece of piecesOf(content)) {
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

async function deleteOldest(ledger: string): Promise<void> {
  const folders = (await readdir(ledger)).filter((name) => NAME.test(name)).map((name) => path.join(ledger, name))
  const found = await Promise.all(folders.map(async (folder) => ({ folder, ...(await sizeOnDisk(folder)) })))
  let sum = 0
  for (const { folder, bytes } of found.sort((a, b) => b.at - a.at)) {
    sum += bytes
    if (sum > MAX_TOTAL_BYTES) await rm(folder, { recursive: true, force: true })
  }
}

/** How much is kept in a folder, and since when. */
async function sizeOnDisk(folder: string): Promise<{ bytes: number; at: number }> {
  const files = await Promise.all(
    ["state", "record", "text"].map((name) => stat(path.join(folder, name)).catch(() => undefined)),
  )
  return { bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0), at: files[0]?.mtimeMs ?? 0 }
}

const sizeOf = (pieces: readonly Content[]) => pieces.reduce((sum, { length }) => sum + length, 0)
async function checksumOf(contents: readonly Content[]): Promise<Checksum> {
  let crc = 0
  for (const content of contents) for await (const piece of piecesOf(content)) crc = crc32(piece, crc)
  return { size: sizeOf(contents), crc }
}
const matchesChecksum = async (content: Content, { size, crc }: Checksum) =>
  content.length === size && (await checksumOf([content])).crc === crc

/** A key of all that decides how messages come out. */
export const hashKey = (...decides: unknown[]): string =>
  createHash("sha256")
    .update(JSON.stringify([FORMAT, process.versions.v8, ...decides]))
    .digest("hex")
