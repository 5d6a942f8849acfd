import { createHash } from "node:crypto"
import {
  type Content,
  chunksOf,
  SPOOL_THRESHOLD_BYTES,
  type SpooledContent,
  type TemporaryFile,
  type TemporaryFiles,
} from "../../lib/temporary-files.ts"

/**
 * Append-only text, kept as UTF-8 outside of the JavaScript heap, since it may exceed the maximum string length.
 * Beyond a threshold it spools to a temporary file, if one can be created. Not for concurrent calls.
 */
export interface SpooledText {
  push(...pieces: string[]): Promise<void>
  /** Appends UTF-8 content of an earlier run. */
  append(content: Content): Promise<void>
  /** Size in bytes so far. */
  size(): Promise<number>
  /** A byte range of the text; offsets as returned by `size`. */
  between(from: number, to: number): Promise<Content[]>
  /** SHA-256 of the text, hexadecimal. */
  hash(): Promise<string>
  /** The full text. Valid until more is appended or the temporary files are deleted. */
  content(): Promise<SpooledContent>
}

/** Characters buffered before encoding. */
const CHUNK_CHARS = 100_000

export function spoolText(files?: TemporaryFiles, thresholdBytes = SPOOL_THRESHOLD_BYTES): SpooledText {
  const hash = createHash("sha256")
  let chunks: Uint8Array[] = []
  let file: TemporaryFile | undefined
  let sizeInBytes = 0
  let pending: string[] = []
  let pendingChars = 0
  const appendBytes = async (chunk: Uint8Array) => {
    hash.update(chunk)
    sizeInBytes += chunk.length
    if (file) return file.write(chunk)
    chunks.push(chunk)
    if (sizeInBytes <= thresholdBytes || !files) return
    // Without a temporary file, keep it in memory.
    file = await files.make().catch(() => undefined)
    if (!file) return
    for (const earlier of chunks) await file.write(earlier)
    chunks = []
  }
  const flush = async () => {
    if (pending.length === 0) return
    const chunk = Buffer.from(pending.join(""))
    pending = []
    pendingChars = 0
    await appendBytes(chunk)
  }
  return {
    async push(...pieces) {
      for (const piece of pieces) {
        pending.push(piece)
        pendingChars += piece.length
      }
      if (pendingChars > CHUNK_CHARS) await flush()
    },
    async append(content) {
      await flush()
      for await (const piece of chunksOf(content)) await appendBytes(piece)
    },
    async size() {
      await flush()
      return sizeInBytes
    },
    async between(from, to) {
      await flush()
      if (file) return [file.slice(from, to)]
      const found: Uint8Array[] = []
      let start = 0
      for (const chunk of chunks) {
        if (start < to && start + chunk.length > from)
          found.push(chunk.subarray(Math.max(0, from - start), Math.min(chunk.length, to - start)))
        start += chunk.length
      }
      return found
    },
    async hash() {
      await flush()
      return hash.copy().digest("hex")
    },
    async content() {
      await flush()
      return file?.slice(0, sizeInBytes) ?? inMemory(chunks)
    },
  }
}

const inMemory = (chunks: readonly Uint8Array[]): SpooledContent => ({
  length: chunks.reduce((sum, { length }) => sum + length, 0),
  async *chunks() {
    yield* chunks
  },
})
