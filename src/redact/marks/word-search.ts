import { createLongestWordSearch, type LongestWordSearch } from "./longest-word-search.ts"
import { type PrefixHashes, prefixHashes } from "./prefix-hashes.ts"

/** An occurrence of a word; `end` is exclusive. */
export interface WordMatch {
  start: number
  end: number
  word: string
}

export type WordSearch = (text: string) => WordMatch[]

const BLOCK_CHARS = 2
const TABLE_ENTRY_COUNT = 1 << 14
const MAX_WINDOW_CHARS = 64
/**
 * A single word up to this length is compared directly; longer words, and several with the same beginning, are first
 * matched by hashes.
 */
const MAX_COMPARED_CHARS = 256

/**
 * Creates a search for many words, in time linear in the text (times the logarithm of the number of words with the same
 * beginning) and in memory linear in the words, however many and similar they are (Wu and Manber, "A Fast Algorithm for
 * Multi-Pattern Searching", 1994). Finds the longest word at each position; matches do not overlap.
 */
export function createWordSearch(words: Iterable<string>): WordSearch {
  const all = new Set<string>()
  let window = MAX_WINDOW_CHARS
  let length = 0
  for (const word of words) {
    if (word.length < BLOCK_CHARS) continue
    all.add(word)
    window = Math.min(window, word.length)
    length = Math.max(length, word.length)
  }
  if (all.size === 0) return () => []
  const shifts = new Uint8Array(TABLE_ENTRY_COUNT).fill(window - BLOCK_CHARS + 1)
  const heads = new Map<string, string | string[]>()
  for (const word of all) {
    for (let at = 0; at <= window - BLOCK_CHARS; at++) {
      const block = blockAt(word, at)
      const shift = window - BLOCK_CHARS - at
      if (shift < shifts[block]!) shifts[block] = shift
    }
    const head = word.slice(0, window)
    const candidates = heads.get(head)
    if (candidates === undefined) heads.set(head, word)
    else if (typeof candidates === "string") heads.set(head, [candidates, word])
    else candidates.push(word)
  }
  const longest = new Map<string, LongestWordSearch>()

  return (text) => {
    const found: WordMatch[] = []
    const last = text.length - BLOCK_CHARS
    let hashes: PrefixHashes | undefined
    for (let at = window - BLOCK_CHARS; at <= last; ) {
      const shift = shifts[blockAt(text, at)]!
      if (shift > 0) {
        at += shift
        continue
      }
      const start = at - window + BLOCK_CHARS
      const head = text.slice(start, start + window)
      const candidates = heads.get(head)
      let word: string | undefined
      if (typeof candidates === "string" && candidates.length <= MAX_COMPARED_CHARS) word = candidates
      else if (candidates !== undefined) {
        hashes ??= prefixHashes(text, length)
        word = longestOf(head, candidates)(start, hashes)
      }
      if (word !== undefined && !text.startsWith(word, start)) word = undefined
      if (word === undefined) at++
      else {
        found.push({ start, end: start + word.length, word })
        at += word.length
      }
    }
    return found
  }

  function longestOf(head: string, candidates: string | string[]): LongestWordSearch {
    const made =
      longest.get(head) ?? createLongestWordSearch(typeof candidates === "string" ? [candidates] : candidates)
    longest.set(head, made)
    return made
  }
}

// Both cases of a letter, and other characters, share a block: this costs a second comparison and misses nothing.
const blockAt = (text: string, at: number) => ((text.charCodeAt(at) & 0x5f) << 7) | (text.charCodeAt(at + 1) & 0x5f)
