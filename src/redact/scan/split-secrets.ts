import { isHighEntropy } from "../values/entropy.ts"
import { scanText } from "./scan.ts"

/** A secret that is split over the end of one text and the beginning of the next. */
export interface SplitSecret {
  kind: string
  pieces: string[]
}

/** Maximum length of the last or first word of a text that is joined with the other. */
const MAX_JOINED_CHARS = 4_096
/** Types of parts that continue each other's text. */
const TEXT_TYPES = new Set<unknown>(["text", "reasoning"])

/**
 * Finds the secrets of a message that are split over two parts: one text ends inside a word, and the next continues it.
 */
export function findSplitSecrets(message: unknown, isAllowed: (value: string) => boolean): SplitSecret[] {
  const found: SplitSecret[] = []
  for (const [left, right] of adjacentWords(message)) {
    const alone = secretsIn(left, isAllowed).some(({ value }) => left.endsWith(value))
    const joined = left + right
    for (const { kind, value } of secretsIn(joined, isAllowed)) {
      const start = joined.indexOf(value)
      const end = start + value.length
      if (start < 0 || start >= left.length || end <= left.length) continue
      const rest = joined.slice(left.length, end)
      // After a complete secret, an ordinary word is as likely as the rest of the secret.
      if (!alone || isHighEntropy(rest)) found.push({ kind, pieces: [joined.slice(start, left.length), rest] })
    }
  }
  return found
}

/** Yields the last word of each text part and the first word of the next, if they are adjacent. */
function* adjacentWords(message: unknown): Generator<[string, string]> {
  const { parts } = (message ?? {}) as { parts?: unknown }
  if (!Array.isArray(parts)) return
  let before: string | undefined
  for (const part of parts) {
    const { type, text } = (part ?? {}) as { type?: unknown; text?: unknown }
    if (!TEXT_TYPES.has(type) || typeof text !== "string" || text === "") continue
    const first = /^\S+/.exec(text.slice(0, MAX_JOINED_CHARS))?.[0]
    if (before !== undefined && first !== undefined) yield [before, first]
    before = lastWord(text)
  }
}

function lastWord(text: string): string | undefined {
  let start = text.length
  while (start > 0 && text.length - start < MAX_JOINED_CHARS && !/\s/.test(text.charAt(start - 1))) start--
  return start === text.length ? undefined : text.slice(start)
}

function secretsIn(text: string, isAllowed: (value: string) => boolean) {
  const found: { kind: string; value: string }[] = []
  const collector = { add: (kind: string, value: string) => void found.push({ kind, value }), addLines: () => {} }
  scanText(text, collector, isAllowed)
  return found
}
