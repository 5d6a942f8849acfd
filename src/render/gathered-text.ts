import { createHash } from "node:crypto"

/**
 * A text that is gathered piece by piece and needed whole in the end, or not at all. It is kept as UTF-8 outside of
 * the language's own memory, so that it may be longer than a string can be.
 */
export interface GatheredText {
  push(...pieces: string[]): void
  /** SHA-256 of a salt and all that was gathered, hexadecimal. */
  hash(salt: string): string
  bytes(): Uint8Array
}

/** So many characters are turned into bytes at a time. */
const CHUNK = 100_000

export function gatherText(): GatheredText {
  const chunks: Buffer[] = []
  const sum = createHash("sha256")
  let pieces: string[] = []
  let characters = 0
  const flush = () => {
    const chunk = Buffer.from(pieces.join(""))
    chunks.push(chunk)
    sum.update(chunk)
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
    hash(salt) {
      flush()
      return createHash("sha256").update(salt).update(sum.copy().digest()).digest("hex")
    },
    bytes() {
      flush()
      return Buffer.concat(chunks)
    },
  }
}
