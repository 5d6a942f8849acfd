import { createHash } from "node:crypto"
import {
  type Content,
  LONG,
  type LongContent,
  piecesOf,
  type TemporaryFile,
  type TemporaryFiles,
} from "../../lib/temporary-files.ts"

/**
 * A text that is gathered piece by piece and needed whole in the end, or not at all. It is kept as UTF-8 outside of
 * the language's own memory, so that it may be longer than a string can be; a long one in a temporary file, if there may
 * be one. One call at a time.
 */
export interface GatheredText {
  push(...pieces: string[]): Promise<void>
  /** Adds what was gathered before, as UTF-8. */
  append(content: Content): Promise<void>
  /** Bytes so far. */
  size(): Promise<number>
  /** What was gathered from one place to another; places are those that `size` told. */
  between(from: number, to: number): Promise<Content[]>
  /** SHA-256 of all that was gathered, hexadecimal. */
  hash(): Promise<string>
  /** All of it, wherever it is kept: as long as nothing is added, and the temporary files are there. */
  content(): Promise<LongContent>
}

/** So many characters are turned into bytes at a time. */
const CHUNK = 100_000

export function gatherText(files?: TemporaryFiles, long = LONG): GatheredText {
  const sum = createHash("sha256")
  let chunks: Uint8Array[] = []
  let file: TemporaryFile | undefined
  let size = 0
  let pieces: string[] = []
  let characters = 0
  const add = async (chunk: Uint8Array) => {
    sum.update(chunk)
    size += chunk.length
    if (file) return file.write(chunk)
    chunks.push(chunk)
    if (size <= long || !files) return
    // Where there can be no such file, memory has to do.
    file = await files.make().catch(() => undefined)
    if (!file) return
    for (const one of chunks) await file.write(one)
    chunks = []
  }
  const flush = async () => {
    if (pieces.length === 0) return
    const chunk = Buffer.from(pieces.join(""))
    pieces = []
    characters = 0
    await add(chunk)
  }
  return {
    async push(...more) {
      for (const piece of more) {
        pieces.push(piece)
        characters += piece.length
      }
      if (characters > CHUNK) await flush()
    },
    async append(content) {
      await flush()
      for await (const piece of piecesOf(content)) await add(piece)
    },
    async size() {
      await flush()
      return size
    },
    async between(from, to) {
      await flush()
      if (file) return [file.part(from, to)]
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
      return sum.copy().digest("hex")
    },
    async content() {
      await flush()
      return file?.part(0, size) ?? inMemory(chunks)
    },
  }
}

const inMemory = (chunks: readonly Uint8Array[]): LongContent => ({
  length: chunks.reduce((sum, { length }) => sum + length, 0),
  async *pieces() {
    yield* chunks
  },
})
