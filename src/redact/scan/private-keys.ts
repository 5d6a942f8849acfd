const MAX_KEY_CHARS = 20_000
const opening = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-Lines: \d{1,4}/g
// Prefix of a line: the sign of a diff, a quotation mark, a line number, indentation.
const inFront = /^[\s+\-|>"'`,]*(?:\d{1,6}[:|]\s?)?[\s+\-|>"']*/

/**
 * Finds private keys (PEM, OpenSSH, PGP, PuTTY). Returns the lines of each key, also if the key is truncated, quoted,
 * numbered, in a diff, or has escaped line ends. A key ends where the next one begins, so that each character is read
 * once.
 */
export function findPrivateKeys(text: string): string[][] {
  const keys: string[][] = []
  const openings = text.matchAll(opening)
  for (let match = openings.next().value; match !== undefined; ) {
    const next = openings.next().value
    const body = keyLines(text, match.index + match[0].length, next?.index ?? text.length)
    if (body.reduce((sum, line) => sum + line.length, 0) >= 32) keys.push(body)
    match = next
  }
  return [...keys, ...headless(text)]
}

const closing = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g

/** The bodies of keys whose beginning is missing, as in a difference that begins inside one: the lines before their end. */
function headless(text: string): string[][] {
  const keys: string[][] = []
  let from = 0
  for (const { 0: end, index } of text.matchAll(closing)) {
    const before = text.slice(Math.max(from, index - MAX_KEY_CHARS), index)
    from = index + end.length
    if (before.includes("BEGIN ")) continue
    const body: string[] = []
    for (const line of before.split(LINE_END).reverse()) {
      const content = line.replace(inFront, "").replace(/["'`,;\s\\]{1,64}$/, "")
      if (content === "" && body.length === 0) continue
      if (!/^[A-Za-z0-9+/]{2,}={0,2}$/.test(content)) break
      body.unshift(content)
    }
    if (body.reduce((sum, line) => sum + line.length, 0) >= 32) keys.push(body)
  }
  return keys
}

/** Ends of lines, also escaped, or replaced by the sign of a pipe. */
const LINE_END = /(?:\\{1,8}[nr])+|[\r\n|]+/

function keyLines(text: string, from: number, stop: number): string[] {
  const stretch = text.slice(from, Math.min(from + MAX_KEY_CHARS, stop))
  const dashes = stretch.indexOf("----")
  const body: string[] = []
  for (const line of (dashes < 0 ? stretch : stretch.slice(0, dashes + 12)).split(LINE_END)) {
    const content = line.replace(inFront, "").replace(/["'`,;\s\\]{1,64}$/, "")
    if (content === "" || /^(?:[\w-]{1,20}: |[\w-]{1,20}:$)/.test(content)) {
      if (content.startsWith("Private-MAC")) break
      continue
    }
    // A key on one line with spaces instead of line ends, as in environment variables.
    const words = content.split(/ +/)
    const lines = words.filter((word) => /^[A-Za-z0-9+/=]+$/.test(word))
    if (lines.length === words.length) body.push(...lines)
    else {
      if (words.length > 1) body.push(...lines.filter((word) => word.length >= 20))
      const rest = /^([A-Za-z0-9+/=]{16,})-{4,5} ?END/.exec(content)?.[1]
      if (rest) body.push(rest)
      break
    }
  }
  return body
}

const mark = /\[redacted: private key #\d+\]/g
const word = /[A-Za-z0-9+/=]{1,19}(?![A-Za-z0-9+/=])/y
const filler = /\\{1,8}[nrt]|\x1b\[[0-9;]{0,32}m|[\s+\-|>:"',]|\d{1,6}[:|]/y
const fillerBeforeEnd = /\\{1,8}[nrt]|\x1b\[[0-9;]{0,32}m|[\s+|>:"',]|-(?!-)|\d{1,6}[:|]/y
const keyEnd = /-{4,5} ?END|Private-MAC/y
const MAX_FILLER_COUNT = 24
const MAX_TAIL_LINE_COUNT = 3

/** Removes the short last lines of redacted keys, which are too short to be searched for elsewhere. */
export function removeKeyTails(text: string): string {
  if (!text.includes("[redacted: private key #")) return text
  const pieces: string[] = []
  let from = 0
  for (const match of text.matchAll(mark)) {
    const start = match.index + match[0].length
    const end = endOfTail(text, start)
    if (end === undefined) continue
    const lines = text.slice(start, end).replace(/(?<![\\[\d;])[A-Za-z0-9+/=]{1,19}(?![:|\d;])/g, "…")
    pieces.push(text.slice(from, start), lines)
    from = end
  }
  return from === 0 ? text : pieces.join("") + text.slice(from)
}

/**
 * End of the short lines that begin here, if the end of a key follows. Reads forward only: a single regular expression
 * would backtrack.
 */
function endOfTail(text: string, start: number): number | undefined {
  let at = start
  for (let line = 0; line < MAX_TAIL_LINE_COUNT; line++) {
    const begin = skip(text, at, filler)
    const end = begin === at ? undefined : endOfMatch(text, begin, word)
    if (end === undefined) return undefined
    if (endOfMatch(text, skip(text, end, fillerBeforeEnd), keyEnd) !== undefined) return end
    at = end
  }
  return undefined
}

function skip(text: string, from: number, what: RegExp): number {
  let at = from
  for (let left = MAX_FILLER_COUNT; left > 0; left--) {
    const end = endOfMatch(text, at, what)
    if (end === undefined) break
    at = end
  }
  return at
}

function endOfMatch(text: string, at: number, what: RegExp): number | undefined {
  what.lastIndex = at
  return what.test(text) ? what.lastIndex : undefined
}
