/**
 * How much more often a letter follows another in words than by chance: 26 rows of 26 digits, `a` to `z`; 5 means as
 * often, each step doubles. Counted in the words of the documentation and type declarations of this project's packages,
 * November 2026.
 */
const PAIRS = (
  "25652351513757050767442242 74547420631732630653610141 73437207516520720546500030 64358432721423620563522130 " +
  "53674442211557243775243530 64447600801623700544500050 62208256701546530753612033 81028020702443720546500040 " +
  "54655550002558650466150304 72017123602122743282635211 64348442721424533474423040 72257221712721730155531060 " +
  "75238021721452670152510030 62666472614323530267440032 44552341324668550755655221 71237125602631760756500130 " +
  "24002000403620000200922020 72448341704354630465432050 51627306603433551267622140 60428216810422620665402050 " +
  "55545341502667350767110111 70209231702221510232200110 72237036703406730663003101 52617324701240470238201442 " +
  "64436430632656670365314223 73328025722420620042422246"
).split(" ")

const SHORT_RUN_CHARS = 6
const WORD_SCORE = 4.9
const SHORT_WORD_SCORE = 4

const VOWEL = /[aeiouy]/

/** Whether letters of one case follow each other as in words. Up to 4 % of random runs of 8 letters do, and 2 % of words do not. */
function isWordLike(run: string): boolean {
  const word = run.toLowerCase()
  if (word.length < 3) return false
  let score = 0
  for (let at = 1; at < word.length; at++)
    score += PAIRS[word.charCodeAt(at - 1) - 97]!.charCodeAt(word.charCodeAt(at) - 97) - 48
  const mean = score / (word.length - 1)
  return word.length < SHORT_RUN_CHARS ? mean >= SHORT_WORD_SCORE && VOWEL.test(word) : mean >= WORD_SCORE
}

/** Words of two letters that are pieces of names. */
const SHORT_WORDS = new Set("an as at be by do go id if in is it no of ok on op or to up us we".split(" "))

/** Share of a text's letters that are in words of any length, where all of it is letters: `endTagInRow`. */
export function nameShare(text: string): number {
  let [inWords, letters] = [0, 0]
  for (const [run] of text.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g)) {
    letters += run.length
    if (isWordLike(run) || SHORT_WORDS.has(run.toLowerCase())) inWords += run.length
  }
  return letters === 0 ? 0 : inWords / letters
}

/** Share of a text's characters that are in words, in any spelling of names: `camelCase`, `kebab-case`, `UPPER_CASE`. */
export function wordShare(text: string): number {
  let inWords = 0
  for (const [run] of text.matchAll(/[A-Z]?[a-z]{3,}|[A-Z]{4,}(?![a-z])/g)) if (isWordLike(run)) inWords += run.length
  return inWords / text.length
}
