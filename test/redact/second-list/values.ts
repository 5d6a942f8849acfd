import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"

let state = 1

/** Begins the sequence of values again: the same seed gives the same list. */
export const seedValues = (seed: number) => {
  state = (seed ^ 0x9e3779b9) | 1
}

/** A whole number from 0 to `below` - 1 (xorshift). */
export const below = (limit: number) => {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}

export const pick = <T>(of: readonly T[]): T => of[below(of.length)]!
const draw = (alphabet: string) => (length: number) => Array.from({ length }, () => pick([...alphabet])).join("")

const LOWER = "abcdefghijklmnopqrstuvwxyz"
const UPPER = LOWER.toUpperCase()
const DIGITS = "0123456789"

export const digits = draw(DIGITS)
export const lower = draw(LOWER)
export const letters = draw(LOWER + UPPER)
export const lowerDigits = draw(LOWER + DIGITS)
export const upperDigits = draw(UPPER + DIGITS)
export const base32 = draw(`${UPPER}234567`)
export const alnum = draw(LOWER + UPPER + DIGITS)
export const urlSafe = draw(`${LOWER + UPPER + DIGITS}_-`)
export const hex = draw("0123456789abcdef")
export const base58 = draw("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
const symbols = draw(`${LOWER + UPPER + DIGITS}!#%*+^~=`)

export const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))
export const base64 = (length: number) => bytes(length).toString("base64")
export const encoded = (text: string) => Buffer.from(text).toString("base64")
export const encodedForUrl = (text: string) => Buffer.from(text).toString("base64url")
export const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest()
export const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick([..."89ab"])}${hex(3)}-${hex(12)}`

const WORDS =
  `anchor basil copper dune ember falcon glacier harbor indigo juniper kettle lantern meadow nickel orchid pepper
quartz raven saddle timber umber velvet walnut yarrow zephyr badger cactus drizzle fiddle gravel hazel marble`.split(
    /\s+/,
  )
export const word = () => pick(WORDS)
export const passphrase = () => [word(), word(), word(), word()].join("-")

/** What people and their password managers make: at least ten characters, letters and digits. */
export const mixed = (length = 12 + below(9)) => {
  const made = [...alnum(length - 2), pick([...DIGITS]), pick([...UPPER])]
  return [pick([...LOWER]), ...made.sort(() => below(2) - 0.5)].join("")
}

/** A password of any of the kinds that generators make. */
export const password = (): string =>
  pick([
    () => mixed(),
    () => letters(16),
    () => lower(16),
    () => symbols(18) + digits(1),
    passphrase,
    uuid,
    () => hex(32),
    () => base64(24),
    () => `${word().replace(/^./, (first) => first.toUpperCase())}${digits(4)}!`,
    () => [lowerDigits(6), lowerDigits(6), lowerDigits(6)].join("-"),
  ])()

/** The tail of GitHub's and npm's tokens: CRC-32 of the random part, in base 62, six digits. */
export const withCrc = (prefix: string, length = 30, checked = (random: string) => random) => {
  const random = alnum(length)
  const order = DIGITS + UPPER + LOWER
  let rest = crc32(checked(random))
  let tail = ""
  while (tail.length < 6) {
    tail = order[rest % 62] + tail
    rest = Math.floor(rest / 62)
  }
  return prefix + random + tail
}

/** A JSON Web Token; nothing verifies its signature. */
export const jwt = () =>
  [
    { alg: "HS256", typ: "JWT" },
    { sub: digits(9), iat: 1_700_000_000 + below(9_000_000), role: word() },
  ]
    .map((part) => encodedForUrl(JSON.stringify(part)))
    .concat(urlSafe(43))
    .join(".")
