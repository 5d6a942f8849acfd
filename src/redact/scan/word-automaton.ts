/** Number of UTF-16 code units. */
const CODE_UNIT_COUNT = 1 << 16

/** States are offsets into the tables, so that a step is one addition and one lookup; 0 is the state at the beginning. */
export interface WordAutomaton<Meaning> {
  /** The class of each code unit. */
  classes: Uint8Array
  /** Number of classes. */
  width: number
  /** The state that follows, at state + class. */
  table: Uint32Array
  /** 1 for states in which words end. */
  isEnd: Uint8Array
  ends: Map<number, { length: number; meaning: Meaning }[]>
  /** Length of the longest word. */
  longest: number
}

interface Trie<Meaning> extends WordAutomaton<Meaning> {
  /** For each state, in the order of their creation, the classes that lead on. */
  children: number[][]
}

/** Builds the automaton of Aho and Corasick for words, the same for both cases. */
export function buildAutomaton<Meaning>(words: ReadonlyMap<string, Meaning>): WordAutomaton<Meaning> {
  const trie = buildTrie(words)
  addFallbacks(trie)
  return trie
}

function buildTrie<Meaning>(words: ReadonlyMap<string, Meaning>): Trie<Meaning> {
  const { classes, width } = characterClasses(words.keys())
  let characters = 1
  let longest = 0
  for (const word of words.keys()) {
    characters += word.length
    longest = Math.max(longest, word.length)
  }
  // The table is built on each start of the command, before any reading, so it uses plain loops, which are fast before
  // they are optimized.
  const table = new Uint32Array(characters * width)
  const isEnd = new Uint8Array(characters * width)
  const ends: WordAutomaton<Meaning>["ends"] = new Map()
  const children: number[][] = [[]]
  let states = width
  for (const [word, meaning] of words) {
    let state = 0
    for (let at = 0; at < word.length; at++) {
      const next = state + classes[word.charCodeAt(at)]!
      if (table[next] === 0) {
        children[state / width]!.push(next - state)
        children.push([])
        table[next] = states
        states += width
      }
      state = table[next]!
    }
    isEnd[state] = 1
    ends.set(state, [...(ends.get(state) ?? []), { length: word.length, meaning }])
  }
  return { classes, width, table, isEnd, ends, longest, children }
}

/**
 * Turns the trie into an automaton: where a word does not continue, the transition goes to its longest suffix that
 * begins a word.
 */
function addFallbacks<Meaning>({ table, isEnd, ends, children, width }: Trie<Meaning>): void {
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
