/** Where one of the anchors stands: what it means, and where it begins. */
export interface FoundAnchor<Meaning> {
  start: number
  meaning: Meaning
}

const STRETCH_CHARS = 1 << 16

/**
 * A search for all of many words at once, each with a meaning: words are ASCII, and are found in either case, also inside
 * of one another. Takes one look at each character, whatever the words and the text (Aho and Corasick, "Efficient String
 * Matching", 1975). Up to 2,000 or so characters of words. What is found comes in lists, one for each stretch of the text,
 * so that a text that is full of words takes no more memory than one stretch of it.
 */
export function findAnchors<Meaning>(
  anchors: ReadonlyMap<string, Meaning>,
): (text: string) => Generator<FoundAnchor<Meaning>[]> {
  const { classes, width } = classesOf(anchors.keys())
  let characters = 1
  let longest = 0
  for (const word of anchors.keys()) {
    characters += word.length
    longest = Math.max(longest, word.length)
  }
  // States are offsets into the table, so that a step is one addition and one look. It is made before anything is
  // read, each time that the command starts: by plain loops, which are quick from the first.
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
  complete()

  return function* (text) {
    for (let from = 0; from < text.length; from += STRETCH_CHARS) {
      const found = inStretch(text, from)
      if (found.length > 0) yield found
    }
  }

  /** The words that begin in a stretch. */
  function inStretch(text: string, from: number): FoundAnchor<Meaning>[] {
    const found: FoundAnchor<Meaning>[] = []
    const next = from + STRETCH_CHARS
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

  /** Makes a trie an automaton: where a word does not go on, the longest end of it that begins a word does. */
  function complete(): void {
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

/** A number for each character that occurs in a word, the same for both cases; 0 for all others. And how many there are. */
function classesOf(words: Iterable<string>): { classes: Uint8Array; width: number } {
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
