import { validateMnemonic } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/english.js"
import type { SecretRule } from "../rules/secret-rule.ts"

const WORDS = /(?:[a-z]{3,8}[ \t]{1,2}){11,23}[a-z]{3,8}(?![\w-])/.source
const LINE = new RegExp(`[ \\t]{0,16}(${WORDS})`, "y")
const NAMED = new RegExp(`[^\\n]{0,40}?[\\s"'\`:=](${WORDS})`, "dy")
/** Twelve words of three letters, with spaces between them. */
const MIN_PHRASE_CHARS = 47
const MIN_DISTINCT_WORDS = 10

/** Whether words are the recovery phrase of a wallet (BIP 39), by its word list and checksum. */
function isRecoveryPhrase(phrase: string): boolean {
  const words = phrase.split(/[ \t]+/)
  if (new Set(words).size < MIN_DISTINCT_WORDS) return false
  return [24, 21, 18, 15, 12].some(
    (length) => words.length >= length && validateMnemonic(words.slice(0, length).join(" "), wordlist),
  )
}

/** Finds recovery phrases that begin a line. */
export function findMnemonics(text: string): string[] {
  const found: string[] = []
  for (let at = 0; ; ) {
    const next = text.indexOf("\n", at)
    if ((next < 0 ? text.length : next) - at >= MIN_PHRASE_CHARS) {
      LINE.lastIndex = at
      const phrase = LINE.exec(text)?.[1]
      if (phrase !== undefined && isRecoveryPhrase(phrase)) found.push(phrase)
    }
    if (next < 0) return found
    at = next + 1
  }
}

/** Recovery phrases behind a word that announces one. */
export const mnemonics: SecretRule = {
  anchors: ["mnemonic", "seed", "phrase", "wallet"],
  findAt(text, at) {
    NAMED.lastIndex = at
    const range = NAMED.exec(text)?.indices?.[1]
    return range && isRecoveryPhrase(text.slice(...range))
      ? [{ kind: "wallet phrase", start: range[0], end: range[1] }]
      : []
  },
}
