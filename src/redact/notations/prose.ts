import type { NamedValue, TellingName } from "./notation.ts"

const MAX_SENTENCE_CHARS = 110
const MAX_WORDS = 12
/** Without a word that links it to a name, this is a commit or a checksum. */
const HASH = /^[0-9a-f]{7,128}$/
/** Words that say what the secret is rather than where it is. */
const LINK =
  /[:：=—→][\s"'`*]*$|(?:^|\s)(?:is|=|was|changed to|set to|to|ist|lautet|est|es|é|è|to jest|такой|это|—|–|-|->|→|は|是|为|은|는)[\s:]*["'`«“「*]*$/i

/** A secret that a sentence tells: "the password for the account is x", "mit dem Passwort x anmelden". */
export function prose(text: string, name: TellingName): NamedValue[] {
  if (!FREE.test(text.slice(name.end, name.end + 4)) || /[.$@/\\-]/.test(text.charAt(name.start - 1))) return []
  return toldAfter(text, name.end)
}

/** Text after a name in a sentence. */
const FREE = /^(?:["'`*)]{0,2}(?:\s|$|[:：] ?[^\s"'`{[(])|[,，、—–]|["'`*]{0,2}: |[^\x00-\x7f])/
/** Code, addresses and settings, which are no words of a sentence. */
const CODE = /[;(){}<>|[\]\\]|=>|\?\.|&&|:\/\/|^[\w?&.-]+=[^=]|\.\w+\.\w+|^@/

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
  return found
}
