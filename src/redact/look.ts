import { base64Texts } from "./base64.ts"
import { readings, withoutEscapes } from "./disguises.ts"
import { type FoundAnchor, findAnchors } from "./find-anchors.ts"
import { privateKeys } from "./private-key.ts"
import { rules, type Sighting } from "./rules.ts"
import { secretlintAnchors, windowsAt } from "./secretlint.ts"
import type { Secrets } from "./secrets.ts"

/** Receives the secrets found. */
type Finds = Pick<Secrets, "add" | "addLines">

/** Meaning of an anchor word. */
interface Meaning {
  /** Indexes in `rules`. */
  looks: number[]
  /** Minimum match at this position for secretlint to find anything. */
  secretlint: RegExp | undefined
  isKey: boolean
}

const find = findAnchors(meanings())

function meanings(): Map<string, Meaning> {
  const known = new Map<string, Meaning>()
  const of = (word: string) => {
    const meaning = known.get(word) ?? { looks: [], secretlint: undefined, isKey: false }
    known.set(word, meaning)
    return meaning
  }
  for (const [at, rule] of rules.entries()) for (const word of rule.words) of(word).looks.push(at)
  for (const [word, pattern] of secretlintAnchors) of(word).secretlint = pattern
  for (const word of ["private key", "private-lines:"]) of(word).isKey = true
  return known
}

// A name and the characters between it and its value. A longer match may be part of another secret.
const inFront = /[\w.-]*[^\w\s]{0,8}\s*$/

type IsAllowed = (value: string) => boolean

/**
 * Finds secrets in a text and in its decoded forms, and adds them to `secrets`. Returns the windows of the text that
 * secretlint still has to scan.
 * @param isAllowed whether a value is exempt
 */
export function look(text: string, secrets: Finds, isAllowed: IsAllowed): string[] {
  const windows: string[] = []
  lookAt(text, secrets, isAllowed, windows, 0)
  return windows
}

function lookAt(whole: string, secrets: Finds, isAllowed: IsAllowed, windows: string[], depth: number): void {
  const text = withoutEscapes(whole)?.text ?? whole
  if (lookInto(text, secrets, isAllowed, windows))
    for (const reading of readings(text)) lookInto(reading, secrets, isAllowed, windows)
  if (depth < 3) for (const { text: inner } of base64Texts(text)) lookAt(inner, secrets, isAllowed, windows, depth + 1)
}

/** Scans one form of a text. Returns whether it has any anchor word. */
function lookInto(text: string, secrets: Finds, isAllowed: IsAllowed, windows: string[]): boolean {
  let isAny = false
  let isKey = false
  // Last match of each rule: an anchor inside it belongs to the same secret.
  const last = new Map<number, Sighting>()
  for (const found of find(text)) {
    isAny = true
    isKey ||= found.some(({ meaning }) => meaning.isKey)
    const looks = found.flatMap(({ start, meaning }) => meaning.looks.map((rule) => ({ start, rule })))
    looks.sort((a, b) => a.start - b.start || a.rule - b.rule)
    const known = new Map<number, number>()
    for (const { start: at, rule } of looks) {
      const before = last.get(rule)
      if (before && before.start <= at && at < before.end) continue
      for (const sighting of rules[rule]!.look(text, at)) {
        const { kind, start, end } = sighting
        known.set(start, end)
        last.set(rule, sighting)
        const value = text.slice(start, end)
        if (!isAllowed(value) && !isRedacted(value))
          secrets.add(kind, value, inFront.exec(text.slice(Math.max(0, start - 40), start))![0])
      }
    }
    for (const window of windowsAt(text, placesForSecretlint(text, found, known))) windows.push(window)
  }
  if (isKey)
    for (const lines of privateKeys(text)) if (!isAllowed(lines.join("\n"))) secrets.addLines("private key", lines)
  return isAny
}

function placesForSecretlint(
  text: string,
  found: readonly FoundAnchor<Meaning>[],
  known: ReadonlyMap<number, number>,
): number[] {
  const places = found.filter(({ start, meaning }) => {
    if (!meaning.secretlint) return false
    const end = known.get(start)
    // Secrets that our rules matched completely need no second search.
    if (end !== undefined && !/[\w.+/=-]/.test(text.charAt(end))) return false
    meaning.secretlint.lastIndex = start
    return meaning.secretlint.test(text)
  })
  return places.map(({ start }) => start)
}

/** Whether a value contains a redaction mark, also base64-encoded. */
const isRedacted = (value: string): boolean =>
  value.includes("[redacted:") || base64Texts(value).some(({ text }) => isRedacted(text))
