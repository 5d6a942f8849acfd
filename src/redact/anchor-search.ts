/** An occurrence of an anchor: its start and its meaning. */
export interface AnchorMatch<Meaning> {
  start: number
  meaning: Meaning
}

const CHUNK_CHARS = 1 << 16

/**
 * Creates a case-insensitive search for many ASCII words, each with a meaning; overlapping words are all found. Reads
 * each character once, whatever the words and the text (Aho and Corasick, "Efficient String Matching", 1975). Limit:
 * about 2,000 characters of words in total. Yields one list of matches per chunk of the text, which bounds the memory
 * for a text full of words.
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
  const table = new Uint16Array(characters * width)
  const isEnd = new Uint8Array(characters * width)
  const ends = new Map<number, { length: number; meaning: Meaning }[]>()
  let states = width
  for (const [word, meaning] of anchors) {
    let state = 0
    for (let at = 0; at < word.length; at++) {
      const place = state + classes[word.charCodeAt(at)]!
      if (table[place] === 0) {
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
      const code = text.charCodeAt(at)
      state = code < 128 ? table[state + classes[code]!]! : 0
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
    const fallback = new Uint16Array(states)
    const queue = new Uint16Array(states / width)
    let queued = 0
    for (let one = 0; one < width; one++) if (table[one] !== 0) queue[queued++] = table[one]!
    for (let next = 0; next < queued; next++) {
      const state = queue[next]!
      for (let one = 0; one < width; one++) {
        const to = table[state + one]!
        const other = table[fallback[state]! + one]!
        if (to === 0) table[state + one] = other
        else {
          fallback[to] = other
          if (isEnd[other] === 1) {
            isEnd[to] = 1
            ends.set(to, [...(ends.get(to) ?? []), ...ends.get(other)!])
          }
          queue[queued++] = to
        }
      }
    }
  }
}

/**
 * Assigns a number to each character of the words, the same for both cases; 0 for all others. `width` is the number of
 * classes.
 */
function characterClasses(words: Iterable<string>): { classes: Uint8Array; width: number } {
  const classes = new Uint8Array(128)
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
