import { type PrefixHashes, prefixHashes } from "./prefix-hashes.ts"

/** The longest of some words that stands at a place of a text; undefined where none does. */
export type LongestWord = (start: number, hashes: PrefixHashes) => string | undefined

/**
 * Finds the longest word by a binary search over the lengths that words have, by hashes of the prefixes that such a search
 * comes across (Waldvogel et al., "Scalable High Speed IP Routing Lookups", 1997): one look-up for each halving, whatever
 * the words. Words are told by their hashes alone; who needs to be sure compares.
 */
export function longestWord(words: readonly string[]): LongestWord {
  const sorted = words.toSorted((a, b) => a.length - b.length)
  const lengths = [...new Set(sorted.map(({ length }) => length))]
  const levels = new Map(lengths.map((length, level) => [length, level]))
  /** For each length, by the hash of a prefix of that length: the longest word that this prefix begins with; "" for none. */
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

  // Shorter words come first, so that what a longer one leaves on its way knows all that it may begin with.
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
      const known = best[middle]!.get(hash) ?? search(hashes, 0, low, middle - 1, found)
      best[middle]!.set(hash, known)
      found = known || found
      low = middle + 1
    }
  }
  return (start, hashes) => search(hashes, start, 0, lengths.length - 1, "") || undefined
}
