import { MAX_CACHED_CHARS, MAX_CACHED_COUNT } from "./collect-secrets.ts"
import type { Secrets } from "./marks/secrets.ts"

/**
 * Creates the second pass of redaction, which replaces what was collected in one text.
 * @param replaceNames replaces home folders and names
 * @param hasOwnMarks marks in the text are ours; otherwise they are a session's own text, and made to differ
 */
export function secretReplacer(
  secrets: Secrets,
  replaceNames: (text: string) => string,
  hasOwnMarks: boolean,
): (text: string, name: string | undefined) => string {
  const changes = new Map<string, string>()
  return (text, name) => {
    const mark = name === undefined ? undefined : secrets.named(name, text)
    if (mark !== undefined) return mark
    const cached = text.length <= MAX_CACHED_CHARS ? changes.get(text) : undefined
    if (cached !== undefined) return cached
    const other = replaceNames(secrets.replace(hasOwnMarks ? text : withoutForgedMarks(text)))
    if (text.length <= MAX_CACHED_CHARS && changes.size < MAX_CACHED_COUNT) changes.set(text, other)
    return other
  }
}

// A mark, or what a reader or Markdown would show as one.
const FORGED =
  /(?:\[|&#0*91;|&#x0*5b;|&lsqb;|&lbrack;|\\u005b|\\x5b|%5b)(?=[\s\\*_`~\u00ad\u200b-\u200f\u2060\ufeff]{0,8}r[\u00ad\u200b-\u200f\u2060\ufeff]{0,2}edacted)/gi

/** Replaces the bracket of what a session itself wrote like a mark: `(redacted: …]`. */
const withoutForgedMarks = (text: string) => (/edacted/i.test(text) ? text.replace(FORGED, "(") : text)
