/** A stretch of a text that is text in base64. */
export interface Encoded {
  start: number
  end: number
  text: string
  /** The text in the place of the old one, in base64 again, on lines as long as they were. */
  encode: (text: string) => string
}

// A text of 15 bytes is where a key or a password with its name begins to fit.
const SHORTEST = 20

const alphabet = new Uint8Array(128)
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  alphabet[character.charCodeAt(0)] = 1
const isIn = (code: number) => code < 128 && alphabet[code] === 1

/** What is text in base64 in `text`, also on several lines of one length. Hashes, images and other bytes are passed over. */
export function base64Texts(text: string): Encoded[] {
  const found: Encoded[] = []
  for (let at = SHORTEST - 1; at < text.length; ) {
    // Most places are no base64: looking at the last of so many characters first passes over all before it.
    let start = at
    while (start >= 0 && start > at - SHORTEST && isIn(text.charCodeAt(start))) start--
    if (start > at - SHORTEST) {
      at = start + SHORTEST
      continue
    }
    start++
    while (start > 0 && isIn(text.charCodeAt(start - 1)) && start > (found.at(-1)?.end ?? 0)) start--
    // The letter of an escape is no part of what follows.
    if (text[start - 1] === "\\" && /[nrtbf]/.test(text[start]!)) start++
    const end = endOf(text, at + 1)
    const encoded = decoded(text, start, end)
    if (encoded) found.push(encoded)
    at = (encoded?.end ?? end) + SHORTEST
  }
  return found
}

function endOf(text: string, from: number): number {
  let end = from
  while (end < text.length && isIn(text.charCodeAt(end))) end++
  return end
}

const lineEnd = /\r?\n|\\r\\n|\\n/y

function decoded(text: string, start: number, lineStop: number): Encoded | undefined {
  if (!isText(Buffer.from(text.slice(start, start + 24), "base64"), 15)) return undefined
  const lines = [text.slice(start, lineStop)]
  let end = lineStop
  let separator = ""
  const length = lines[0]!.length
  while (length >= 40 && length % 4 === 0) {
    lineEnd.lastIndex = end
    const next = lineEnd.exec(text)?.[0]
    if (next === undefined) break
    const stop = endOf(text, end + next.length)
    const line = text.slice(end + next.length, stop)
    if (line.length === 0 || line.length > length) break
    separator = next
    lines.push(line)
    end = stop
    if (line.length < length) break
  }
  const padding = /^={0,2}/.exec(text.slice(end, end + 2))![0].length
  end += padding
  const bytes = Buffer.from(lines.join(""), "base64")
  if (!isText(bytes, bytes.length)) return undefined
  const isPadded = padding > 0 || lines.join("").length % 4 === 0
  return {
    start,
    end,
    text: bytes.toString("utf8"),
    encode(other) {
      const whole = Buffer.from(other).toString("base64")
      const one = isPadded ? whole : whole.replace(/=+$/, "")
      return separator === "" ? one : (one.match(new RegExp(`.{1,${length}}`, "g")) ?? []).join(separator)
    },
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true })

function isText(bytes: Buffer, length: number): boolean {
  for (let at = 0; at < Math.min(length, bytes.length); at++) {
    const byte = bytes[at]!
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) || byte === 127) return false
    // Of what is only looked at, the end may be half a character.
    if (byte > 0xf4) return false
  }
  if (bytes.length > length || length <= 15)
    return bytes.subarray(0, length).every((byte) => byte < 128 || length > 15) || isUTF8(bytes.subarray(0, 12))
  return isUTF8(bytes)
}

function isUTF8(bytes: Buffer): boolean {
  try {
    decoder.decode(bytes, { stream: false })
    return true
  } catch {
    // The last character may be cut.
    for (const cut of [1, 2, 3])
      try {
        decoder.decode(bytes.subarray(0, -cut))
        return bytes.length < 16
      } catch {}
    return false
  }
}
