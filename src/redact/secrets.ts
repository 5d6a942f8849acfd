import { base64Texts } from "./base64.ts"
import { spellings, unescaped, unquoted, withoutEscapes } from "./disguises.ts"
import { type FindWords, findWords } from "./find-words.ts"
import { withoutTails } from "./private-key.ts"

/** How many different secrets of a kind there are. */
export interface Count {
  kind: string
  secrets: number
}

interface Replacement {
  to: string
  /** Only where no letter or digit is next to it. */
  whole: boolean
}

/** A stretch of a text and what takes its place. */
interface Piece {
  start: number
  end: number
  to: string
}

// Shorter ones are words as often as secrets, so they are replaced only together with what gave them away.
const DISTINCT = 8

/** All secrets of a session, each with the mark that takes its place wherever it occurs, however it is spelled. */
export class Secrets {
  readonly #marks = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #spelled = new Map<string, Replacement>()
  readonly #named = new Map<string, string>()
  #find: FindWords | undefined
  readonly #label: ((secret: string) => string) | undefined

  /** @param label names a secret in its mark; counted up, unless given */
  constructor(label?: (secret: string) => string) {
    this.#label = label
  }

  /** Adds a secret. `before` is what stands in front of it, for secrets that are too short to be told by themselves. */
  add(kind: string, value: string, before = ""): void {
    const plain = plainOf(value)
    const mark = this.#marks.get(plain) ?? this.#newMark(kind, plain)
    if (isDistinct(plain)) for (const one of new Set([value, plain])) this.#spell(one, mark, "")
    // `-pPassword`: what is in front belongs to it, or it would be taken for a part of a longer word.
    const option = isDistinct(plain) ? /-[A-Za-z]$/.exec(before)?.[0] : undefined
    if (option !== undefined) this.#spell(value, mark, option)
    if (!isDistinct(plain) && before.trim() !== "") this.#spell(value, mark, before)
  }

  /** Adds a word of the user's own: it is replaced wherever it is. */
  addWord(kind: string, value: string): void {
    const mark = this.#marks.get(value) ?? this.#newMark(kind, value)
    for (const spelling of spellings(value)) this.#set(spelling, { to: mark, whole: false })
  }

  /** Adds a secret that is a whole text, by the name that it has. */
  addNamed(kind: string, name: string, value: string): void {
    this.add(kind, value)
    this.#named.set(`${name}\n${value}`, this.#marks.get(plainOf(value))!)
  }

  /** Adds a secret of several lines, each of which has the same mark. */
  addLines(kind: string, lines: readonly string[]): void {
    const [first] = lines.filter((line) => line.length >= 20)
    if (first === undefined) return
    const mark = this.#marks.get(first) ?? this.#newMark(kind, first)
    for (const line of lines)
      if (line.length >= 20) for (const one of spellings(line)) this.#set(one, { to: mark, whole: false })
  }

  get found(): Count[] {
    return [...this.#counts].map(([kind, secrets]) => ({ kind, secrets }))
  }

  /** The mark of a secret that is a whole text, if what has this name is one. */
  named(name: string, text: string): string | undefined {
    return this.#named.size === 0 ? undefined : this.#named.get(`${name}\n${text}`)
  }

  /** Grows with whatever is learned. */
  get size(): number {
    return this.#marks.size + this.#spelled.size + this.#named.size
  }

  /** All that decides what is replaced by what, in a text that is itself secret. */
  get all(): string {
    return JSON.stringify([[...this.#spelled], [...this.#named]])
  }

  /** The text with every secret replaced. */
  replace(text: string): string {
    return this.#spelled.size === 0 ? text : this.#inText(text, 0)
  }

  #inText(text: string, depth: number): string {
    const bare = withoutEscapes(text)
    const replaced = this.#replaced(bare?.text ?? text, depth)
    const pieces: string[] = []
    let from = 0
    for (const { start, end, to } of replaced) {
      const [first, last] = bare ? [bare.at(start), bare.at(end - 1) + 1] : [start, end]
      pieces.push(text.slice(from, first), to)
      from = last
    }
    return withoutTails(from === 0 ? text : pieces.join("") + text.slice(from))
  }

  /** What is replaced in a text, in order: secrets, and base64 in which there are any, unless it is itself part of one. */
  #replaced(text: string, depth: number): Piece[] {
    const hits = this.#hits(text)
    const pieces: Piece[] = []
    let next = 0
    const takeUntil = (place: number) => {
      for (; next < hits.length && hits[next]!.end <= place; next++) pieces.push(hits[next]!)
    }
    for (const { start, end, text: inner, encode } of depth < 3 ? base64Texts(text) : []) {
      takeUntil(start)
      const hit = hits[next]
      if (hit && hit.start <= start && hit.end >= end) continue
      const other = this.#inText(inner, depth + 1)
      if (other === inner) continue
      // Of a secret that ends or begins in it, there is a part outside.
      if (hit && hit.start < start) pieces.push({ ...hit, end: start })
      while (next < hits.length && hits[next]!.end <= end) next++
      const last = hits[next]
      if (last && last.start < end) hits[next] = { ...last, start: end }
      pieces.push({ start, end, to: encode(other) })
    }
    takeUntil(text.length)
    return pieces
  }

  #hits(text: string): Piece[] {
    this.#find ??= findWords(this.#spelled.keys())
    const pieces: Piece[] = []
    for (const { start, end, word } of this.#find(text)) {
      const { to, whole } = this.#spelled.get(word)!
      if (!whole || isApart(text, start, end)) pieces.push({ start, end, to })
    }
    return pieces
  }

  #newMark(kind: string, plain: string): string {
    const number = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, number)
    const mark = `[redacted: ${kind} #${this.#label?.(plain) ?? number}]`
    this.#marks.set(plain, mark)
    return mark
  }

  #spell(value: string, mark: string, before: string): void {
    const whole = value.length < 20
    const all = spellings(before + value)
    const fronts = spellings(before)
    const replacements = new Map<string, Replacement>()
    for (const spelling of all) {
      const front = fronts.filter((one) => spelling.startsWith(one)).sort((a, b) => b.length - a.length)[0] ?? before
      const replacement = replacements.get(front) ?? { to: front + mark, whole }
      replacements.set(front, replacement)
      this.#set(spelling, replacement)
    }
  }

  #set(spelling: string, replacement: Replacement): void {
    if (this.#spelled.has(spelling)) return
    this.#spelled.set(spelling, replacement)
    this.#find = undefined
  }
}

/** The secret as it is, of one that was found percent-encoded or escaped. */
const plainOf = (value: string) =>
  /%[0-9a-f]{2}/i.test(value) ? unquoted(value) : value.includes("\\") ? unescaped(value) : value

const isDistinct = (value: string) =>
  value.length >= DISTINCT && (value.length >= 20 || (/[A-Za-z]/.test(value) && /[^A-Za-z]/.test(value)))

/** Whether no letter or digit is next to it, but for the end of an escape (`\n`, `%3D`, `\u003d`). */
function isApart(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 6), start)
  const isFree = !/[A-Za-z0-9]$/.test(before) || /(?:\\[nrtbf]|%[0-9a-f]{2}|\\u[0-9a-f]{4})$/i.test(before)
  return isFree && !/[A-Za-z0-9]/.test(text.charAt(end))
}
