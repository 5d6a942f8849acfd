import { randomBytes } from "node:crypto"
import { type FileHandle, open, unlink } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { ShareError } from "../errors.ts"

/** Longer content is kept in a file instead of memory. */
export const SPOOL_THRESHOLD_BYTES = 64_000_000

/** Content that may be too large for memory. */
export interface SpooledContent {
  /** In bytes. */
  readonly length: number
  /** Yields the content from its beginning; may be called repeatedly. The reader owns each chunk. */
  chunks(): AsyncIterable<Uint8Array>
}

export type Content = Uint8Array | SpooledContent

/** An unlinked file: only this process can read it, and it disappears with the process. */
export interface TemporaryFile {
  /** Appends bytes. Calls must not overlap. */
  write(bytes: Uint8Array): Promise<void>
  /** Content between two offsets. */
  slice(from: number, to: number): SpooledContent
}

export interface TemporaryFiles {
  /** Throws what the file system throws. */
  make(): Promise<TemporaryFile>
  /** Adopts an open file, which is closed with the others. */
  adopt(file: OpenFile): Pick<TemporaryFile, "slice">
}

/** Subset of Node's FileHandle: users of the library's types may not have Node's types. */
export interface OpenFile {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  close(): Promise<void>
}

/** Bytes per read. */
const READ_BYTES = 1 << 18

/** Calls `use`, and closes the files that it creates when it ends or throws. Resolves to its result. */
export async function withTemporaryFiles<T>(use: (files: TemporaryFiles) => Promise<T>): Promise<T> {
  const opened: OpenFile[] = []
  const register = <F extends OpenFile>(file: F) => {
    opened.push(file)
    return file
  }
  try {
    return await use({
      make: async () => temporaryFile(register(await openUnnamed())),
      adopt: (file) => ({ slice: sliceOf(register(file)) }),
    })
  } finally {
    for (const file of opened) await file.close().catch(() => {})
  }
}

/** Yields the chunks of any content, in order. */
export async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content
  else yield* content.chunks()
}

/** Reads all of a content that fits into memory. */
export async function bytesOf(content: Content): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content
  const chunks: Uint8Array[] = []
  for await (const chunk of content.chunks()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function openUnnamed(): Promise<FileHandle> {
  const name = path.join(os.tmpdir(), `opencode-bucket-${randomBytes(12).toString("hex")}`)
  const file = await open(name, "wx+", 0o600)
  try {
    // An unlinked file exists until it is closed, so that killed runs leave none behind.
    await unlink(name)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

function temporaryFile(file: FileHandle): TemporaryFile {
  let end = 0
  return {
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length; )
          at += (await file.write(bytes, at, bytes.length - at, end + at)).bytesWritten
      } catch (cause) {
        throw temporaryFolderFullError(cause)
      }
      end += bytes.length
    },
    slice: sliceOf(file),
  }
}

function sliceOf(file: OpenFile): TemporaryFile["slice"] {
  return (from, to) => ({
    length: to - from,
    async *chunks() {
      for (let at = from; at < to; ) {
        const size = Math.min(READ_BYTES, to - at)
        const buffer = Buffer.allocUnsafe(size)
        const { bytesRead } = await file.read(buffer, 0, size, at)
        if (bytesRead === 0) throw new Error("A temporary file is shorter than its written content.")
        yield buffer.subarray(0, bytesRead)
        at += bytesRead
      }
    },
  })
}

const temporaryFolderFullError = (cause: unknown) =>
  new ShareError("store-failed", `Cannot write to the temporary folder ${os.tmpdir()}.`, {
    hint: "Free some space there, or set TMPDIR to another folder.",
    cause,
  })
