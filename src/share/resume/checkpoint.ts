import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { deserialize, serialize } from "node:v8"
import { crc32 } from "node:zlib"
import { sha256 } from "../../lib/hash.ts"
import { createPrivateFolder } from "../../lib/private-folder.ts"
import { type Content, chunksOf, SPOOL_THRESHOLD_BYTES, type TemporaryFiles } from "../../lib/temporary-files.ts"
import type { SiteCheckpoint } from "../../render/site/site.ts"
import type { SessionPrefix } from "../../session/source.ts"

/** The state of rendering after the first messages of a session, from which a later run resumes. */
export interface Checkpoint extends SessionPrefix {
  /** Hash of everything that affects how those messages render: package version, redactions, values common to all pages. */
  key: string
  /** Hash of the redaction options. */
  redactedBy: string
  /** Zero-based positions of the messages that reveal which values are secret. */
  secretPositions: number[]
  /** The id of the last of those messages. */
  lastID: string
}

interface CheckpointHeader extends Checkpoint {
  format: number
  state: Checksum
  record: Checksum
  text: Checksum
}

/** Size in bytes and CRC-32 of the first bytes of a file. */
interface Checksum {
  size: number
  crc: number
}

const FORMAT = 3
/** Below this, reading the session again is just as fast. */
const MIN_MESSAGE_COUNT = 20
/** Largest checkpoint of one share, and of all shares together. */
const MAX_BYTES = 800_000_000
const MAX_TOTAL_BYTES = 1_000_000_000
const FOLDER_NAME = /^[0-9a-f]{64}\.pages$/

/** Reads the header of a checkpoint, without the content; undefined if there is none or it is unreadable. */
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
 * Loads the content of a checkpoint. Undefined if it is damaged or was replaced. Long content stays in its file, which
 * remains open as long as the temporary files.
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

/** A checkpoint that can be written once the share is complete. */
export interface CheckpointDraft extends Omit<Checkpoint, "hash"> {
  state: Uint8Array
  record: readonly Content[]
  text: readonly Content[]
}

/** Captures the current state of the pages; undefined if the session is too short or the state too large to save. */
export function draftCheckpoint(
  checkpoint: Omit<Checkpoint, "hash" | "lastID">,
  { pages, files, record, text }: SiteCheckpoint,
): CheckpointDraft | undefined {
  if (checkpoint.messages < MIN_MESSAGE_COUNT || sizeOf(record) + sizeOf(text) > MAX_BYTES) return undefined
  const lastID = pages.lastMessage?.id ?? ""
  return { ...checkpoint, lastID, state: serialize({ pages, files }), record, text }
}

/**
 * Replaces the checkpoint, then deletes the least recently updated checkpoints while the total is too large. If writing
 * fails, or the process is killed, there is no checkpoint afterwards.
 */
export async function saveCheckpoint(
  folder: string,
  { state, record, text, ...checkpoint }: CheckpointDraft & Checkpoint,
): Promise<void> {
  try {
    const before = await readHeader(folder)
    await createPrivateFolder(folder)
    await rm(path.join(folder, "state"), { force: true })
    const header: CheckpointHeader = {
      format: FORMAT,
      ...checkpoint,
      state: await checksumOf([state]),
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

/** Deletes the checkpoint of a share, if there is one. */
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

/** Reads a file up to the recorded size; undefined if its checksum differs. */
async function load(file: string, sum: Checksum, temporary: TemporaryFiles): Promise<Content | undefined> {
  const content =
    sum.size > SPOOL_THRESHOLD_BYTES
      ? temporary.adopt(await open(file)).slice(0, sum.size)
      : (await readFile(file)).subarray(0, sum.size)
  return (await matchesChecksum(content, sum)) ? content : undefined
}

/** Writes the pieces to a file. Skips the first piece if the file already holds it. */
async function writeAfter(file: string, pieces: readonly Content[], before: Checksum | undefined): Promise<Checksum> {
  const [first, ...rest] = pieces
  const start = first && first.length === before?.size ? await checksumOf([first]) : undefined
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

async function deleteOldest(ledger: string): Promise<void> {
  const folders = (await readdir(ledger))
    .filter((name) => FOLDER_NAME.test(name))
    .map((name) => path.join(ledger, name))
  const found = await Promise.all(folders.map(async (folder) => ({ folder, ...(await sizeOnDisk(folder)) })))
  let sum = 0
  for (const { folder, bytes } of found.sort((a, b) => b.at - a.at)) {
    sum += bytes
    if (sum > MAX_TOTAL_BYTES) await rm(folder, { recursive: true, force: true })
  }
}

/** Size of a checkpoint in bytes, and when it was written (milliseconds since 1970). */
async function sizeOnDisk(folder: string): Promise<{ bytes: number; at: number }> {
  const files = await Promise.all(
    ["state", "record", "text"].map((name) => stat(path.join(folder, name)).catch(() => undefined)),
  )
  return { bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0), at: files[0]?.mtimeMs ?? 0 }
}

const sizeOf = (pieces: readonly Content[]) => pieces.reduce((sum, { length }) => sum + length, 0)
async function checksumOf(contents: readonly Content[]): Promise<Checksum> {
  let crc = 0
  for (const content of contents) for await (const piece of chunksOf(content)) crc = crc32(piece, crc)
  return { size: sizeOf(contents), crc }
}
const matchesChecksum = async (content: Content, { size, crc }: Checksum) =>
  content.length === size && (await checksumOf([content])).crc === crc

/** Hashes the values that affect how messages render, together with the checkpoint format and V8's version. */
export const hashKey = (...values: unknown[]): string =>
  sha256(JSON.stringify([FORMAT, process.versions.v8, ...values]))
