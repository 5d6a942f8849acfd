import type { CustomPatterns } from "./custom-patterns.ts"
import { forEachString } from "./map-strings.ts"
import type { Secrets } from "./marks/secrets.ts"
import { userNamesIn } from "./personal-names.ts"
import { isSecretField, kindByName } from "./rules/names.ts"
import { scanText } from "./scan/scan.ts"
import { findSplitSecrets } from "./scan/split-secrets.ts"
import { findOutputSecrets } from "./tool-outputs.ts"

// Shorter texts are not secrets by themselves.
const MIN_TEXT_CHARS = 6
/** Longest text whose result is kept, as short texts (names, values) are mostly repeated, and the number of these. */
export const MAX_CACHED_CHARS = 80
export const MAX_CACHED_COUNT = 20_000
/** Maximum number of user names that are searched for in paths; each costs a search of every text. */
const MAX_NAME_COUNT = 32

/** Whether a piece of a secret is worth hiding: long enough, and unlike words, which occur elsewhere as well. */
const isDistinctive = (piece: string) => piece.length >= 4 && (/\d/.test(piece) || /[a-z][A-Z]/.test(piece))

const EMAIL = /[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/g
// Reserved addresses of examples (RFC 2606) and addresses of software.
const IMPERSONAL_EMAIL =
  /@(?:[\w.-]*\.)?example\.(?:com|org|net)$|@[\w.-]*\.(?:test|invalid|example|localhost)$|^(?:noreply|no-reply|git)@/i

export interface CollectOptions {
  /** Secrets found so far; new ones are added. */
  secrets: Secrets
  /** Users' names in paths, found so far; new ones are added. */
  names: Set<string>
  /** The user's own patterns of secrets. */
  patterns: CustomPatterns
  /** Values that are never secrets. */
  allow: CustomPatterns
  /** Also collects e-mail addresses. */
  emails: boolean
}

/** Creates the first pass of redaction, which collects the secrets and names of one message, or of any JSON value. */
export function secretCollector({ secrets, names, patterns, allow, emails }: CollectOptions): (value: unknown) => void {
  const textsIn = textReader(names)

  function collectNamed(name: string, text: string): void {
    if (isSecretField(name, text) && !allow.has(text)) secrets.addNamed(kindByName(name), name, text)
  }

  function collectEmails(text: string): void {
    if (!text.includes("@")) return
    for (const [address] of text.matchAll(EMAIL))
      if (!IMPERSONAL_EMAIL.test(address) && !allow.has(address)) secrets.addWord("e-mail address", address)
  }

  return (value) => {
    const texts = textsIn(value, collectNamed)
    for (const text of texts) {
      scanText(text, secrets, allow.has)
      if (emails) collectEmails(text)
    }
    for (const { kind, text, value: secret } of findOutputSecrets(value))
      if (!allow.has(secret)) secrets.addNamed(kind, "output", secret, text)
    for (const { kind, pieces } of findSplitSecrets(value, allow.has))
      for (const piece of pieces) if (isDistinctive(piece)) secrets.addWord(kind, piece)
    for (const match of patterns.matches(texts)) if (!allow.has(match)) secrets.addWord("own pattern", match)
  }
}

/** Creates a reader of a value's texts. It leaves out short texts that it has read before: most are repeated. */
function textReader(names: Set<string>) {
  const seen = new Set<string>()
  return (value: unknown, onNamed: (name: string, text: string) => void): string[] => {
    const texts: string[] = []
    forEachString(value, (text, name) => {
      if (text.length < MIN_TEXT_CHARS) return
      if (name === "directory" || name === "cwd" || name === "root")
        for (const one of userNamesIn(text)) if (names.size < MAX_NAME_COUNT) names.add(one)
      if (name !== undefined) onNamed(name, text)
      // The name of a header identifies its value.
      const whole = name !== undefined && /authorization|cookie/i.test(name) ? `${name}: ${text}` : text
      if (whole.length <= MAX_CACHED_CHARS) {
        if (seen.has(whole)) return
        if (seen.size < MAX_CACHED_COUNT) seen.add(whole)
      }
      texts.push(whole)
    })
    return texts
  }
}
