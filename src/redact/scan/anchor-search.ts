/** An occurrence of an anchor: its start and its meaning. */
export interface AnchorMatch<Meaning> {
  start: number
  meaning: Meaning
}

interface Anchor<Meaning> {
  /** The first of its characters in the list of those of all words; their number. */
  from: number
  length: number
  meaning: Meaning
}

const CHUNK_CHARS = 1 << 16
/** Number of UTF-16 code units. */
const CODE_UNIT_COUNT = 1 << 16

/**
 * Creates a case-insensitive search for many words, each with a meaning; overlapping words are all found, in the order of
 * their start. Looks up the next three characters in tables, and compares the few words that begin with them: the tables
 * are small, since they are built on each start of the command. Yields one list of matches per chunk of the text, which
 * bounds the memory for a text full of words.
 */
export function createAnchorSearch<Meaning>(
  anchors: ReadonlyMap<string, Meaning>,
): (text: string) => Generator<AnchorMatch<Meaning>[]> {
  const { classes, width } = characterClasses(anchors.keys())
  // The classes of the characters of all words, in one array: an array for each takes longer to make.
  const letters: number[] = []
  const words: Anchor<Meaning>[] = []
  for (const [word, meaning] of anchors) {
    words.push({ from: letters.length, length: word.length, meaning })
    for (let at = 0; at < word.length; at++) letters.push(classes[word.charCodeAt(at)]!)
  }
  const { rows, table, byBeginning } = tablesOf(words, letters, width)

  return function* (text) {
    for (let from = 0; from < text.length; from += CHUNK_CHARS) {
      const found = findInChunk(text, from, Math.min(text.length, from + CHUNK_CHARS))
      if (found.length > 0) yield found
    }
  }

  /** Matches that begin in a chunk. */
  function findInChunk(text: string, from: number, stop: number): AnchorMatch<Meaning>[] {
    const found: AnchorMatch<Meaning>[] = []
    const classAt = (at: number) => (at < text.length ? classes[text.charCodeAt(at)]! : 0)
    const inner = Math.min(stop, text.length - 2)
    let two = classAt(from + 1)
    let pair = classAt(from) * width + two
    for (let start = from; start < stop; start++) {
      const three = start < inner ? classes[text.charCodeAt(start + 2)]! : 0
      const row = rows[pair]!
      pair = two * width + three
      two = three
      if (row === 0) continue
      const beginning = table[row * width + three]!
      if (beginning === 0) continue
      for (const word of byBeginning[beginning]!)
        if (isAt(word, text, start)) found.push({ start, meaning: word.meaning })
    }
    return found
  }

  /** Whether a word is in a text, of whose first three characters all are. */
  function isAt({ from, length }: Anchor<Meaning>, text: string, start: number): boolean {
    if (start + length > text.length) return false
    for (let at = 3; at < length; at++) if (classes[text.charCodeAt(start + at)] !== letters[from + at]) return false
    return true
  }
}

/** Words by the classes of their first three characters. */
interface BeginningTables<Meaning> {
  /** For two classes, the number of the row for the third; 0 for none. */
  rows: Uint16Array
  /** In a row, the index of the words that begin so; 0 for none. */
  table: Uint16Array
  byBeginning: Anchor<Meaning>[][]
}

function tablesOf<Meaning>(
  words: readonly Anchor<Meaning>[],
  letters: readonly number[],
  width: number,
): BeginningTables<Meaning> {
  const letterOf = ({ from, length }: Anchor<Meaning>, at: number) => (at < length ? letters[from + at] : undefined)
  const pairsOf = (word: Anchor<Meaning>) =>
    classesAt(letterOf(word, 1), width).map((next) => (letterOf(word, 0) ?? 0) * width + next)
  const rows = new Uint16Array(width * width)
  let count = 1
  for (const word of words) for (const pair of pairsOf(word)) rows[pair] ||= count++
  const table = new Uint16Array(count * width)
  const byBeginning: Anchor<Meaning>[][] = [[]]
  // Longer words first: words of one or two characters are added to all that begins like them.
  const rank = ({ length }: Anchor<Meaning>) => Math.min(3, length)
  for (const word of words.toSorted((one, other) => rank(other) - rank(one))) {
    const added = new Set<number>()
    let own = 0
    for (const pair of pairsOf(word))
      for (const third of classesAt(letterOf(word, 2), width)) {
        const at = rows[pair]! * width + third
        const others = table[at]!
        if (others === 0) table[at] = own ||= byBeginning.push([word]) - 1
        else if (others !== own && !added.has(others)) {
          byBeginning[others]!.push(word)
          added.add(others)
        }
      }
  }
  return { rows, table, byBeginning }
}

/** The class of a word's character; all of them behind its end. */
const classesAt = (character: number | undefined, width: number): number[] =>
  character === undefined ? Array.from({ length: width }, (_, i) => i) : [character]

/**
 * Assigns a number to each character of the words, the same for both cases; 0 for all others. `width` is the number of
 * classes.
 */
function characterClasses(words: Iterable<string>): { classes: Uint8Array; width: number } {
  const classes = new Uint8Array(CODE_UNIT_COUNT)
  let width = 1
  for (const word of words)
    for (let at = 0; at < word.length; at++) {
      if (classes[word.charCodeAt(at)] !== 0) continue
      const character = word.charAt(at)
      for (const cased of [character, character.toLowerCase(), character.toUpperCase()])
        if (cased.length === 1) classes[cased.charCodeAt(0)] = width
      width++
    }
  return { classes, width }
}
