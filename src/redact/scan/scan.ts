import { findMnemonics } from "../notations/mnemonics.ts"
import type { SecretMatch } from "../rules/secret-rule.ts"
import { type AnchorMatch, createAnchorSearch } from "./anchor-search.ts"
import { findBase64Texts } from "./base64.ts"
import { decodedForms, stripTerminalSequences } from "./encodings.ts"
import { findPrivateKeys } from "./private-keys.ts"
import { rules } from "./rules.ts"

/** Receives what a scan finds. */
export interface SecretCollector {
  /** @param before text before the secret by which it is known */
  add(kind: string, value: string, before?: string): void
  /** Adds a secret of several lines. */
  addLines(kind: string, lines: readonly string[]): void
  /** Receives a value that has the place or the shape of a secret, but was made up. */
  addFake?(value: string): void
}

/** Meaning of an anchor word: the rules that begin with it, as indexes in `rules`. */
interface AnchorMeaning {
  rules: number[]
  /** Those of them that do not ask for the beginning of a word. */
  rulesInWords: number[]
  isKey: boolean
}

type AnchorSearch = ReturnType<typeof createAnchorSearch<AnchorMeaning>>
let search: AnchorSearch | undefined

function anchorSearch(): AnchorSearch {
  const byWord = new Map<string, AnchorMeaning>()
  const of = (word: string) => {
    const meaning = byWord.get(word) ?? { rules: [], rulesInWords: [], isKey: false }
    byWord.set(word, meaning)
    return meaning
  }
  for (const [at, rule] of rules.entries())
    for (const word of new Set(rule.anchors)) {
      of(word).rules.push(at)
      if (!rule.beginsWord) of(word).rulesInWords.push(at)
    }
  for (const word of ["private key", "private-lines:"]) of(word).isKey = true
  return createAnchorSearch(byWord)
}

const MAX_BASE64_DEPTH = 3
// A name and the characters between it and its value. A longer match may be part of another secret.
const TEXT_BEFORE = /[\w.-]*[^\w\s]{0,8}\s*$/

type IsAllowed = (value: string) => boolean

/**
 * Finds secrets in a text and in its decoded forms, and passes them to the collector.
 * @param isAllowed whether a value is exempt
 */
export function scanText(text: string, secrets: SecretCollector, isAllowed: IsAllowed, depth = 0): void {
  const plain = withoutMarks(stripTerminalSequences(text)?.text ?? text)
  if (scanForm(plain, secrets, isAllowed))
    for (const reading of decodedForms(plain)) scanForm(reading, secrets, isAllowed)
  if (depth < MAX_BASE64_DEPTH)
    for (const { text: inner } of findBase64Texts(plain)) scanText(inner, secrets, isAllowed, depth + 1)
}

/** Scans one form of a text. Returns whether it has any anchor word. */
function scanForm(text: string, secrets: SecretCollector, isAllowed: IsAllowed): boolean {
  search ??= anchorSearch()
  let isAny = false
  let isKey = false
  // Last match of each rule: an anchor inside it belongs to the same secret.
  const last = new Map<number, SecretMatch>()
  for (const found of search(text)) {
    isAny = true
    isKey ||= found.some(({ meaning }) => meaning.isKey)
    for (const match of matchesAt(text, found, last)) {
      const value = text.slice(match.start, match.end)
      if (isAllowed(value) || isRedacted(value)) continue
      if (match.isFake) secrets.addFake?.(value)
      else secrets.add(match.kind, value, contextOf(text, match))
    }
  }
  if (isKey)
    for (const lines of findPrivateKeys(text)) if (!isAllowed(lines.join("\n"))) secrets.addLines("private key", lines)
  for (const phrase of findMnemonics(text)) if (!isAllowed(phrase)) secrets.add("wallet phrase", phrase)
  return isAny
}

/** Matches of all rules at anchors, in order of their start; of several with the same range, the most specific. */
function matchesAt(
  text: string,
  found: readonly AnchorMatch<AnchorMeaning>[],
  last: Map<number, SecretMatch>,
): SecretMatch[] {
  const matches = new Map<string, SecretMatch & { rule: number }>()
  for (const { start: at, meaning } of found)
    for (const rule of isInWord(text, at) ? meaning.rulesInWords : meaning.rules) {
      const before = last.get(rule)
      if (before && before.start <= at && at < before.end) continue
      for (const match of rules[rule]!.findAt(text, at)) {
        if (!match.isFake) last.set(rule, match)
        const range = `${match.start}-${match.end}`
        const known = matches.get(range)
        if (!known || known.rule > rule) matches.set(range, { ...match, rule })
      }
    }
  return matches.size < 2 ? [...matches.values()] : [...matches.values()].sort((a, b) => a.start - b.start)
}

/** Whether a letter or a digit is before an offset that is not the end of an escape sequence: `\n`. */
function isInWord(text: string, at: number): boolean {
  const before = at === 0 ? 32 : text.charCodeAt(at - 1)
  const lower = before | 32
  if (!(before >= 48 && before <= 57) && !(lower >= 97 && lower <= 122)) return false
  return text.charCodeAt(at - 2) !== 92 || !/[nrtbf]/.test(text.charAt(at - 1))
}

/** Text before a secret by which it is known. */
function contextOf(text: string, { start, from }: SecretMatch): string {
  const near = TEXT_BEFORE.exec(text.slice(Math.max(0, start - 40), start))![0]
  if (from === undefined || from >= start) return near
  const wide = text.slice(wordStart(text, from, start), start)
  return wide.length > near.length || near.trim() === "" ? wide : near
}

/** The next beginning of a word: marks replace whole words only. */
function wordStart(text: string, from: number, end: number): number {
  let at = from
  while (at < end && /[A-Za-z0-9]/.test(text.charAt(at - 1)) && /[A-Za-z0-9]/.test(text.charAt(at))) at++
  return at
}

const MARK = /\[redacted: [^[\]\n]{1,80}\]/g
/** Stands for the characters of a mark: no name, no value, no space. */
const HIDDEN = "\ufffd"

/** Whether a value contains a mark, also base64-encoded. */
const isRedacted = (value: string): boolean =>
  value.includes(HIDDEN) || findBase64Texts(value).some(({ text }) => isRedacted(withoutMarks(text)))

/** Hides marks of an earlier redaction, whose words would announce secrets. Offsets stay. */
const withoutMarks = (text: string) =>
  text.includes("[redacted: ") ? text.replace(MARK, (mark) => HIDDEN.repeat(mark.length)) : text
