import { constants } from "node:fs"
import { type FileHandle, lstat, open } from "node:fs/promises"
import path from "node:path"
import { Readable } from "node:stream"
import { sha256 } from "../../lib/hash.ts"
import type { ReadAnswer, ReadOptions } from "../object-store.ts"
import { ignoreCodes, inFolder, symlinkError } from "./open-folder.ts"

// Files have no content type, so it is derived from the extension.
const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".pdf": "application/pdf",
}

/** Reads a file; undefined if there is none. Throws the file system's errors. `target` is its path, for messages. */
export function readFileIn(root: string, folders: readonly string[], target: string): Promise<Uint8Array | undefined> {
  return inFolder(root, folders, async (at) => {
    const file = await openFile(path.join(at, path.basename(target)), target)
    try {
      return await file.readFile()
    } finally {
      await file.close()
    }
  }).catch(ignoreCodes("ENOENT"))
}

/** Reads a file for a web reader: see `ObjectStore.read`. */
export function readFileForWeb(
  root: string,
  folders: readonly string[],
  target: string,
  asked: ReadOptions,
): Promise<ReadAnswer | undefined> {
  return inFolder(root, folders, async (at) =>
    answerFrom(await openFile(path.join(at, path.basename(target)), target), target, asked),
  ).catch(ignoreCodes("ENOENT", "EISDIR"))
}

async function openFile(at: string, shown: string): Promise<FileHandle> {
  if ((await lstat(at)).isSymbolicLink()) throw symlinkError(shown)
  // O_NONBLOCK: opening a pipe would block.
  const file = await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  const found = await file.stat()
  if (found.isFile() || found.isDirectory()) return file
  await file.close()
  throw new Error("it is not a file")
}

/** Answers from an open file. Closes it, at the latest when the body ends. */
async function answerFrom(file: FileHandle, target: string, asked: ReadOptions): Promise<ReadAnswer | undefined> {
  let isOpen = true
  const close = async () => {
    if (isOpen) await file.close()
    isOpen = false
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) {
      await close()
      return undefined
    }
    const etag = `"${sha256(`${found.ino} ${found.size} ${found.mtimeMs}`).slice(0, 32)}"`
    if (asked.ifNoneMatch !== undefined && matches(asked.ifNoneMatch, etag)) {
      await close()
      return { status: 304, headers: { etag }, body: undefined }
    }
    const range = asked.range === undefined ? undefined : rangeOf(asked.range, found.size)
    if (range === "none") {
      await close()
      return { status: 416, headers: { "content-range": `bytes */${found.size}` }, body: undefined }
    }
    const { start, end } = range ?? { start: 0, end: found.size - 1 }
    const headers = {
      etag,
      "content-type": MEDIA_TYPES[path.extname(target)] ?? "application/octet-stream",
      "content-length": String(end - start + 1),
      ...(range && { "content-range": `bytes ${start}-${end}/${found.size}` }),
    }
    const status = range ? 206 : 200
    if (asked.head || found.size === 0) {
      await close()
      return { status, headers, body: asked.head ? undefined : new Blob([]).stream() }
    }
    const body = Readable.toWeb(file.createReadStream({ start, end }))
    return { status, headers, body: body as ReadableStream<Uint8Array> }
  } catch (error) {
    await close()
    throw error
  }
}

// RFC 9110, 13.1.2: weak comparison.
const matches = (asked: string, etag: string) =>
  asked.trim() === "*" || asked.split(",").some((one) => one.trim().replace(/^W\//, "") === etag)

/** Parses a single byte range (RFC 9110, 14.1.2); undefined for invalid or multiple ranges, which get the whole file. */
function rangeOf(text: string, size: number): { start: number; end: number } | "none" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? []
  if (first === "" && last === "") return undefined
  if (first === "") {
    const length = Math.min(Number(last), size)
    return length === 0 ? "none" : { start: size - length, end: size - 1 }
  }
  if (last !== "" && Number(last) < Number(first)) return undefined
  if (Number(first) >= size) return "none"
  return { start: Number(first), end: Math.min(last === "" ? size - 1 : Number(last), size - 1) }
}
