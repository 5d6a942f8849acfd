// JSON.parse needs stack for each level and memory for each value, which may be many times the length of the text.
export const MAX_DEPTH = 100
/** Minimum average bytes per value in a text of the maximum length. Sessions have 20 and more. */
export const BYTES_PER_VALUE = 10
/** Limit of a number or a word outside of strings. */
const MAX_LITERAL_BYTES = 100

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Counts levels and values (names included) of a JSON text as it arrives, before it is parsed. Does not validate: it
 * only limits what `JSON.parse` is given.
 */
export class JsonBounds {
  readonly #most: number
  #depth = 0
  #values = 1
  #literal = 0
  #isInString = false
  #isEscaped = false

  /** @param maxBytes maximum length of the text */
  constructor(maxBytes: number) {
    this.#most = Math.ceil(maxBytes / BYTES_PER_VALUE)
  }

  /** Reads the next bytes. Returns the exceeded limit in words for the user, or undefined. */
  exceeded(bytes: Uint8Array): string | undefined {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) this.#isInString = false
        continue
      }
      if (byte === QUOTE) this.#isInString = true
      if (byte > COMMA && byte !== COLON && (byte | 0x20) !== OPEN_OBJECT && (byte | 0x20) !== CLOSE_OBJECT) {
        if (++this.#literal > MAX_LITERAL_BYTES)
          return `a number or a word of more than ${MAX_LITERAL_BYTES} characters`
        continue
      }
      this.#literal = 0
      if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (++this.#depth > MAX_DEPTH) return `more than ${MAX_DEPTH} levels`
        this.#values++
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth--
      else if (byte === COMMA || byte === COLON) this.#values++
      if (this.#values > this.#most) return `more than ${this.#most.toLocaleString("en")} values`
    }
    return undefined
  }
}
