import { type StoredFile, storedText } from "./attachment.ts"
import { coloured, type Kind, rememberWeight, type TextWeight, textBytes, textWeigher } from "./weight.ts"

/** How much of a text is shown, from its beginning and its end: at most so much of each. */
export interface Bounds {
  /** How it is drawn, which is what its elements depend on. */
  kind: Kind
  lines: number
  /** Of its weight on the page, with all of its code coloured. */
  bytes: number
  elements: number
  /** The share of what is shown that is taken from the beginning; the rest from the end. */
  head: number
}

/** What is said first matters in files; in a terminal, what is said last. */
export const FILE: Bounds = { kind: "code", lines: 240, bytes: 80_000, elements: 2_200, head: 1 }
export const COMMAND: Bounds = { kind: "plain", lines: 240, bytes: 20_000, elements: 200, head: 1 }
export const TERMINAL: Bounds = { kind: "terminal", lines: 160, bytes: 24_000, elements: 600, head: 0.3 }
export const OUTPUT: Bounds = { kind: "plain", lines: 160, bytes: 16_000, elements: 200, head: 0.3 }
export const PATCH: Bounds = { kind: "patch", lines: 400, bytes: 84_000, elements: 3_000, head: 1 }
/** Nothing of it is shown: there is too much of its kind already. */
export const NOTHING: Bounds = { kind: "plain", lines: 0, bytes: 0, elements: 0, head: 1 }
export const PROSE: Bounds = { kind: "prose", lines: 2_000, bytes: 90_000, elements: 2_400, head: 1 }
/** What a search engine answered. */
export const SEARCH: Bounds = { kind: "prose", lines: 160, bytes: 24_000, elements: 600, head: 1 }
/** What a subagent was asked. */
export const TASK: Bounds = { kind: "prose", lines: 50, bytes: 8_000, elements: 300, head: 1 }

export interface Cut {
  head: string
  /** "" where nothing is left out. */
  tail: string
  /** Lines left out; 0: `head` is the whole text. */
  omitted: number
  /** The whole text, as a file of the share, where something is left out. */
  readonly whole?: StoredFile
}

/**
 * A short text that no file stands behind: its beginning. Less of it where it is heavy, so that it takes three bytes a
 * character at most, as writing does.
 */
export function clip(text: string, characters: number): string {
  if (text.length <= characters && textBytes(text) <= 3 * characters) return text
  let end = Math.min(text.length, characters)
  while (textBytes(text.slice(0, end)) > 3 * characters) end >>= 1
  return `${text.slice(0, end)}…`
}

/** The first rows of a list that together take no more than so many bytes. */
export function fitting<T>(rows: readonly T[], bytes: number, textOf: (row: T) => string): T[] {
  let left = bytes
  const end = rows.findIndex((row) => {
    left -= textBytes(textOf(row))
    return left < 0
  })
  return end < 0 ? [...rows] : rows.slice(0, end)
}

/** Takes from a text what is shown of it, without the end of its last line. Lines are kept whole unless one alone is too long. */
export function cut(text: string, bounds: Bounds): Cut {
  const known = remembered.get(bounds) ?? new Map<string, Cut>()
  const before = known.get(text)
  if (before) return before
  const found = cutAnew(text, bounds)
  if (text.length > 1_000) {
    characters += text.length
    if (characters > MEMORY) {
      remembered = new WeakMap()
      characters = text.length
    }
    remembered.set(bounds, known.set(text, found))
  }
  return found
}

/** The same text is cut when it is weighed, when its files are listed, and when it is drawn, not long after each other. */
let remembered = new WeakMap<Bounds, Map<string, Cut>>()
let characters = 0
const MEMORY = 4_000_000

function cutAnew(text: string, bounds: Bounds): Cut {
  // The end of the last line begins no further line.
  const body = text.endsWith("\n") ? text.slice(0, -1) : text
  if (take(body, bounds, 1) === body) return { head: body, tail: "", omitted: 0 }
  const head = take(body, bounds, bounds.head)
  const tail = bounds.head === 1 ? "" : takeEnd(body, head, bounds, 1 - bounds.head)
  return {
    head,
    tail,
    omitted: Math.max(linesIn(body) - linesIn(head) - linesIn(tail), 1),
    get whole() {
      return storedText(Buffer.from(text.toWellFormed()))
    },
  }
}

function linesIn(text: string): number {
  let lines = text === "" ? 0 : 1
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

/** As many whole lines from the beginning as fit; of a first line that does not, its beginning. */
function take(text: string, { kind, lines, bytes, elements }: Bounds, share: number): string {
  const weigh = textWeigher(kind)
  const most = Math.ceil(lines * share)
  for (let start = 0, taken = 0; ; taken++) {
    if (taken === most) return text.slice(0, Math.max(0, start - 1))
    const end = endOfLine(text, start)
    // No line weighs less than its characters.
    const isLong = end - start > bytes * share
    const sum = isLong ? undefined : weigh(text.slice(start, end))
    if (!sum || exceeds(sum, bytes * share, elements * share))
      return taken > 0 ? text.slice(0, start - 1) : begin(text.slice(0, end), kind, bytes * share, elements * share)
    if (end === text.length) {
      rememberWeight(text, kind, sum)
      return text
    }
    start = end + 1
  }
}

function exceeds(text: TextWeight, bytes: number, elements: number): boolean {
  const weight = coloured(text)
  return weight.bytes > bytes || weight.elements > elements
}

const endOfLine = (text: string, start: number) => {
  const end = text.indexOf("\n", start)
  return end < 0 ? text.length : end
}

/** The longest beginning of a line that fits, with a mark that it is one. */
function begin(line: string, kind: Kind, bytes: number, elements: number): string {
  const fits = (length: number) => {
    return !exceeds(textWeigher(kind)(line.slice(0, length)), bytes, elements)
  }
  let [fitting, tooMuch] = [0, Math.min(line.length, Math.ceil(bytes)) + 1]
  while (fitting + 1 < tooMuch) {
    const middle = (fitting + tooMuch) >> 1
    if (fits(middle)) fitting = middle
    else tooMuch = middle
  }
  // Not between the two halves of one character.
  if (/[\ud800-\udbff]/.test(line[fitting - 1] ?? "")) fitting--
  return fitting > 0 ? `${line.slice(0, fitting)}…` : ""
}

/** As many whole lines of the end as fit after a beginning; where the last alone does not, its beginning. */
function takeEnd(text: string, head: string, { kind, lines, bytes, elements }: Bounds, share: number): string {
  const from = (text.startsWith(head) ? head.length : endOfLine(text, head.length - 1)) + 1
  const most = Math.floor(lines * share)
  const weigh = textWeigher(kind)
  let start = text.length + 1
  for (let taken = 0; taken < most && start > from; taken++) {
    const end = start - 1
    const before = end === from ? from : Math.max(from, text.lastIndexOf("\n", end - 1) + 1)
    const sum = end - before > bytes * share ? undefined : weigh(text.slice(before, end))
    if (!sum || exceeds(sum, bytes * share, elements * share)) {
      if (taken === 0) return begin(text.slice(before, end), kind, bytes * share, elements * share)
      break
    }
    start = before
  }
  return text.slice(start)
}
