import { type AnchorMatch, createAnchorSearch } from "./anchor-search.ts"
import { findBase64Texts } from "./base64.ts"
import { decodedForms, stripTerminalSequences } from "./encodings.ts"
import { findPrivateKeys } from "./private-keys.ts"
import { rules, type SecretMatch } from "./rules.ts"
import { secretlintAnchors, windowsAround } from "./secretlint.ts"
import type { Secrets } from "./secrets.ts"

/** Receives the secrets found. */
type SecretCollector = Pick<Secrets, "add" | "addLines">

/** Meaning of an anchor word. */
interface AnchorMeaning {
  /** Indexes in `rules`. */
  ruleIndexes: number[]
  /** Minimum match at this position for secretlint to find anything. */
  secretlintPattern: RegExp | undefined
  isKey: boolean
}

const findAnchors = createAnchorSearch(anchorMeanings())

function anchorMeanings(): Map<string, AnchorMeaning> {
  const byWord = new Map<string, AnchorMeaning>()
  const of = (word: string) => {
    const meaning = byWord.get(word) ?? { ruleIndexes: [], secretlintPattern: undefined, isKey: false }
    byWord.set(word, meaning)
    return meaning
  }
  for (const [at, rule] of rules.entries()) for (const word of rule.anchors) of(word).ruleIndexes.push(at)
  for (const [word, pattern] of secretlintAnchors) of(word).secretlintPattern = pattern
  for (const word of ["private key", "private-lines:"]) of(word).isKey = true
  return byWord
}

// A name and the characters between it and its value. A longer match may be part of another secret.
const TEXT_BEFORE = /[\w.-]*[^\w\s]{0,8}\s*$/

type IsAllowed = (value: string) => boolean

/**
 * Finds secrets in a text and in its decoded forms, and adds them to `secrets`. Returns the windows of the text that
 * secretlint still has to scan.
 * @param isAllowed whether a value is exempt
 */
export function scanText(text: string, secrets: SecretCollector, isAllowed: IsAllowed): string[] {
  const windows: string[] = []
  scanForms(text, secrets, isAllowed, windows, 0)
  return windows
}

function scanForms(
  whole: string,
  secrets: SecretCollector,
  isAllowed: IsAllowed,
  windows: string[],
  depth: number,
): void {
  const text = stripTerminalSequences(whole)?.text ?? whole
  if (scanForm(text, secrets, isAllowed, windows))
    for (const reading of decodedForms(text)) scanForm(reading, secrets, isAllowed, windows)
  if (depth < 3)
    for (const { text: inner } of findBase64Texts(text)) scanForms(inner, secrets, isAllowed, windows, depth + 1)
}

/** Scans one form of a text. Returns whether it has any anchor word. */
function scanForm(text: string, secrets: SecretCollector, isAllowed: IsAllowed, windows: string[]): boolean {
  let isAny = false
  let isKey = false
  // Last match of each rule: an anchor inside it belongs to the same secret.
  const last = new Map<number, SecretMatch>()
  for (const found of findAnchors(text)) {
    isAny = true
    isKey ||= found.some(({ meaning }) => meaning.isKey)
    const candidates = found.flatMap(({ start, meaning }) => meaning.ruleIndexes.map((rule) => ({ start, rule })))
    candidates.sort((a, b) => a.start - b.start || a.rule - b.rule)
    const endByStart = new Map<number, number>()
    for (const { start: at, rule } of candidates) {
      const before = last.get(rule)
      if (before && before.start <= at && at < before.end) continue
      for (const match of rules[rule]!.findAt(text, at)) {
        const { kind, start, end } = match
        endByStart.set(start, end)
        last.set(rule, match)
        const value = text.slice(start, end)
        if (!isAllowed(value) && !isRedacted(value))
          secrets.add(kind, value, TEXT_BEFORE.exec(text.slice(Math.max(0, start - 40), start))![0])
      }
    }
    for (const window of windowsAround(text, secretlintOffsets(text, found, endByStart))) windows.push(window)
  }
  if (isKey)
    for (const lines of findPrivateKeys(text)) if (!isAllowed(lines.join("\n"))) secrets.addLines("private key", lines)
  return isAny
}

function secretlintOffsets(
  text: string,
  found: readonly AnchorMatch<AnchorMeaning>[],
  endByStart: ReadonlyMap<number, number>,
): number[] {
  const places = found.filter(({ start, meaning }) => {
    if (!meaning.secretlintPattern) return false
    const end = endByStart.get(start)
    // Secrets that our rules matched completely need no second search.
    if (end !== undefined && !/[\w.+/=-]/.test(text.charAt(end))) return false
    meaning.secretlintPattern.lastIndex = start
    return meaning.secretlintPattern.test(text)
  })
  return places.map(({ start }) => start)
}

/** Whether a value contains a redaction mark, also base64-encoded. */
const isRedacted = (value: string): boolean =>
  value.includes("[redacted:") || findBase64Texts(value).some(({ text }) => isRedacted(text))
