/** An occurrence of an anchor: its start and its meaning. */
export interface AnchorMatch<Meaning> {
  start: number
  meaning: Meaning
}

const CHUNK_CHARS = 1 << 16
/** Number of UTF-16 code units. */
const CODE_UNIT_COUNT = 1 << 16

/**
 * Creates a case-insensitive search for many words, each with a meaning; overlapping words are all found. Reads each
 * character once, whatever the words and the text (Aho and Corasick, "Efficient String Matching", 1975). Yields one list
 * of matches per chunk of the text, which bounds the memory for a text full of words.
 */
export function createAnchorSearch<Meaning>(
  anchors: ReadonlyMap<string, Meaning>,
): (text: string) => Generator<AnchorMatch<Meaning>[]> {
  const { classes, width } = characterClasses(anchors.keys())
  let characters = 1
  let longest = 0
  for (const word of anchors.keys()) {
    characters += word.length
    longest = Math.max(longest, word.length)
  }
  // States are offsets into the table, so that a step is one addition and one lookup. The table is built on each start
  // of the command, before any reading, so it uses plain loops, which are fast before they are optimized.
  const table = new Uint32Array(characters * width)
  const isEnd = new Uint8Array(characters * width)
  const ends = new Map<number, { length: number; meaning: Meaning }[]>()
  let states = width
  /** For each state, in the order of their creation, the classes that lead on. */
  const children: number[][] = [[]]
  for (const [word, meaning] of anchors) {
    let state = 0
    for (let at = 0; at < word.length; at++) {
      const place = state + classes[word.charCodeAt(at)]!
      if (table[place] === 0) {
        children[state / width]!.push(place - state)
        children.push([])
        table[place] = states
        states += width
      }
      state = table[place]!
    }
    isEnd[state] = 1
    ends.set(state, [...(ends.get(state) ?? []), { length: word.length, meaning }])
  }
  buildTransitions()

  return function* (text) {
    for (let from = 0; from < text.length; from += CHUNK_CHARS) {
      const found = findInChunk(text, from)
      if (found.length > 0) yield found
    }
  }

  /** Matches that begin in a chunk. */
  function findInChunk(text: string, from: number): AnchorMatch<Meaning>[] {
    const found: AnchorMatch<Meaning>[] = []
    const next = from + CHUNK_CHARS
    const stop = Math.min(text.length, next + longest)
    for (let at = from, state = 0; at < stop; at++) {
      state = table[state + classes[text.charCodeAt(at)]!]!
      if (isEnd[state] === 1)
        for (const { length, meaning } of ends.get(state)!)
          if (at + 1 - length < next) found.push({ start: at + 1 - length, meaning })
    }
    return found
  }

  /**
   * Turns the trie into an automaton: where a word does not continue, the transition goes to its longest suffix that
   * begins a word.
   */
  function buildTransitions(): void {
    const fallback = new Map<number, number>()
    const queue: number[] = [0]
    for (let next = 0; next < queue.length; next++) {
      const state = queue[next]!
      const targets = children[state / width]!.map((one) => [one, table[state + one]!] as const)
      const other = fallback.get(state) ?? 0
      // Copying a row is far faster than following each of its transitions.
      if (state !== 0) table.copyWithin(state, other, other + width)
      for (const [one, to] of targets) {
        const toOther = state === 0 ? 0 : table[other + one]!
        table[state + one] = to
        fallback.set(to, toOther)
        if (isEnd[toOther] === 1) {
          isEnd[to] = 1
          ends.set(to, [...(ends.get(to) ?? []), ...ends.get(toOther)!])
        }
        queue.push(to)
      }
    }
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
      const character = word.charAt(at)
      const [lower, upper] = [character.toLowerCase().charCodeAt(0), character.toUpperCase().charCodeAt(0)]
      if (classes[lower] !== 0) continue
      classes[lower] = width
      classes[upper] = width
      width++
    }
  return { classes, width }
}
