import { findBase64Texts } from "../scan/base64.ts"
import { decodeJsonEscapes, decodePercent, encodedForms, stripTerminalSequences } from "../scan/encodings.ts"
import { removeKeyTails } from "../scan/private-keys.ts"
import { isMachineMade } from "../values/entropy.ts"
import { createWordSearch, type WordSearch } from "./word-search.ts"

/** Number of distinct secrets of a kind. */
export interface SecretCount {
  kind: string
  secrets: number
}

interface Replacement {
  to: string
  /** Matches only without an adjacent letter or digit. */
  whole: boolean
}

/** A range of a text and its replacement. */
interface TextReplacement {
  start: number
  end: number
  to: string
}

/** A longer count tells no more. */
const MAX_PLACEHOLDER_COUNT = 1_000

// Shorter secrets may also be words, so they are replaced only together with the text before them.
const MIN_DISTINCT_CHARS = 8

/** The secrets of a session, each with the mark that replaces it wherever it occurs and however it is encoded. */
export class Secrets {
  readonly #marks = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #spelled = new Map<string, Replacement>()
  readonly #named = new Map<string, string>()
  #find: WordSearch | undefined
  readonly #placeholders = new Set<string>()
  readonly #label: ((secret: string) => string) | undefined

  /** @param label returns the label of a secret in its mark; default: a counter */
  constructor(label?: (secret: string) => string) {
    this.#label = label
  }

  /**
   * Adds a secret.
   * @param before text before the secret, with which a short secret is replaced
   */
  add(kind: string, value: string, before = ""): void {
    const plain = decodeSecret(value)
    const mark = this.#marks.get(plain) ?? this.#newMark(kind, plain)
    if (isDistinct(plain)) for (const one of new Set([value, plain])) this.#spell(one, mark, "")
    // `-pPassword`: the option belongs to the match, or the value would count as a part of a longer word.
    const option = isDistinct(plain) ? /-[A-Za-z]$/.exec(before)?.[0] : undefined
    if (option !== undefined) this.#spell(value, mark, option)
    if (!isDistinct(plain) && before.trim() !== "") this.#spell(value, mark, before)
  }

  /** Counts a value that looks like a secret but was made up. */
  addFake(value: string): void {
    if (this.#placeholders.size < MAX_PLACEHOLDER_COUNT) this.#placeholders.add(value)
  }

  /** Number of distinct values that look like secrets but were made up. */
  get placeholders(): number {
    return this.#placeholders.size
  }

  /** Adds a custom word, which is replaced everywhere. */
  addWord(kind: string, value: string): void {
    const mark = this.#marks.get(value) ?? this.#newMark(kind, value)
    for (const spelling of encodedForms(value)) this.#set(spelling, { to: mark, whole: false })
  }

  /**
   * Adds a secret that is a field, with the name of the field.
   * @param text the complete field, if the secret has space around it
   */
  addNamed(kind: string, name: string, value: string, text = value): void {
    this.add(kind, value)
    if (text.trim() === value) this.#named.set(`${name}\n${text}`, this.#marks.get(decodeSecret(value))!)
  }

  /** Adds a secret of several lines, which share one mark. */
  addLines(kind: string, lines: readonly string[]): void {
    const [first] = lines.filter((line) => line.length >= 20)
    if (first === undefined) return
    const mark = this.#marks.get(first) ?? this.#newMark(kind, first)
    for (const line of lines)
      if (line.length >= 20) for (const one of encodedForms(line)) this.#set(one, { to: mark, whole: false })
  }

  get found(): SecretCount[] {
    return [...this.#counts].map(([kind, secrets]) => ({ kind, secrets }))
  }

  /** Mark of a complete field that is a secret; undefined for others. */
  named(name: string, text: string): string | undefined {
    return this.#named.size === 0 ? undefined : this.#named.get(`${name}\n${text}`)
  }

  /** Grows with every addition. */
  get size(): number {
    return this.#marks.size + this.#spelled.size + this.#named.size
  }

  /** Everything that decides replacements, as a text that is itself secret. */
  get all(): string {
    return JSON.stringify([[...this.#spelled], [...this.#named]])
  }

  /** Replaces every secret in a text. */
  replace(text: string): string {
    return this.#spelled.size === 0 ? text : this.#inText(text, 0)
  }

  #inText(text: string, depth: number): string {
    const bare = stripTerminalSequences(text)
    const replaced = this.#replaced(bare?.text ?? text, depth)
    const pieces: string[] = []
    let from = 0
    for (const { start, end, to } of replaced) {
      const [first, last] = bare ? [bare.toOriginal(start), bare.toOriginal(end - 1) + 1] : [start, end]
      pieces.push(text.slice(from, first), to)
      from = last
    }
    return removeKeyTails(from === 0 ? text : pieces.join("") + text.slice(from))
  }

  /** Replacements in a text, in order: secrets, and base64 that contains secrets unless it is itself part of one. */
  #replaced(text: string, depth: number): TextReplacement[] {
    const hits = this.#hits(text)
    const pieces: TextReplacement[] = []
    let next = 0
    const takeUntil = (place: number) => {
      for (; next < hits.length && hits[next]!.end <= place; next++) pieces.push(hits[next]!)
    }
    for (const { start, end, text: inner, encode } of depth < 3 ? findBase64Texts(text) : []) {
      takeUntil(start)
      const hit = hits[next]
      if (hit && hit.start <= start && hit.end >= end) continue
      const other = this.#inText(inner, depth + 1)
      if (other === inner) continue
      // A secret that overlaps the base64 keeps its part outside.
      if (hit && hit.start < start) pieces.push({ ...hit, end: start })
      while (next < hits.length && hits[next]!.end <= end) next++
      const last = hits[next]
      if (last && last.start < end) hits[next] = { ...last, start: end }
      pieces.push({ start, end, to: encode(other) })
    }
    takeUntil(text.length)
    return pieces
  }

  #hits(text: string): TextReplacement[] {
    this.#find ??= createWordSearch(this.#spelled.keys())
    const pieces: TextReplacement[] = []
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
    const all = encodedForms(before + value)
    const fronts = encodedForms(before)
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

/** Decodes a secret that was found percent-encoded or escaped. */
const decodeSecret = (value: string) =>
  /%[0-9a-f]{2}/i.test(value) ? decodePercent(value) : value.includes("\\") ? decodeJsonEscapes(value) : value

const isDistinct = (value: string) =>
  value.length >= MIN_DISTINCT_CHARS &&
  (value.length >= 20 || (/[A-Za-z]/.test(value) && /[^A-Za-z]/.test(value)) || isMachineMade(value))

/** Whether a range has no adjacent letter or digit, except the end of an escape (`\n`, `%3D`, `\u003d`). */
function isApart(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 6), start)
  const isFree = !/[A-Za-z0-9]$/.test(before) || /(?:\\[nrtbf]|%[0-9a-f]{2}|\\u[0-9a-f]{4})$/i.test(before)
  return isFree && !/[A-Za-z0-9]/.test(text.charAt(end))
}
