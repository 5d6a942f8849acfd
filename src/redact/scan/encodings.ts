// CSI and OSC terminal sequences (ECMA-48, 5.4; xterm), also with ESC as programs and JSON escape it.
const TERMINAL_SEQUENCES =
  /(?:\x1b|\\u001b|\\x1b|\\033|\\e)\[[0-9;:?]{0,64}[ -/]{0,8}[@-~]|\x9b[0-9;:?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]/gi

export interface UnescapedText {
  text: string
  /** Maps an offset in `text` to the offset in the original. */
  toOriginal: (place: number) => number
}

/** Removes terminal escape sequences; undefined if there are none. */
export function stripTerminalSequences(text: string): UnescapedText | undefined {
  const isSpelled = text.includes("\\") && /\\(?:u001b|x1b|033|e\[)/i.test(text)
  if (!isSpelled && !text.includes("\x1b") && !text.includes("\x9b")) return undefined
  const pieces: string[] = []
  const [places, origins]: [number[], number[]] = [[0], [0]]
  let [from, length] = [0, 0]
  for (const match of text.matchAll(TERMINAL_SEQUENCES)) {
    const piece = text.slice(from, match.index)
    pieces.push(piece)
    length += piece.length
    from = match.index + match[0].length
    places.push(length)
    origins.push(from)
  }
  if (from === 0) return undefined
  pieces.push(text.slice(from))
  return {
    text: pieces.join(""),
    toOriginal(place) {
      let [low, high] = [0, places.length - 1]
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (places[middle]! <= place) low = middle
        else high = middle - 1
      }
      return origins[low]! + place - places[low]!
    },
  }
}

const ESCAPED_CHARACTERS: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" }

/** Decodes one level of JSON escapes (RFC 8259, 7); invalid escapes are kept. */
export const decodeJsonEscapes = (text: string): string =>
  text.replace(/\\(?:u([0-9a-f]{4})|([\\"/nrtbf]))/gi, (_, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPED_CHARACTERS[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  )

/** Decodes percent-encoding; invalid sequences are kept. */
export const decodePercent = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })

/** Decoded forms of a text: without JSON escapes, and without percent-encoding, up to two levels each. */
export function decodedForms(text: string): string[] {
  const found: string[] = []
  if (text.includes("\\") && /\\["\\/nrtu]/.test(text)) {
    const once = decodeJsonEscapes(text)
    found.push(once)
    if (/\\["\\/nrtu]/.test(once)) found.push(decodeJsonEscapes(once))
  }
  if (text.includes("%") && /%[0-9a-f]{2}/i.test(text)) {
    // An unencoded `&` separates encoded values.
    const once = decodePercent(text.replaceAll("&", "\n"))
    found.push(once)
    if (/%[0-9a-f]{2}/i.test(once)) found.push(decodePercent(once.replaceAll("&", "\n")))
  }
  return found.filter((reading) => reading !== text)
}

const escaped = (text: string) => JSON.stringify(text).slice(1, -1)
const noUnicode = (text: string) => escaped(text).replace(/[<>&='+]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
const percent = (text: string) => encodeURIComponent(text.toWellFormed())

/** Encoded forms of a text in which it may occur, the text itself first. */
export function encodedForms(text: string): string[] {
  if (/^[\w.~-]*$/.test(text)) return [text]
  const all = [text, escaped(text), escaped(escaped(text)), escaped(text).replaceAll("/", "\\/"), noUnicode(text)]
  all.push(
    noUnicode(text).toUpperCase() === noUnicode(text)
      ? text
      : noUnicode(text).replace(/\\u00[0-9a-f]{2}/g, (u) => `\\u${u.slice(2).toUpperCase()}`),
  )
  const encoded = percent(text)
  const strict = encoded.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  for (const one of [encoded, strict])
    all.push(
      one,
      one.replace(/%../g, (c) => c.toLowerCase()),
      one.replaceAll("%20", "+"),
      percent(one),
    )
  all.push(encodeURI(text.toWellFormed()))
  all.push(
    text.replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]!),
  )
  return [...new Set(all)]
}
