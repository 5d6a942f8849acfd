import { mayHide } from "../../lib/hidden-characters.ts"

// What text costs on a page, before it is drawn: linear, and the same on every machine.

/** What something takes of a page: UTF-8 of HTML, and elements. */
export interface Weight {
  bytes: number
  elements: number
}

/** How a text is drawn. What of it may become an element of its own depends on this. */
export type Kind = "plain" | "code" | "terminal" | "patch" | "prose"

/** What a text takes, apart from the colours of its code. */
export interface TextWeight extends Weight {
  /** Characters of code that may be coloured. */
  code: number
}

/** So many characters of code have one coloured word, or more: usual languages have one in 12 to 25. */
export const PER_WORD = 12
/** `<c- k></c->` */
const WORD_BYTES = 11

/** What the tags of an element take, about, by how its text is drawn. */
const TAG: Record<Kind, number> = { plain: 40, code: 40, terminal: 20, patch: 31, prose: 14 }

/** The bytes of a text in a page: as UTF-8, with what is markup escaped and what is hidden named. */
export const textBytes = (text: string): number => measure(text)

/** How many characters of the text that was measured last are hidden. Beside the result, since every line is measured. */
let hidden = 0

/** The bytes of a text. */
function measure(text: string): number {
  let bytes = text.length
  let highest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes += code < 128 ? escaped[code]! : 2
    highest |= code
  }
  hidden = highest < 128 || !mayHide(text) ? 0 : times(text, HIDDEN)
  return bytes + hidden * HIDDEN_BYTES
}

// Beyond the character itself: `&quot;`, and control characters, which show as pictures of three bytes.
const escaped = new Uint8Array(128)
for (const [character, more] of Object.entries({ "&": 4, "<": 3, ">": 3, '"': 5, "'": 4 }))
  escaped[character.charCodeAt(0)] = more
for (let code = 0; code < 32; code++) if (code !== 9 && code !== 10 && code !== 13) escaped[code] = 2
escaped[127] = 2

/** `<span class="u">U+202E</span>` in place of what cannot be seen or turns the direction. */
const HIDDEN_BYTES = 32
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu

/** Adds what the lines of one text weigh to a sum, in their order, with the tags of what they may become. */
type LineWeigher = (line: string, sum: TextWeight) => void

function lineWeigher(kind: Kind): LineWeigher {
  if (kind === "prose") return proseWeigher()
  const elementsOf = elementsBy[kind]
  const isCode = kind === "code" || kind === "patch"
  // A line's numbers, and its class.
  const more = { plain: 1, code: 9, terminal: 1, patch: 33 }[kind]
  const tag = TAG[kind]
  return (line, sum) => {
    const bytes = measure(line)
    const elements = hidden + elementsOf(line)
    sum.bytes += bytes + more + elements * tag
    sum.elements += elements
    if (isCode) sum.code += line.length + 1
  }
}

const elementsBy: Record<Exclude<Kind, "prose">, (line: string) => number> = {
  plain: () => 0,
  code: () => 0,
  // Every sequence may begin another style; where steps back make more of them, the page shows plain text.
  terminal: (line) => times(line, /[\u001b\u009b]/g),
  // The row; and in one that changed, the pair that it belongs to, what changed in it, and what is parted by that. Where
  // this is too little, the page does not mark what changed.
  patch: (line) => (line.startsWith("+") || line.startsWith("-") ? 4 : 1),
}

function times(text: string, pattern: RegExp): number {
  let found = 0
  pattern.lastIndex = 0
  while (pattern.test(text)) found++
  return found
}

/** What stands before the text of a line of Markdown: quotes and items of lists, one within the other. */
const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/
const MARKS = /[*_~`]/g
/** What leads somewhere (or is a box to tick), and the word around it, which an address says twice. */
const LINKS = /:\/\/|www\.|\]\(|\]\[|\[[ xX]\]|@/g
const ADDRESS = /:\/\/|www\.|\]\(|@/

/** Markdown: what its marks may become. Where a text fools this, the page shows it as it was written. */
function proseWeigher(): LineWeigher {
  let fence = ""
  let columns = 0
  let indented = false
  const add = (sum: TextWeight, bytes: number, elements: number, code: number) => {
    sum.bytes += bytes + elements * TAG.prose
    sum.elements += elements
    sum.code += code
  }
  return (line, sum) => {
    const bytes = measure(line) + 1
    // Before anything else is measured.
    const invisible = hidden
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
    if (/^[\s|:-]+$/.test(rest) && rest.includes("-") && rest.includes("|")) columns = times(rest, /\|/g) + 1
    else if (rest.trim() === "") columns = 0
    const isCode = /^(?: {4}| {0,3}\t)/.test(rest)
    let elements = 1 + 2 * containers.replace(/[\s\d]/g, "").length + (isCode && !indented ? 3 : 0)
    if (rest.trim() !== "") indented = isCode
    // A row of a table has as many cells as its head, whatever it says.
    elements += columns > 0 ? columns : 0.5 * times(rest, /\|/g)
    const links = times(rest, LINKS)
    const addresses =
      links > 0
        ? rest
            .split(/\s/)
            .filter((word) => ADDRESS.test(word))
            .join("")
        : ""
    elements += 0.5 * times(rest, MARKS) + links + invisible
    add(sum, bytes + 50 * links + textBytes(addresses), elements, isCode ? line.length + 1 : 0)
  }
}

const zero = (): TextWeight => ({ bytes: 0, elements: 0, code: 0 })

/** A text's weight, line by line: with its tags, and without the colours of its code. */
export function textWeigher(kind: Kind): (line: string) => TextWeight {
  const weigh = lineWeigher(kind)
  const sum = zero()
  return (line) => {
    weigh(line, sum)
    return sum
  }
}

/** The weight of a text that is drawn whole. */
export function weighText(text: string, kind: Kind): TextWeight {
  const known = weights[kind].get(text)
  if (known) return known
  const weigh = textWeigher(kind)
  let sum = zero()
  for (const line of text.split("\n")) sum = weigh(line)
  rememberWeight(text, kind, sum)
  return sum
}

/** The same text is weighed when it is cut, when its page is filled, and when it is drawn, not long after each other. */
let weights = noWeights()
let characters = 0
const MEMORY = 4_000_000

/** Keeps what a text was found to weigh, for when it is asked for again. */
export function rememberWeight(text: string, kind: Kind, weight: TextWeight): void {
  if (text.length < 200) return
  characters += text.length
  if (characters > MEMORY) {
    weights = noWeights()
    characters = text.length
  }
  weights[kind].set(text, weight)
}

function noWeights(): Record<Kind, Map<string, TextWeight>> {
  return { plain: new Map(), code: new Map(), terminal: new Map(), patch: new Map(), prose: new Map() }
}

/** The weight with all of its code coloured. */
export const coloured = ({ bytes, elements, code }: TextWeight): Weight => ({
  bytes: Math.ceil(bytes + (code / PER_WORD) * WORD_BYTES),
  elements: Math.ceil(elements + code / PER_WORD),
})

/** Whether markup that was made of a text takes more than the text's weight, with so many characters of it coloured. */
export function outgrows(markup: string, weight: TextWeight, code: number): boolean {
  const { bytes, elements } = coloured({ ...weight, code })
  return Buffer.byteLength(markup) > bytes || (markup.match(/<[a-z]/g)?.length ?? 0) > elements
}
