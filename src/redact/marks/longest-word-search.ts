import { type PrefixHashes, prefixHashes } from "./prefix-hashes.ts"

/** Finds the longest of some words at an offset of a text; undefined if none is there. */
export type LongestWordSearch = (start: number, hashes: PrefixHashes) => string | undefined

/**
 * Creates a search for the longest word: a binary search over the distinct word lengths, with hashes of the prefixes
 * that it meets (Waldvogel et al., "Scalable High Speed IP Routing Lookups", 1997), one lookup per step. Words are
 * matched by hash only; callers that need certainty compare.
 */
export function createLongestWordSearch(words: readonly string[]): LongestWordSearch {
  const sorted = words.toSorted((a, b) => a.length - b.length)
  const lengths = [...new Set(sorted.map(({ length }) => length))]
  const levels = new Map(lengths.map((length, level) => [length, level]))
  /** Per length: hash of a prefix of that length → longest word that is a prefix of it; "" for none. */
  const best = lengths.map(() => new Map<number, string>())

  function search(hashes: PrefixHashes, start: number, low: number, high: number, found: string): string {
    while (low <= high) {
      const middle = (low + high) >> 1
      const hash = hashes.hash(start, lengths[middle]!)
      const word = hash === undefined ? undefined : best[middle]!.get(hash)
      if (word === undefined) high = middle - 1
      else {
        found = word || found
        low = middle + 1
      }
    }
    return found
  }

  // Shorter words are inserted first, so that each prefix of a longer word knows all words that it begins with.
  for (const word of sorted) {
    const hashes = prefixHashes(word, word.length)
    const own = levels.get(word.length)!
    let found = ""
    for (let low = 0, high = lengths.length - 1; ; ) {
      const middle = (low + high) >> 1
      if (middle > own) {
        high = middle - 1
        continue
      }
      const hash = hashes.hash(0, lengths[middle]!)!
      if (middle === own) {
        best[middle]!.set(hash, word)
        break
      }
      const prefixWord = best[middle]!.get(hash) ?? search(hashes, 0, low, middle - 1, found)
      best[middle]!.set(hash, prefixWord)
      found = prefixWord || found
      low = middle + 1
    }
  }
  return (start, hashes) => search(hashes, start, 0, lengths.length - 1, "") || undefined
}
