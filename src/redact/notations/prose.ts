import type { NamedValue, TellingName } from "./notation.ts"

const MAX_SENTENCE_CHARS = 110
const MAX_WORDS = 12
/** Without a word that links it to a name, this is a commit or a checksum. */
const HASH = /^[0-9a-f]{7,128}$/
/** Words that say what the secret is rather than where it is. */
const LINK =
  /[:：=—→][\s"'`*]*$|(?:^|\s)(?:is|=|was|changed to|set to|to|ist|lautet|est|es|é|è|to jest|to|jest|è la|هو|هي|है|такой|это|—|–|-|->|→|は|是|为|은|는)[\s:]*["'`«“「*]*$/i

/** A secret that a sentence tells: "the password for the account is x", "mit dem Passwort x anmelden". */
export function prose(text: string, name: TellingName): NamedValue[] {
  if (!FREE.test(text.slice(name.end, name.end + 4)) || /[.$@/\\-]/.test(text.charAt(name.start - 1))) return []
  const told = toldAfter(text, name.end)
  const before = toldBefore(text, name.start)
  return before ? [before, ...told] : told
}

/** "x as the password", "x is my token". */
const TOLD_BEFORE = /(?:^|[\s"'`])([!-&(-~]{6,128}?)["'`]? (?:as|is) (?:the|a|my|your|our|its) (?:[A-Za-z]{2,12} )?$/d
const MAX_BEFORE_CHARS = 170

function toldBefore(text: string, at: number): NamedValue | undefined {
  const from = Math.max(0, at - MAX_BEFORE_CHARS)
  const before = text.slice(from, at)
  const range = / (?:as|is) /.test(before.slice(-30)) ? TOLD_BEFORE.exec(before)?.indices?.[1] : undefined
  if (!range || CODE.test(before.slice(...range)) || HASH.test(before.slice(...range))) return undefined
  return { start: from + range[0], end: from + range[1], place: "prose" }
}

/** Text after a name in a sentence. */
const FREE = /^(?:["'`*)]{0,2}(?:\s|$|[:：] ?[^\s"'`{[(])|[,，、—–]|["'`*]{0,2}: |[^\x00-\x7f])/
/** Code, addresses and settings, which are no words of a sentence. */
const CODE = /[;(){}<>|[\]\\]|=>|\?\.|&&|:\/\/|^[\w?&.-]+=[^=]|\.\w+\.\w+|^@/

const ALONE_BELOW = /(?:\r?\n[ \t>*]{0,12}(?:```\w{0,10})?){1,3}`?([!-~]{6,256}?)`?[ \t]{0,8}(?=\r?\n|$)/dy

/** The first words that may be a secret in the rest of a sentence. */
export function toldAfter(text: string, at: number): NamedValue[] {
  const line = /^[^\n\r\ufffd]{0,110}/.exec(text.slice(at, at + MAX_SENTENCE_CHARS))![0]
  const found: NamedValue[] = []
  let words = 0
  for (const match of line.matchAll(/[!-~]+/g)) {
    if (++words > MAX_WORDS) break
    const word = match[0].replace(/^["'`(<[{*]+/, "").replace(/(?:\\|["'`)>\]}*,;:.?]+$).*/, "")
    const start = at + match.index + match[0].indexOf(word)
    if (word.length >= 6 && !CODE.test(word)) {
      const before = line.slice(0, match.index)
      const isLinked =
        /^[\s:：=]*["'`]*$/.test(before) || (LINK.test(before) && (words <= 4 || !before.trimEnd().endsWith(":")))
      if (isLinked || (words > 1 && !HASH.test(word)))
        found.push({ start, end: start + word.length, place: isLinked ? "bare" : "prose" })
    }
    // A sentence ends.
    if (/[a-z]{3}[.?!]$/.test(match[0])) break
  }
  // "Use the following password to proceed:", and the value on a line of its own.
  ALONE_BELOW.lastIndex = at + line.length
  const below = /[:：]\s{0,4}$/.test(line) ? ALONE_BELOW.exec(text)?.indices?.[1] : undefined
  if (below) found.push({ start: below[0], end: below[1], place: "bare" })
  return found
}
