import { buildAutomaton } from "./word-automaton.ts"

/** An occurrence of an anchor: its start and its meaning. */
export interface AnchorMatch<Meaning> {
  start: number
  meaning: Meaning
}

const CHUNK_CHARS = 1 << 16

/**
 * Creates a case-insensitive search for many words, each with a meaning; overlapping words are all found. Reads each
 * character once, whatever the words and the text (Aho and Corasick, "Efficient String Matching", 1975). Yields one list
 * of matches per chunk of the text, which bounds the memory for a text full of words.
 */
export function createAnchorSearch<Meaning>(
  anchors: ReadonlyMap<string, Meaning>,
): (text: string) => Generator<AnchorMatch<Meaning>[]> {
  const { classes, table, isEnd, ends, longest } = buildAutomaton(anchors)

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
}
