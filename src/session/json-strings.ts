import { StringDecoder } from "node:string_decoder"

export const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Skips the strings of a JSON text that comes in chunks, and keeps the last one that is a name. */
export function jsonStringReader() {
  let isOpen = false
  let isEscaped = false
  let decoder: StringDecoder | undefined
  let written = ""

  /** Index of the closing quotation mark, or the chunk's length if the string goes on in the next chunk. */
  function endOf(chunk: Uint8Array, from: number): number {
    let i = from
    if (isEscaped) {
      isEscaped = false
      i++
    }
    for (;;) {
      const quote = chunk.indexOf(QUOTE, i)
      const stop = quote < 0 ? chunk.length : quote
      let slashes = 0
      while (stop - slashes - 1 >= i && chunk[stop - slashes - 1] === BACKSLASH) slashes++
      const isOdd = slashes % 2 === 1
      if (quote < 0) {
        isEscaped = isOdd
        return chunk.length
      }
      if (!isOdd) {
        isOpen = false
        return quote
      }
      i = quote + 1
    }
  }

  return {
    isOpen: () => isOpen,
    /** Called at the opening quotation mark. */
    open(isName: boolean): void {
      isOpen = true
      decoder = isName ? new StringDecoder("utf8") : undefined
      if (isName) written = ""
    },
    /** Reads on inside a string. Returns the index where it ends, or the chunk's length. */
    read(chunk: Uint8Array, from: number): number {
      const end = endOf(chunk, from)
      if (decoder) written += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset + from, end - from))
      return end
    },
    lastName: () => decodeName(written),
  }
}

/** Decodes a name from its JSON form without quotation marks. */
function decodeName(written: string): string {
  try {
    return JSON.parse(`"${written}"`)
  } catch {
    return ""
  }
}
