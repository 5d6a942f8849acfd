import { type StoredFile, storedText } from "./attachment.ts"
import {
  cacheTextSize,
  type TextKind,
  type TextSize,
  textBytes,
  textEstimator,
  withHighlighting,
} from "./size-estimate.ts"

/** Limits of the shown part of a text, for its beginning and end together. */
export interface TruncationLimits {
  /** How it is rendered, which determines its elements. */
  kind: TextKind
  lines: number
  /** Estimated size on the page, with all code highlighted. */
  bytes: number
  elements: number
  /** Share taken from the beginning; the rest is taken from the end. */
  head: number
}

/** In files the beginning matters most, in terminal output the end. */
export const FILE_LIMITS: TruncationLimits = { kind: "code", lines: 240, bytes: 80_000, elements: 2_200, head: 1 }
export const COMMAND_LIMITS: TruncationLimits = { kind: "plain", lines: 240, bytes: 20_000, elements: 200, head: 1 }
export const TERMINAL_LIMITS: TruncationLimits = {
  kind: "terminal",
  lines: 160,
  bytes: 24_000,
  elements: 600,
  head: 0.3,
}
export const OUTPUT_LIMITS: TruncationLimits = { kind: "plain", lines: 160, bytes: 16_000, elements: 200, head: 0.3 }
export const PATCH_LIMITS: TruncationLimits = { kind: "patch", lines: 400, bytes: 84_000, elements: 3_000, head: 1 }
/** For texts of which nothing is shown, because too much of their kind already is. */
export const NOTHING_LIMITS: TruncationLimits = { kind: "plain", lines: 0, bytes: 0, elements: 0, head: 1 }
export const PROSE_LIMITS: TruncationLimits = { kind: "prose", lines: 2_000, bytes: 90_000, elements: 2_400, head: 1 }
/** Results of a search engine. */
export const SEARCH_LIMITS: TruncationLimits = { kind: "prose", lines: 160, bytes: 24_000, elements: 600, head: 1 }
/** Prompt of a subagent. */
export const TASK_LIMITS: TruncationLimits = { kind: "prose", lines: 50, bytes: 8_000, elements: 300, head: 1 }

export interface TruncatedText {
  head: string
  /** "" if nothing is omitted. */
  tail: string
  /** Number of omitted lines; 0 if `head` is the full text. */
  omittedLines: number
  /** The full text as a file of the share, if lines are omitted. */
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
 * Truncates a text to its limits, without its final newline. Lines are kept whole, except a single line that is too
 * long.
 */
export function truncate(text: string, limits: TruncationLimits): TruncatedText {
  const cache = truncations.get(limits) ?? new Map<string, TruncatedText>()
  const cached = cache.get(text)
  if (cached) return cached
  const found = computeTruncation(text, limits)
  if (text.length > 1_000) {
    characters += text.length
    if (characters > MAX_CACHED_CHARS) {
      truncations = new WeakMap()
      characters = text.length
    }
    truncations.set(limits, cache.set(text, found))
  }
  return found
}

/**
 * Cache: the same text is truncated when it is estimated, when its files are listed and when it is rendered, in short
 * succession.
 */
let truncations = new WeakMap<TruncationLimits, Map<string, TruncatedText>>()
let characters = 0
const MAX_CACHED_CHARS = 4_000_000

function computeTruncation(text: string, limits: TruncationLimits): TruncatedText {
  // A final newline does not begin another line.
  const body = text.endsWith("\n") ? text.slice(0, -1) : text
  if (takeLines(body, limits, 1) === body) return { head: body, tail: "", omittedLines: 0 }
  const head = takeLines(body, limits, limits.head)
  const tail = limits.head === 1 ? "" : takeLastLines(body, head, limits, 1 - limits.head)
  return {
    head,
    tail,
    omittedLines: Math.max(countLines(body) - countLines(head) - countLines(tail), 1),
    get fullText() {
      return storedText(Buffer.from(text.toWellFormed()))
    },
  }
}

function countLines(text: string): number {
  let lines = text === "" ? 0 : 1
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

/** As many whole lines from the beginning as fit; if not even the first does, its beginning. */
function takeLines(text: string, { kind, lines, bytes, elements }: TruncationLimits, share: number): string {
  const estimate = textEstimator(kind)
  const maxLines = Math.ceil(lines * share)
  for (let start = 0, taken = 0; ; taken++) {
    if (taken === maxLines) return text.slice(0, Math.max(0, start - 1))
    const end = endOfLine(text, start)
    // No line is smaller than its characters.
    const isLong = end - start > bytes * share
    const sum = isLong ? undefined : estimate(text.slice(start, end))
    if (!sum || exceeds(sum, bytes * share, elements * share))
      return taken > 0
        ? text.slice(0, start - 1)
        : takeLineStart(text.slice(0, end), kind, bytes * share, elements * share)
    if (end === text.length) {
      cacheTextSize(text, kind, sum)
      return text
    }
    start = end + 1
  }
}

function exceeds(text: TextSize, bytes: number, elements: number): boolean {
  const size = withHighlighting(text)
  return size.bytes > bytes || size.elements > elements
}

const endOfLine = (text: string, start: number) => {
  const end = text.indexOf("\n", start)
  return end < 0 ? text.length : end
}

/** The longest prefix of a line that fits, marked as truncated. */
function takeLineStart(line: string, kind: TextKind, bytes: number, elements: number): string {
  const fits = (length: number) => {
    return !exceeds(textEstimator(kind)(line.slice(0, length)), bytes, elements)
  }
  let [fitting, tooMuch] = [0, Math.min(line.length, Math.ceil(bytes)) + 1]
  while (fitting + 1 < tooMuch) {
    const middle = (fitting + tooMuch) >> 1
    if (fits(middle)) fitting = middle
    else tooMuch = middle
  }
  // Do not split a surrogate pair.
  if (/[\ud800-\udbff]/.test(line[fitting - 1] ?? "")) fitting--
  return fitting > 0 ? `${line.slice(0, fitting)}…` : ""
}

/** As many whole lines from the end as fit beside the head; if not even the last does, its beginning. */
function takeLastLines(
  text: string,
  head: string,
  { kind, lines, bytes, elements }: TruncationLimits,
  share: number,
): string {
  const from = (text.startsWith(head) ? head.length : endOfLine(text, head.length - 1)) + 1
  const most = Math.floor(lines * share)
  const estimate = textEstimator(kind)
  let start = text.length + 1
  for (let taken = 0; taken < most && start > from; taken++) {
    const end = start - 1
    const before = end === from ? from : Math.max(from, text.lastIndexOf("\n", end - 1) + 1)
    const sum = end - before > bytes * share ? undefined : estimate(text.slice(before, end))
    if (!sum || exceeds(sum, bytes * share, elements * share)) {
      if (taken === 0) return takeLineStart(text.slice(before, end), kind, bytes * share, elements * share)
      break
    }
    start = before
  }
  return text.slice(start)
}
