import { formatCount } from "../format.ts"
import { type StoredFile, storedText } from "./attachment.ts"
import { hasBytes, textBytes } from "./text-bytes.ts"

/** Limits of the shown part of a text, for its beginning and end together. */
export interface TruncationLimits {
  lines: number
  /** Bytes on the page, without tags: see `textBytes`. */
  bytes: number
  /** Share taken from the beginning; the rest is taken from the end. */
  head: number
  /** Characters of one line, by default 4,000: longer ones are data, and lose their middle. */
  lineChars?: number
}

/** In files and diffs the beginning matters most, in output the end. */
export const FILE_LIMITS: TruncationLimits = { lines: 240, bytes: 32_000, head: 0.75 }
export const COMMAND_LIMITS: TruncationLimits = { lines: 240, bytes: 20_000, head: 0.8 }
export const TERMINAL_LIMITS: TruncationLimits = { lines: 160, bytes: 24_000, head: 0.3 }
export const OUTPUT_LIMITS: TruncationLimits = { lines: 160, bytes: 16_000, head: 0.3 }
export const PATCH_LIMITS: TruncationLimits = { lines: 400, bytes: 40_000, head: 0.75 }
/** For texts of which nothing is shown, because too much of their kind already is. */
export const NOTHING_LIMITS: TruncationLimits = { lines: 0, bytes: 0, head: 1 }
/** For texts without a file of their own: messages of errors, and JSON. */
export const DATA_LIMITS: TruncationLimits = { lines: 160, bytes: 8_000, head: 0.7 }
/** For values in lists: fields, questions and answers. */
export const VALUE_LIMITS: TruncationLimits = { lines: 40, bytes: 3_000, head: 0.6, lineChars: 2_000 }

const MAX_LINE_CHARS = 4_000
/** Shares of the characters of a line that are kept of its beginning and its end. */
const LINE_HEAD = 0.75
const LINE_TAIL = 0.125
/** A line of more characters is shortened to the bytes that are left, if those are enough; a shorter one is left out. */
const LONG_LINE_CHARS = 500
const MIN_LINE_BYTES = 200

export interface TruncatedText {
  /** The whole text if no lines are omitted. */
  head: string
  tail: string
  /** Number of omitted lines between `head` and `tail`, and where the first line after them begins. */
  omittedLines: number
  tailStart: number
  /** Omitted content: `12 lines`, `56,500 characters`; "" if none. */
  omitted: string
  /** The full text as a file of the share, if something is omitted. */
  readonly fullText?: StoredFile
}

/** Shortens a label to its first `characters`, and to three bytes per character, as usual scripts take. */
export function clip(text: string, characters: number): string {
  if (text.length <= characters && hasBytes(text, 3 * characters)) return text
  let end = Math.min(text.length, characters)
  while (textBytes(text.slice(0, end)) > 3 * characters) end >>= 1
  return `${text.slice(0, end)}…`
}

/** The first rows of a list that fit into so many bytes. */
export function takeFitting<T>(rows: readonly T[], bytes: number, textOf: (row: T) => string): T[] {
  let left = bytes
  const end = rows.findIndex((row) => {
    left -= textBytes(textOf(row))
    return left < 0
  })
  return end < 0 ? [...rows] : rows.slice(0, end)
}

/**
 * Truncates a text to its limits, without its final newline: whole lines from its beginning and its end. Of lines that
 * are too long, the middle is left out. Linear in the text.
 */
export function truncate(text: string, limits: TruncationLimits): TruncatedText {
  // A final newline does not begin another line.
  const body = text.endsWith("\n") ? text.slice(0, -1) : text
  if (isWithin(body, limits)) return { head: body, tail: "", omittedLines: 0, tailStart: text.length, omitted: "" }
  const all = takeFirst(body, limits, 1)
  const isWhole = all.next > body.length
  const head = isWhole ? all : takeFirst(body, limits, limits.head)
  const tail = takeLast(body, head.next, limits, isWhole ? 0 : 1 - limits.head)
  const omittedLines = countLines(body, head.next, tail.start)
  const isJoined = omittedLines === 0 && tail.lines.length > 0
  return {
    head: (isJoined ? [...head.lines, ...tail.lines] : head.lines).join("\n"),
    tail: isJoined ? "" : tail.lines.join("\n"),
    omittedLines,
    tailStart: tail.start,
    omitted:
      omittedLines > 0
        ? formatCount(omittedLines, "line")
        : formatCount(head.omittedChars + tail.omittedChars, "character"),
    get fullText() {
      return storedText(Buffer.from(text.toWellFormed()))
    },
  }
}

/** A truncated text as one, with a note in place of what is left out. */
export const excerpt = (text: string, limits: TruncationLimits): string => joinTruncated(truncate(text, limits))

export const joinTruncated = ({ head, tail, omitted, omittedLines }: TruncatedText): string =>
  omittedLines === 0 ? head : [head, `… ${omitted} left out …`, tail].filter(Boolean).join("\n")

/** Whether a text needs no truncation: few lines, none of them too long. Most texts are. */
export function isWithin(text: string, limits: Omit<TruncationLimits, "head">): boolean {
  const { lines, bytes, lineChars = MAX_LINE_CHARS } = limits
  if (text === "") return true
  if (lines < 1 || !hasBytes(text, bytes)) return false
  if (text.length < lines && text.length <= lineChars) return true
  let count = 0
  for (let start = 0; start <= text.length; ) {
    const end = endOfLine(text, start)
    if (++count > lines || end - start > lineChars) return false
    start = end + 1
  }
  return true
}

const endOfLine = (text: string, start: number) => {
  const end = text.indexOf("\n", start)
  return end < 0 ? text.length : end
}

/** Number of lines between two positions that begin lines. */
function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = from; at < to; lines++) {
    at = endOfLine(text, at) + 1
  }
  return lines
}

interface TakenLines {
  lines: string[]
  /** Characters left out of lines that are too long. */
  omittedChars: number
}

/** As many lines from the beginning as fit into a share. `next`: where the first one begins that is not taken. */
function takeFirst(text: string, limits: TruncationLimits, share: number): TakenLines & { next: number } {
  const bytes = limits.bytes * share
  const lines: string[] = []
  let [left, next, omittedChars] = [bytes + 1, 0, 0]
  while (lines.length < Math.ceil(limits.lines * share) && next <= text.length) {
    const end = endOfLine(text, next)
    const line = shortenLine(text.slice(next, end), limits, mostBytes(lines, end - next, left - 1))
    left -= textBytes(line.text) + 1
    if (left < 0) break
    lines.push(line.text)
    omittedChars += line.omittedChars
    next = end + 1
  }
  return { lines, omittedChars, next }
}

/** As many lines from the end as fit, of those that begin at `from` or later. `start`: where the first one begins. */
function takeLast(text: string, from: number, limits: TruncationLimits, share: number): TakenLines & { start: number } {
  const bytes = limits.bytes * share
  const lines: string[] = []
  let [left, start, omittedChars] = [bytes + 1, text.length + 1, 0]
  while (lines.length < Math.floor(limits.lines * share) && start > from) {
    const end = start - 1
    const begin = end === from ? from : Math.max(from, text.lastIndexOf("\n", end - 1) + 1)
    const line = shortenLine(text.slice(begin, end), limits, mostBytes(lines, end - begin, left - 1))
    left -= textBytes(line.text) + 1
    if (left < 0) break
    lines.push(line.text)
    omittedChars += line.omittedChars
    start = begin
  }
  return { lines: lines.reverse(), omittedChars, start }
}

/** Bytes to which a line is shortened: the first one, so that a block shows something of it, and long ones. */
const mostBytes = (taken: readonly string[], chars: number, left: number): number | undefined =>
  taken.length === 0 || (chars > LONG_LINE_CHARS && left >= MIN_LINE_BYTES) ? left : undefined

interface ShortenedLine {
  text: string
  omittedChars: number
}

/** A line without its middle if it is too long, or has more than `mostBytes`. */
function shortenLine(
  line: string,
  { lineChars = MAX_LINE_CHARS }: TruncationLimits,
  mostBytes = Number.POSITIVE_INFINITY,
): ShortenedLine {
  const short =
    line.length > lineChars
      ? leaveOutMiddle(line, Math.floor(lineChars * LINE_HEAD), Math.floor(lineChars * LINE_TAIL))
      : { text: line, omittedChars: 0 }
  if (hasBytes(short.text, mostBytes)) return short
  for (let chars = Math.min(lineChars, mostBytes); chars >= 1; chars *= 0.75) {
    const shorter = leaveOutMiddle(line, Math.ceil(chars * LINE_HEAD), Math.ceil(chars * LINE_TAIL))
    if (shorter.omittedChars > 0 && textBytes(shorter.text) <= mostBytes) return shorter
  }
  return { text: "…", omittedChars: line.length }
}

/** Replaces the middle of a text by a note of how much of it is left out. Not within a surrogate pair. */
export function leaveOutMiddle(text: string, head: number, tail: number): ShortenedLine {
  // A terminal shows only what was written after the last carriage return: keep that.
  const returned = text.lastIndexOf("\r", text.length - 2) + 1
  if (returned > 0 && text.length - returned <= head) return { text: text.slice(returned), omittedChars: returned }
  const omittedChars = text.length - head - tail
  const note = ` … ${formatCount(omittedChars, "character")} left out … `
  const end = text.slice(text.length - tail)
  return {
    text: `${wholeCharacters(text.slice(0, head))}${note}${/^[\udc00-\udfff]/.test(end) ? end.slice(1) : end}`,
    omittedChars,
  }
}

const wholeCharacters = (text: string) => (/[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text)
