import { look } from "./look.ts"
import { isRandom } from "./look-alikes.ts"
import { askSecretlint } from "./secretlint.ts"

/** A secret that is split over the end of one text and the beginning of the next. */
export interface SplitSecret {
  kind: string
  pieces: string[]
}

/** Maximum length of the last or first word of a text that is joined with the other. */
const MOST_CHARS = 4_096
/** Types of parts that continue each other's text. */
const written = new Set<unknown>(["text", "reasoning"])

/**
 * Finds the secrets of a message that are split over two parts: one text ends inside a word, and the next continues it.
 */
export async function splitSecrets(message: unknown, isAllowed: (value: string) => boolean): Promise<SplitSecret[]> {
  const found: SplitSecret[] = []
  for (const [left, right] of jointsOf(message)) {
    const alone = (await secretsIn(left, isAllowed)).some(({ value }) => left.endsWith(value))
    const joined = left + right
    for (const { kind, value } of await secretsIn(joined, isAllowed)) {
      const start = joined.indexOf(value)
      const end = start + value.length
      if (start < 0 || start >= left.length || end <= left.length) continue
      const rest = joined.slice(left.length, end)
      // After a complete secret, an ordinary word is as likely as the rest of the secret.
      if (!alone || isRandom(rest)) found.push({ kind, pieces: [joined.slice(start, left.length), rest] })
    }
  }
  return found
}

/** Yields the last word of each text part and the first word of the next, if they are adjacent. */
function* jointsOf(message: unknown): Generator<[string, string]> {
  const { parts } = (message ?? {}) as { parts?: unknown }
  if (!Array.isArray(parts)) return
  let before: string | undefined
  for (const part of parts) {
    const { type, text } = (part ?? {}) as { type?: unknown; text?: unknown }
    if (!written.has(type) || typeof text !== "string" || text === "") continue
    const first = /^\S+/.exec(text.slice(0, MOST_CHARS))?.[0]
    if (before !== undefined && first !== undefined) yield [before, first]
    before = lastWord(text)
  }
}

function lastWord(text: string): string | undefined {
  let start = text.length
  while (start > 0 && text.length - start < MOST_CHARS && !/\s/.test(text.charAt(start - 1))) start--
  return start === text.length ? undefined : text.slice(start)
}

async function secretsIn(text: string, isAllowed: (value: string) => boolean) {
  const found: { kind: string; value: string }[] = []
  const noted = { add: (kind: string, value: string) => void found.push({ kind, value }), addLines: () => {} }
  for (const one of await askSecretlint(look(text, noted, isAllowed))) found.push(one)
  return found
}
