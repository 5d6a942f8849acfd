import { mayHide } from "../../lib/hidden-characters.ts"

// Estimates the size of rendered text before rendering it, in linear time and identically on every machine.

/** Size in UTF-8 bytes of HTML and in elements. */
export interface PageSize {
  bytes: number
  elements: number
}

/** How a text is rendered, which determines its possible elements. */
export type TextKind = "plain" | "code" | "terminal" | "patch" | "prose"

/** Size of a text without highlighting. */
export interface TextSize extends PageSize {
  /** Characters of code that may be highlighted. */
  code: number
}

/** Assumed characters per highlighted token; common languages have one token per 12 to 25 characters. */
export const CHARS_PER_TOKEN = 12
/** `<c- k></c->` */
const TOKEN_BYTES = 11

/** Average bytes of an element's tags, by kind of text. */
const TAG_BYTES: Record<TextKind, number> = { plain: 40, code: 40, terminal: 20, patch: 31, prose: 14 }

/** Bytes of a text on a page: UTF-8, with markup escaped and hidden characters named. */
export const textBytes = (text: string): number => measureBytes(text)

/**
 * Number of hidden characters in the text measured last. A second result, not returned since every line is measured.
 */
let hiddenCount = 0

function measureBytes(text: string): number {
  let bytes = text.length
  let highest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes += code < 128 ? EXTRA_BYTES[code]! : 2
    highest |= code
  }
  hiddenCount = highest < 128 || !mayHide(text) ? 0 : countMatches(text, HIDDEN_CHARACTERS)
  return bytes + hiddenCount * HIDDEN_BYTES
}

// Extra bytes beyond the character itself: entities, and control characters, which become pictures of three bytes.
const EXTRA_BYTES = new Uint8Array(128)
for (const [character, more] of Object.entries({ "&": 4, "<": 3, ">": 3, '"': 5, "'": 4 }))
  EXTRA_BYTES[character.charCodeAt(0)] = more
for (let code = 0; code < 32; code++) if (code !== 9 && code !== 10 && code !== 13) EXTRA_BYTES[code] = 2
EXTRA_BYTES[127] = 2

/** `<span class="u">U+202E</span>` in place of a hidden character. */
const HIDDEN_BYTES = 32
const HIDDEN_CHARACTERS = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu

/** Adds a line's size to the sum, including the tags of its possible elements. Lines must come in order. */
type LineEstimator = (line: string, sum: TextSize) => void

function lineEstimator(kind: TextKind): LineEstimator {
  if (kind === "prose") return proseEstimator()
  const elementsOf = ELEMENT_COUNTERS[kind]
  const isCode = kind === "code" || kind === "patch"
  // Line numbers and class.
  const more = { plain: 1, code: 9, terminal: 1, patch: 33 }[kind]
  const tag = TAG_BYTES[kind]
  return (line, sum) => {
    const bytes = measureBytes(line)
    const elements = hiddenCount + elementsOf(line)
    sum.bytes += bytes + more + elements * tag
    sum.elements += elements
    if (isCode) sum.code += line.length + 1
  }
}

const ELEMENT_COUNTERS: Record<Exclude<TextKind, "prose">, (line: string) => number> = {
  plain: () => 0,
  code: () => 0,
  // Every sequence may begin another style. If cursor moves cause more, the page shows plain text.
  terminal: (line) => countMatches(line, /[\u001b\u009b]/g),
  // The row; in a changed one, also its pair, its mark and the spans split by the mark. If this is too low, the page
  // does not mark words.
  patch: (line) => (line.startsWith("+") || line.startsWith("-") ? 4 : 1),
}

function countMatches(text: string, pattern: RegExp): number {
  let found = 0
  pattern.lastIndex = 0
  while (pattern.test(text)) found++
  return found
}

/** Prefix of a Markdown line: nested quotes and list items. */
const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/
const MARKS = /[*_~`]/g
/** Links and task boxes, and the word around a link, whose text a URL repeats. */
const LINKS = /:\/\/|www\.|\]\(|\]\[|\[[ xX]\]|@/g
const ADDRESS = /:\/\/|www\.|\]\(|@/

/** Markdown: the elements its marks may become. If a text exceeds the estimate, the page shows its source. */
function proseEstimator(): LineEstimator {
  let fence = ""
  let columns = 0
  let indented = false
  const add = (sum: TextSize, bytes: number, elements: number, code: number) => {
    sum.bytes += bytes + elements * TAG_BYTES.prose
    sum.elements += elements
    sum.code += code
  }
  return (line, sum) => {
    const bytes = measureBytes(line) + 1
    // `measureBytes` below overwrites it.
    const invisible = hiddenCount
    const containers = CONTAINERS.exec(line)?.[0] ?? ""
    const rest = line.slice(containers.length)
    const mark = /^[ \t]*(`{3,}|~{3,})/.exec(rest)?.[1]
    if (fence !== "") {
      if (mark?.startsWith(fence) && rest.trim() === mark) fence = ""
      add(sum, bytes, invisible, line.length + 1)
      return
    }
    if (mark) {
      fence = mark
      add(sum, bytes + 30, 5, 0)
      return
    }
    if (/^[\s|:-]+$/.test(rest) && rest.includes("-") && rest.includes("|")) columns = countMatches(rest, /\|/g) + 1
    else if (rest.trim() === "") columns = 0
    const isCode = /^(?: {4}| {0,3}\t)/.test(rest)
    let elements = 1 + 2 * containers.replace(/[\s\d]/g, "").length + (isCode && !indented ? 3 : 0)
    if (rest.trim() !== "") indented = isCode
    // Rows of a table are padded to the columns of its head.
    elements += columns > 0 ? columns : 0.5 * countMatches(rest, /\|/g)
    const links = countMatches(rest, LINKS)
    const addresses =
      links > 0
        ? rest
            .split(/\s/)
            .filter((word) => ADDRESS.test(word))
            .join("")
        : ""
    elements += 0.5 * countMatches(rest, MARKS) + links + invisible
    add(sum, bytes + 50 * links + textBytes(addresses), elements, isCode ? line.length + 1 : 0)
  }
}

const zeroSize = (): TextSize => ({ bytes: 0, elements: 0, code: 0 })

/** Estimates a text line by line: with tags, without highlighting. */
export function textEstimator(kind: TextKind): (line: string) => TextSize {
  const estimate = lineEstimator(kind)
  const sum = zeroSize()
  return (line) => {
    estimate(line, sum)
    return sum
  }
}

/** Size of a text rendered in full. */
export function estimateText(text: string, kind: TextKind): TextSize {
  const cached = textSizes[kind].get(text)
  if (cached) return cached
  const estimate = textEstimator(kind)
  let sum = zeroSize()
  for (const line of text.split("\n")) sum = estimate(line)
  cacheTextSize(text, kind, sum)
  return sum
}

/**
 * Cache: the same text is estimated when it is truncated, when its page is filled and when it is rendered, in short
 * succession.
 */
let textSizes = emptyCaches()
let cachedChars = 0
const MAX_CACHED_CHARS = 4_000_000

/** Caches a text's size. */
export function cacheTextSize(text: string, kind: TextKind, size: TextSize): void {
  if (text.length < 200) return
  cachedChars += text.length
  if (cachedChars > MAX_CACHED_CHARS) {
    textSizes = emptyCaches()
    cachedChars = text.length
  }
  textSizes[kind].set(text, size)
}

function emptyCaches(): Record<TextKind, Map<string, TextSize>> {
  return { plain: new Map(), code: new Map(), terminal: new Map(), patch: new Map(), prose: new Map() }
}

/** Size with all code highlighted. */
export const withHighlighting = ({ bytes, elements, code }: TextSize): PageSize => ({
  bytes: Math.ceil(bytes + (code / CHARS_PER_TOKEN) * TOKEN_BYTES),
  elements: Math.ceil(elements + code / CHARS_PER_TOKEN),
})

/** Whether rendered markup is larger than the estimate with so many characters highlighted. */
export function exceedsEstimate(markup: string, size: TextSize, code: number): boolean {
  const { bytes, elements } = withHighlighting({ ...size, code })
  return Buffer.byteLength(markup) > bytes || (markup.match(/<[a-z]/g)?.length ?? 0) > elements
}
