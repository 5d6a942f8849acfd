import { isUtf8 } from "node:buffer"

/** A range of a text that is base64 of text. */
export interface Base64Text {
  start: number
  end: number
  text: string
  /** Encodes a replacement, with the alphabet, padding and line length of the original. */
  encode: (text: string) => string
}

// 20 characters encode 15 bytes: the least that fits a key, or a password with its name.
const MIN_BASE64_CHARS = 20

const alphabet = new Uint8Array(128)
const digits = new Uint8Array(128)
for (const [digit, character] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries()) {
  alphabet[character.charCodeAt(0)] = 1
  digits[character.charCodeAt(0)] = digit
}
// `-` and `_` of the URL-safe alphabet (RFC 4648, 5) also join words: they can continue an encoded text, but not begin
// it.
for (const character of "-_") alphabet[character.charCodeAt(0)] = 2
const isIn = (code: number) => code < 128 && alphabet[code] === 1

/** Finds base64-encoded text, also on several lines of equal length. Skips hashes, images and other binary data. */
export function findBase64Texts(text: string): Base64Text[] {
  const found: Base64Text[] = []
  const attempts = { lines: new AttemptLimit(), words: new AttemptLimit() }
  for (let at = MIN_BASE64_CHARS - 1; at < text.length; ) {
    // Most text is not base64: checking the last of the next 20 characters first skips the others.
    let start = at
    while (start >= 0 && start > at - MIN_BASE64_CHARS && isIn(text.charCodeAt(start))) start--
    if (start > at - MIN_BASE64_CHARS) {
      at = start + MIN_BASE64_CHARS
      continue
    }
    start++
    while (start > 0 && isIn(text.charCodeAt(start - 1)) && start > (found.at(-1)?.end ?? 0)) start--
    // The letter of an escape sequence does not belong to the word after it.
    if (text[start - 1] === "\\" && /[nrtbf]/.test(text[start]!)) start++
    const end = endOf(text, at + 1)
    const encoded = decodeAt(text, start, end, attempts)
    if (encoded) found.push(encoded)
    at = (encoded?.end ?? end) + MIN_BASE64_CHARS
  }
  return found
}

function endOf(text: string, from: number, most = 1): number {
  let end = from
  while (end < text.length) {
    const kind = alphabet[text.charCodeAt(end)] ?? 0
    if (kind === 0 || kind > most) break
    end++
  }
  return end
}

const LINE_END = /\r?\n|\\r\\n|\\n/y
const CONTINUES_WORD = /[\w:.@([{$-]/

function decodeAt(
  text: string,
  start: number,
  stop: number,
  attempts: Record<"lines" | "words", AttemptLimit>,
): Base64Text | undefined {
  if (!mayBeginText(text, start, Math.min(start + 24, stop))) return undefined
  const asLines = attempts.lines.at(start, () => {
    const lines = linesAt(text, start, stop)
    return [decodeLines(text, start, lines), lines.end]
  })
  if (asLines) return asLines
  const isForAddresses = text[stop] === "-" || text[stop] === "_"
  const forAddresses =
    isForAddresses &&
    attempts.words.at(start, () => {
      const end = endOf(text, stop, 2)
      return [decodeLines(text, start, { lines: [text.slice(start, end)], end, separator: "" }), end]
    })
  return forAddresses || decodeLines(text, start, { lines: [text.slice(start, stop)], end: stop, separator: "" })
}

/**
 * Maximum failed attempts to decode one range of several lines or words; after these, each of its words is decoded
 * separately.
 */
const MAX_ATTEMPT_COUNT = 8

/**
 * Limits repeated decoding of long ranges that turn out not to be text: without a limit, a range of n words would be
 * decoded n times.
 */
class AttemptLimit {
  #end = 0
  #failed = 0

  at(start: number, attempt: () => [Base64Text | undefined, end: number]): Base64Text | undefined {
    if (start >= this.#end) this.#failed = 0
    else if (this.#failed >= MAX_ATTEMPT_COUNT) return undefined
    const [encoded, end] = attempt()
    if (encoded) return encoded
    this.#failed++
    this.#end = Math.max(this.#end, end)
    return undefined
  }
}

interface Base64Lines {
  lines: string[]
  end: number
  /** Line separator. */
  separator: string
}

function linesAt(text: string, start: number, stop: number): Base64Lines {
  const lines = [text.slice(start, stop)]
  const length = stop - start
  let [end, separator] = [stop, ""]
  while (length >= 40 && length % 4 === 0) {
    LINE_END.lastIndex = end
    const next = LINE_END.exec(text)?.[0]
    if (next === undefined) break
    const lineStop = endOf(text, end + next.length)
    const line = text.slice(end + next.length, lineStop)
    if (line.length === 0 || line.length > length || CONTINUES_WORD.test(text.charAt(lineStop))) break
    separator = next
    lines.push(line)
    end = lineStop
    if (line.length < length) break
  }
  return { lines, end, separator }
}

function decodeLines(
  text: string,
  start: number,
  { lines, end: stop, separator }: Base64Lines,
): Base64Text | undefined {
  const encoded = lines.join("")
  const bytes = Buffer.from(encoded, "base64")
  if (!isText(bytes)) return undefined
  const padding = /^={0,2}/.exec(text.slice(stop, stop + 2))![0].length
  const isPadded = padding > 0 || encoded.length % 4 === 0
  const length = lines[0]!.length
  return {
    start,
    end: stop + padding,
    text: bytes.toString("utf8"),
    encode(other) {
      const whole = Buffer.from(other).toString(/[-_]/.test(encoded) ? "base64url" : "base64")
      const one = isPadded ? whole : whole.replace(/=+$/, "")
      return separator === "" ? one : (one.match(new RegExp(`.{1,${length}}`, "g")) ?? []).join(separator)
    },
  }
}

/** Whether encoded data may be text. The first bytes rule out most names and hashes. */
function mayBeginText(text: string, start: number, stop: number): boolean {
  let [bits, held, following] = [0, 0, 0]
  for (let at = start; at < stop; at++) {
    bits = ((bits << 6) | digits[text.charCodeAt(at)]!) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    const byte = (bits >> held) & 0xff
    if (byte < 128 ? following > 0 || isControl(byte) : byte < 0xc0 ? following === 0 : following > 0 || byte > 0xf4)
      return false
    following = byte < 0xc0 ? Math.max(0, following - 1) : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
  }
  return true
}

const isControl = (byte: number) =>
  (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) || byte === 127

/**
 * Whether bytes are UTF-8 without control characters, except those of text and terminals. The last character may be
 * truncated.
 */
function isText(bytes: Buffer): boolean {
  let isASCII = true
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (isControl(byte) || byte > 0xf4) return false
    if (byte > 127) isASCII = false
  }
  return isASCII || [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, bytes.length - cut)))
}
