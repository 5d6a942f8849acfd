/** Where one of the anchors stands: what it means, and where it begins. */
export interface FoundAnchor<Meaning> {
  start: number
  meaning: Meaning
}

/**
 * A search for all of many words at once, each with a meaning: words are ASCII, and are found in either case, also inside
 * of one another. Takes one look at each character, whatever the words and the text (Aho and Corasick, "Efficient String
 * Matching", 1975). Up to 2,000 or so characters of words.
 */
export function findAnchors<Meaning>(anchors: ReadonlyMap<string, Meaning>): (text: string) => FoundAnchor<Meaning>[] {
  const classes = classesOf(anchors.keys())
  const width = Math.max(...classes) + 1
  const next: number[][] = [new Array(width).fill(0)]
  const ends: { length: number; meaning: Meaning }[][] = [[]]
  for (const [word, meaning] of anchors) {
    let state = 0
    for (let at = 0; at < word.length; at++) {
      const one = classes[word.charCodeAt(at)]!
      if (next[state]![one] === 0) {
        next[state]![one] = next.push(new Array(width).fill(0)) - 1
        ends.push([])
      }
      state = next[state]![one]!
    }
    ends[state]!.push({ length: word.length, meaning })
  }
  complete(next, ends)
  // States are offsets into the table, so that a step is one addition and one look.
  const table = Uint16Array.from(next.flat(), (state) => state * width)
  const isEnd = Uint8Array.from(next.flat(), (_, at) => (at % width === 0 && ends[at / width]!.length > 0 ? 1 : 0))

  return (text) => {
    const found: FoundAnchor<Meaning>[] = []
    for (let at = 0, state = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      state = code < 128 ? table[state + classes[code]!]! : 0
      if (isEnd[state] === 1)
        for (const { length, meaning } of ends[state / width]!) found.push({ start: at + 1 - length, meaning })
    }
    return found
  }
}

/** A number for each character that occurs in a word, the same for both cases; 0 for all others. */
function classesOf(words: Iterable<string>): Uint8Array {
  const classes = new Uint8Array(128)
  let last = 0
  for (const word of words)
    for (const character of word.toLowerCase()) {
      if (classes[character.charCodeAt(0)] !== 0) continue
      for (const one of [character, character.toUpperCase()]) classes[one.charCodeAt(0)] = last + 1
      last++
    }
  return classes
}

/** Makes a trie an automaton: where a word does not go on, the longest end of it that begins a word does. */
function complete<End>(next: number[][], ends: End[][]): void {
  const fallback = new Array<number>(next.length).fill(0)
  const queue = next[0]!.filter((state) => state !== 0)
  for (const state of queue)
    for (const [one, to] of next[state]!.entries()) {
      const other = next[fallback[state]!]![one]!
      if (to === 0) next[state]![one] = other
      else {
        fallback[to] = other
        ends[to]!.push(...ends[other]!)
        queue.push(to)
      }
    }
}
