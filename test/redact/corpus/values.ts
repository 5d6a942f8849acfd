import { random, randomBytes, source } from "../secrets.ts"

const lower = "abcdefghijklmnopqrstuvwxyz"
const upper = lower.toUpperCase()
const digits = "0123456789"
const letters = upper + lower
const alnum = letters + digits
const symbols = "!#$%&()*+,-./:;<=>?@[]^_{|}~"

/** Characters of an alphabet, without any condition. */
export const any = (length: number, alphabet: string) =>
  Array.from({ length }, () => alphabet[source().between(0, alphabet.length - 1)]).join("")

const words = (
  "anchor basil canyon dapple ember fjord gadget harbor igloo jumble kettle lantern meadow nectar orchid pebble " +
  "quartz ribbon saddle timber umbrella velvet walnut yonder zephyr copper drizzle falcon glacier hollow insect jungle"
).split(" ")
const word = () => source().pick(words)
const syllable = () => source().pick([..."bdfgklmnprstvz"]) + source().pick([..."aeiou"])
const uuid = () => {
  const hex = any(32, "0123456789abcdef")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
const pwgen = (length: number) => {
  let text = ""
  while (text.length < length - 1) text += syllable()
  const spelled = text.slice(0, length - 1)
  const at = source().between(1, spelled.length - 2)
  return spelled.slice(0, at) + spelled[at]!.toUpperCase() + spelled.slice(at + 1) + source().between(1, 9)
}
const base64 = (bytes: number) => randomBytes(bytes).toString("base64")
const hex = (bytes: number) => randomBytes(bytes).toString("hex")

/** Ways in which people and programs make a secret, by name. */
export const values: Record<string, () => string> = {
  "openssl rand -hex 8": () => hex(8),
  "openssl rand -hex 16": () => hex(16),
  "openssl rand -hex 32": () => hex(32),
  "openssl rand -base64 9": () => base64(9),
  "openssl rand -base64 12": () => base64(12),
  "openssl rand -base64 16": () => base64(16),
  "openssl rand -base64 24": () => base64(24),
  "openssl rand -base64 32": () => base64(32),
  "alnum 8": () => any(8, alnum),
  "alnum 10": () => any(10, alnum),
  "alnum 12": () => any(12, alnum),
  "alnum 16": () => any(16, alnum),
  "alnum 20": () => any(20, alnum),
  "alnum 32": () => any(32, alnum),
  "letters 8": () => any(8, letters),
  "letters 12": () => any(12, letters),
  "letters 16": () => any(16, letters),
  "letters 24": () => any(24, letters),
  "letters 32": () => any(32, letters),
  "lower 12": () => any(12, lower),
  "lower 16": () => any(16, lower),
  "lower 24": () => any(24, lower),
  "UPPER 16": () => any(16, upper),
  "UPPER+digits 16": () => any(16, upper + digits),
  "lower+digits 8": () => any(8, lower + digits),
  "lower+digits 16": () => any(16, lower + digits),
  "lower+digits 32": () => any(32, lower + digits),
  "digits 8": () => any(8, digits),
  "digits 16": () => any(16, digits),
  "symbols 12": () => random(12, alnum + symbols),
  "symbols 20": () => random(20, alnum + symbols),
  "safe symbols 16": () => random(16, `${alnum}!#%+*`),
  "pwgen 8": () => pwgen(8),
  "pwgen 12": () => pwgen(12),
  "apple strong password": () =>
    [1, 2, 3]
      .map(() => syllable() + syllable() + syllable())
      .join("-")
      .replace(/\b[a-z]/, (c) => c.toUpperCase())
      .replace(/.$/, String(source().between(1, 9))),
  "4 words with -": () => [1, 2, 3, 4].map(word).join("-"),
  "Word+2 digits+!": () => `${word().replace(/^./, (c) => c.toUpperCase())}${source().between(10, 99)}!`,
  uuid,
  "urlsafe 22": () => any(22, `${alnum}-_`),
  "urlsafe 43": () => any(43, `${alnum}-_`),
  "nanoid 21": () => any(21, `${alnum}-_`),
}

/** Values without characters that end a word in most notations. */
export const plainValues = Object.keys(values).filter((name) => !/^symbols|digits 8/.test(name))
