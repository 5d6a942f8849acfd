import { formatCount } from "../format.ts"
import { type StoredFile, storedText } from "./attachment.ts"
import { textBytes } from "./text-bytes.ts"

/** Limits of the shown part of a text, for its beginning and end together. */
export interface TruncationLimits {
  lines: number
  /** Bytes on the page, without tags: see `textBytes`. */
  bytes: number
  /** Share taken from the beginning; the rest is taken from the end. */
  head: number
}

/** In files the beginning matters most, in terminal output the end. */
export const FILE_LIMITS: TruncationLimits = { lines: 240, bytes: 32_000, head: 1 }
export const COMMAND_LIMITS: TruncationLimits = { lines: 240, bytes: 20_000, head: 0.8 }
export const TERMINAL_LIMITS: TruncationLimits = { lines: 160, bytes: 24_000, head: 0.3 }
export const OUTPUT_LIMITS: TruncationLimits = { lines: 160, bytes: 16_000, head: 0.3 }
export const PATCH_LIMITS: TruncationLimits = { lines: 400, bytes: 40_000, head: 1 }
/** For texts of which nothing is shown, because too much of their kind already is. */
export const NOTHING_LIMITS: TruncationLimits = { lines: 0, bytes: 0, head: 1 }

/** Longer lines are data: their middle is left out. */
const MAX_LINE_CHARS = 4_000
const LINE_HEAD_CHARS = 3_000
const LINE_TAIL_CHARS = 500

export interface TruncatedText {
  head: string
  /** "" if no lines are omitted. */
  tail: string
  /** Number of omitted lines between `head` and `tail`. */
  omittedLines: number
  /** Omitted content: `12 lines`, `56,500 characters`; "" if none. */
  omitted: string
  /** The full text as a file of the share, if something is omitted. */
  readonly fullText?: StoredFile
}

/**
 * Shortens a text for which no file is stored, to at most `characters` and three bytes per character, as usual scripts
 * take.
 */
export function clip(text: string, characters: number): string {
  if (text.length <= characters && textBytes(text) <= 3 * characters) return text
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
  if (isWithin(body, limits)) return { head: body, tail: "", omittedLines: 0, omitted: "" }
  const all = takeFirst(body, limits.lines, limits.bytes)
  const isWhole = all.next > body.length
  const head = isWhole ? all : takeFirst(body, Math.ceil(limits.lines * limits.head), limits.bytes * limits.head)
  const tailShare = isWhole ? 0 : 1 - limits.head
  const tail = takeLast(body, head.next, Math.floor(limits.lines * tailShare), limits.bytes * tailShare)
  const omittedLines = countLines(body, head.next, tail.start)
  return {
    head: head.text,
    tail: tail.text,
    omittedLines,
    omitted:
      omittedLines > 0
        ? formatCount(omittedLines, "line")
        : formatCount(head.omittedChars + tail.omittedChars, "character"),
    get fullText() {
      return storedText(Buffer.from(text.toWellFormed()))
    },
  }
}

/** Whether a text needs no truncation: few lines, none of them too long. Most texts are. */
export function isWithin(text: string, { lines, bytes }: { lines: number; bytes: number }): boolean {
  if (text === "") return true
  if (text.length > bytes || lines < 1) return false
  let count = 0
  for (let start = 0; start <= text.length; ) {
    const end = endOfLine(text, start)
    if (++count > lines || end - start > MAX_LINE_CHARS) return false
    start = end + 1
  }
  return textBytes(text) <= bytes
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
  text: string
  /** Characters left out of lines that are too long. */
  omittedChars: number
}

/** As many lines from the beginning as fit. `next`: where the first one begins that is not taken. */
function takeFirst(text: string, lines: number, bytes: number): TakenLines & { next: number } {
  const taken: string[] = []
  let [left, next, omittedChars] = [bytes + 1, 0, 0]
  while (taken.length < lines && next <= text.length) {
    const end = endOfLine(text, next)
    const line = shortenLine(text, next, end, taken.length === 0 ? bytes : undefined)
    left -= textBytes(line.text) + 1
    if (left < 0) break
    taken.push(line.text)
    omittedChars += line.omittedChars
    next = end + 1
  }
  return { text: taken.join("\n"), omittedChars, next }
}

/** As many lines from the end as fit, of those that begin at `from` or later. `start`: where the first one begins. */
function takeLast(text: string, from: number, lines: number, bytes: number): TakenLines & { start: number } {
  const taken: string[] = []
  let [left, start, omittedChars] = [bytes + 1, text.length + 1, 0]
  while (taken.length < lines && start > from) {
    const end = start - 1
    const begin = end === from ? from : Math.max(from, text.lastIndexOf("\n", end - 1) + 1)
    const line = shortenLine(text, begin, end, taken.length === 0 ? bytes : undefined)
    left -= textBytes(line.text) + 1
    if (left < 0) break
    taken.push(line.text)
    omittedChars += line.omittedChars
    start = begin
  }
  return { text: taken.reverse().join("\n"), omittedChars, start }
}

/**
 * A line between two positions, without the middle if it is too long. `mostBytes`: shortens it to its beginning if it
 * has still more bytes, so that a block shows something of its first line.
 */
function shortenLine(text: string, from: number, to: number, mostBytes?: number): TakenLines {
  const whole = to - from
  let line = { text: text.slice(from, to), omittedChars: 0 }
  if (whole > MAX_LINE_CHARS) line = leaveOutMiddle(line.text, LINE_HEAD_CHARS, LINE_TAIL_CHARS)
  if (mostBytes === undefined || textBytes(line.text) <= mostBytes) return line
  let end = Math.min(line.text.length, Math.floor(mostBytes))
  while (end > 0 && textBytes(line.text.slice(0, end)) > mostBytes) end >>= 1
  return { text: `${wholeCharacters(text.slice(from, from + end))}…`, omittedChars: whole - end }
}

/** Replaces the middle of a text by a note of how much of it is left out. Not within a surrogate pair. */
export function leaveOutMiddle(text: string, head: number, tail: number): TakenLines {
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
