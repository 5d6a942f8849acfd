import { nameShare, wordShare } from "./words.ts"

/** Shannon entropy, in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length)
  return bits
}

const countMatches = (value: string, what: RegExp) => value.match(what)?.length ?? 0

/**
 * Whether a text has the entropy of keys and tokens: long, made of letters and digits, and unlike words. 16 hexadecimal
 * digits have 64 bits.
 */
export function isHighEntropy(text: string): boolean {
  // The first characters are representative.
  const value = text.slice(0, 128)
  if (value.length < 16 || /\s/.test(value)) return false
  const digits = countMatches(value, /\d/g)
  if (/^[0-9a-f]+$/i.test(value)) return digits > 2 && digits < value.length && entropy(value) > 2.8
  if (digits === 0) return value.length >= 20 && hasMixedCase(value) && entropy(value) > 3.8 && nameShare(value) < 0.5
  return entropy(value) > 3.2 && !isMostlyWords(value)
}

/**
 * Whether a text was made by a program rather than written: letters and digits mixed, or letters that form no words.
 * Also of 8 characters, where `isHighEntropy` wants 16.
 */
export function isMachineMade(text: string): boolean {
  const value = text.slice(0, 128)
  if (value.length < 8) return isMixed(value)
  if (/^[\d.,:/-]+$/.test(value)) return false
  if (value.length >= 16 && isHighEntropy(value)) return true
  if (!/\d/.test(value)) return isScrambled(value)
  if (isName(value)) return false
  return wordShare(value) < 0.5 && countMatches(value, /[A-Za-z]/g) > 1
}

/** Whether a short text mixes digits, letters and cases or symbols: `k1tT3n!`. */
const isMixed = (value: string) =>
  value.length >= 6 && /\d/.test(value) && /[A-Z]/.test(value) && /[a-z!#%&*+?@^~]/.test(value) && !isName(value)

/** Whether letters without digits form no words: `qwJHfkLzTp`, not `hashedPassword`. */
function isScrambled(value: string): boolean {
  const letters = value.replace(/[^A-Za-z]/g, "")
  if (letters.length < 8) return false
  // Random letters of both cases change case at every second one.
  return nameShare(value) < (/[a-z][A-Z]/.test(letters) ? 0.5 : 0.4) && entropy(value) > 2.4
}

// `session-token-v2`, `user42`, `utf8`, `Version2`, `sha256`, `x86_64`, `col-md-6`: words with at most two numbers.
const isName = (value: string) =>
  !/[^\w.:/-]/.test(value) && countMatches(value, /\d+/g) <= 2 && wordShare(value.replace(/\d+/g, "")) > 0.6

const hasMixedCase = (value: string) => /[a-z]/.test(value) && /[A-Z]/.test(value)

// Names such as `refreshTokenExpiresAt`, `src/auth/token2.ts`. Names have few digits in the middle without a separator.
function isMostlyWords(value: string): boolean {
  const isScattered = hasMixedCase(value) && /^[A-Za-z0-9]+$/.test(value) && countMatches(value, /\d+(?=[A-Za-z])/g) > 1
  return wordShare(value) > (isScattered ? 0.85 : 0.66)
}
