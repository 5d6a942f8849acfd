/** An occurrence of an anchor: its start and its meaning. */
export interface AnchorMatch<Meaning> {
  start: number
  meaning: Meaning
}

interface Anchor<Meaning> {
  /** The classes of its characters. */
  characters: Uint8Array
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
  const words = [...anchors].map(([word, meaning]): Anchor<Meaning> => {
    const characters = new Uint8Array(word.length)
    for (let at = 0; at < word.length; at++) characters[at] = classes[word.charCodeAt(at)]!
    return { characters, meaning }
  })
  // For two classes, the number of the row for the third; 0 for none. In rows, the index of the words that begin so.
  const rows = new Uint16Array(width * width)
  let count = 1
  const rowsOf = ({ characters: [first = 0, second] }: Anchor<Meaning>): [from: number, to: number] =>
    second === undefined ? [first * width, (first + 1) * width] : [first * width + second, first * width + second + 1]
  for (const word of words)
    for (let [row, end] = rowsOf(word); row < end; row++) if (rows[row] === 0) rows[row] = count++
  const table = new Uint16Array(count * width)
  const byBeginning: Anchor<Meaning>[][] = [[]]
  // Longer words first: words of one or two characters are added to all that begins like them.
  words.sort((one, other) => Math.min(3, other.characters.length) - Math.min(3, one.characters.length))
  for (const word of words) {
    const third = word.characters[2]
    const added = new Set<number>()
    let own = 0
    for (let [row, end] = rowsOf(word); row < end; row++) {
      const from = rows[row]! * width + (third ?? 0)
      const to = third === undefined ? from + width : from + 1
      for (let at = from; at < to; at++) {
        const others = table[at]!
        if (others === 0) table[at] = own ||= byBeginning.push([word]) - 1
        else if (others !== own && !added.has(others)) {
          byBeginning[others]!.push(word)
          added.add(others)
        }
      }
    }
  }

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
      for (const { characters, meaning } of byBeginning[beginning]!)
        if (isAt(characters, text, start)) found.push({ start, meaning })
    }
    return found
  }

  /** Whether a word is in a text, of whose first three characters all are. */
  function isAt(characters: Uint8Array, text: string, start: number): boolean {
    if (start + characters.length > text.length) return false
    for (let at = 3; at < characters.length; at++)
      if (classes[text.charCodeAt(start + at)] !== characters[at]) return false
    return true
  }
}

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
      classes[character.toLowerCase().charCodeAt(0)] = width
      classes[character.toUpperCase().charCodeAt(0)] = width
      width++
    }
  return { classes, width }
}
