import { kindByName, nameAnchors, strengthOf } from "../rules/names.ts"
import type { SecretMatch, SecretRule } from "../rules/secret-rule.ts"
import { isSecret } from "../values/judge.ts"
import { isFake } from "../values/placeholders.ts"
import { assignment } from "./assignment.ts"
import { calls } from "./calls.ts"
import { columns } from "./columns.ts"
import { elements } from "./elements.ts"
import { nameValue } from "./name-value.ts"
import type { NamedValue, Notation, TellingName } from "./notation.ts"
import { prose } from "./prose.ts"
import { words } from "./words.ts"

/** In this order: the first notation with a secret decides. */
const NOTATIONS: readonly Notation[] = [assignment, nameValue, calls, elements, columns, words, prose]

const MAX_NAME_CHARS = 48
/** Names of resources at AWS, which are no secrets: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:…`. */
const ARN = /arn:aws[\w-]*:[\w-]*:[\w-]*:\d*:$/
/** 1 for letters, digits, `_`, `.` and `-`. */
const nameUnits = new Uint8Array(0x1_0000)
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
  nameUnits[character.charCodeAt(0)] = 1
/** Longest text from a name to its value that identifies a short secret. */
const MAX_CONTEXT_CHARS = 80

/** The secrets that a telling name announces, in any notation. */
export const namedValues: SecretRule = {
  anchors: nameAnchors,
  findAt(text, at) {
    const name = nameAt(text, at)
    if (!name) return []
    if (ARN.test(text.slice(Math.max(0, name.start - 80), name.start))) return []
    let fakes: SecretMatch[] = []
    for (const notation of NOTATIONS) {
      const found = notation(text, name).flatMap((value) => judged(text, name, value))
      const secrets = found.filter(({ isFake }) => !isFake)
      if (secrets.length > 0) return [...fakes, ...(notation === prose ? secrets.slice(0, 1) : secrets)]
      if (fakes.length === 0) fakes = found
    }
    return fakes
  },
}

function judged(text: string, name: TellingName, { start, end, place }: NamedValue): SecretMatch[] {
  const value = text.slice(start, end)
  // `--pass x`: as an option, it cannot be the verb.
  const strength = place === "given" && /^pass$/i.test(name.name) ? "password" : name.strength
  const isReal = isSecret(value, strength, place)
  const isMadeUp = !isReal && place !== "prose" && name.strength !== "ambiguous" && value.length >= 6 && isFake(value)
  if (!isReal && !isMadeUp) return []
  const from = start > name.start && start - name.start <= MAX_CONTEXT_CHARS ? name.start : lineStart(text, start)
  return [{ kind: kindByName(name.name), start, end, from, ...(isMadeUp && { isFake: true }) }]
}

/** Start of the line of a position, or MAX_CONTEXT_CHARS before it. */
function lineStart(text: string, at: number): number {
  const from = Math.max(0, at - MAX_CONTEXT_CHARS)
  return from + text.slice(from, at).lastIndexOf("\n") + 1
}

/** The telling name around an anchor word; undefined if the name is that of something else. */
function nameAt(text: string, at: number): TellingName | undefined {
  let start = at
  while (start > 0 && at - start < MAX_NAME_CHARS && nameUnits[text.charCodeAt(start - 1)] === 1) start--
  // The letter of an escape sequence does not belong to the name after it.
  if (text[start - 1] === "\\" && /[nrtbf]/.test(text.charAt(start)) && start < at) start++
  // Options keep their dashes.
  while (start < at && /[-.]/.test(text.charAt(start))) start++
  let end = at
  while (end < text.length && end - at < MAX_NAME_CHARS && nameUnits[text.charCodeAt(end)] === 1) end++
  while (end > at && /[.-]/.test(text.charAt(end - 1))) end--
  // Base64 contains telling words by chance.
  if (/[+/]/.test(text.charAt(end)) || (text[start - 1] === "+" && /[\w/]/.test(text.charAt(start - 2))))
    return undefined
  const written = text.slice(start, end)
  const strength = strengthOf(written)
  if (strength !== "none") return { name: written, strength, start, end }
  return /^key$/i.test(written) ? spacedName(text, start, end) : undefined
}

/** A name of two words: `API key`, `secret key`. */
function spacedName(text: string, start: number, end: number): TellingName | undefined {
  const before = /[A-Za-z]{2,12}[ -]$/.exec(text.slice(Math.max(0, start - 13), start))?.[0]
  if (before === undefined) return undefined
  const name = `${before.slice(0, -1)}_${text.slice(start, end)}`
  const strength = strengthOf(name)
  return strength === "none" ? undefined : { name, strength, start: start - before.length, end }
}
