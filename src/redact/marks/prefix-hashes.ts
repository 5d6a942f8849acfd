import { randomInt } from "node:crypto"

const [PRIME_A, PRIME_B] = [33_554_393, 33_554_383]
// Random bases: without knowing them, nobody can construct colliding texts.
const [BASE_A, BASE_B] = [randomInt(70_000, PRIME_A), randomInt(70_000, PRIME_B)]
const powersA = powersOf(BASE_A, PRIME_A)
const powersB = powersOf(BASE_B, PRIME_B)

/** Hashes of substrings, each in constant time: equal for equal substrings of any texts in this process. */
export interface PrefixHashes {
  /** Hash of the `length` characters from `start`; undefined if the text ends before. `length` is at most `longest`. */
  hash(start: number, length: number): number | undefined
}

const MIN_WINDOW_CHARS = 1 << 16

/**
 * Computes rolling hashes (Karp and Rabin, "Efficient Randomized Pattern-Matching Algorithms", 1987) for a window that
 * moves along with the requested offsets.
 */
export function prefixHashes(text: string, longest: number): PrefixHashes {
  const size = Math.min(text.length, 2 * Math.max(longest, MIN_WINDOW_CHARS))
  const a = new Uint32Array(size + 1)
  const b = new Uint32Array(size + 1)
  let from = 0
  let to = -1
  function moveTo(start: number): void {
    from = start
    to = Math.min(text.length, start + size)
    for (let at = from, place = 0; at < to; at++, place++) {
      const code = text.charCodeAt(at) + 1
      // Stays below 2^53: a remainder and a base have 25 bits each.
      a[place + 1] = (a[place]! * BASE_A + code) % PRIME_A
      b[place + 1] = (b[place]! * BASE_B + code) % PRIME_B
    }
  }
  return {
    hash(start, length) {
      if (start + length > text.length) return undefined
      if (start < from || start + length > to) moveTo(start)
      const [begin, end] = [start - from, start - from + length]
      const one = (a[end]! + PRIME_A - ((a[begin]! * powersA(length)) % PRIME_A)) % PRIME_A
      const other = (b[end]! + PRIME_B - ((b[begin]! * powersB(length)) % PRIME_B)) % PRIME_B
      return one * PRIME_B + other
    },
  }
}

function powersOf(base: number, prime: number): (exponent: number) => number {
  let powers = new Uint32Array([1])
  return (exponent) => {
    if (exponent >= powers.length) {
      const more = new Uint32Array(Math.max(exponent + 1, powers.length * 2))
      more.set(powers)
      for (let at = powers.length; at < more.length; at++) more[at] = (more[at - 1]! * base) % prime
      powers = more
    }
    return powers[exponent]!
  }
}
