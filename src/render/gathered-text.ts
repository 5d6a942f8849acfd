import { createHash } from "node:crypto"

/**
 * A text that is gathered piece by piece and needed whole in the end, or not at all. It is kept as UTF-8 outside of
 * the language's own memory, so that it may be longer than a string can be.
 */
export interface GatheredText {
  push(...pieces: string[]): void
  /** Adds what was gathered before, as UTF-8. */
  append(bytes: Uint8Array): void
  /** Bytes so far. */
  size(): number
  /** What was gathered from one place to another, in pieces; places are those that `size` told. */
  between(from: number, to: number): Uint8Array[]
  /** SHA-256 of all that was gathered, hexadecimal. */
  hash(): string
  bytes(): Uint8Array
}

/** So many characters are turned into bytes at a time. */
const CHUNK = 100_000

export function gatherText(): GatheredText {
  const chunks: Uint8Array[] = []
  const sum = createHash("sha256")
  let size = 0
  let pieces: string[] = []
  let characters = 0
  const add = (chunk: Uint8Array) => {
    chunks.push(chunk)
    sum.update(chunk)
    size += chunk.length
  }
  const flush = () => {
    if (pieces.length === 0) return
    add(Buffer.from(pieces.join("")))
    pieces = []
    characters = 0
  }
  return {
    push(...more) {
      for (const piece of more) {
        pieces.push(piece)
        characters += piece.length
      }
      if (characters > CHUNK) flush()
    },
    append(bytes) {
      flush()
      add(bytes)
    },
    size() {
      flush()
      return size
    },
    between(from, to) {
      flush()
      const found: Uint8Array[] = []
      let start = 0
      for (const chunk of chunks) {
        if (start < to && start + chunk.length > from)
          found.push(chunk.subarray(Math.max(0, from - start), Math.min(chunk.length, to - start)))
        start += chunk.length
      }
      return found
    },
    hash() {
      flush()
      return sum.copy().digest("hex")
    },
    bytes() {
      flush()
      return Buffer.concat(chunks)
    },
  }
}
