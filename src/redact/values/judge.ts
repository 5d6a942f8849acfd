import { isHighEntropy, isMachineMade } from "./entropy.ts"
import { isPlaceholder } from "./placeholders.ts"
import { nameShare, wordShare } from "./words.ts"

/**
 * Strength of a value's name: a password can be anything, a key is made by a program, and an ambiguous name
 * (`auth`, `salt`, `pass`) needs a value that cannot be mistaken.
 */
export type NameStrength = "password" | "key" | "ambiguous"

/**
 * Place of a value. `given`: it is data and no name (environments, options, arguments); `exact`: its end is certain
 * (quotes, elements, cells); `bare`: it may be an identifier or a word (YAML, logs, code); `prose`: in a sentence.
 */
export type ValuePlace = "given" | "exact" | "bare" | "prose"

const MAX_VALUE_CHARS = 4096

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const integrity = /^(?:sha(?:1|256|384|512)|md5)[-:]/i
const publicKey = /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-|age1|pk_(?:live|test)_)/
// Ids of OpenCode and of providers.
const id = /^(?:ses|msg|prt|usr|per|toolu|call|chatcmpl|resp|req|run|thread|asst|file|evt|rs)_[A-Za-z0-9]{8,}$/
const address =
  /^(?:[\w.+-]+@(?:(?:[\w-]+\.)+[a-z]{2,}|[\d.]+)|[a-z][a-z0-9+.-]*:\/\/\S*|v?\d{1,4}(?:\.\d+)+\S{0,12}|\d{4}-\d\d-\d\d\S*|\d+(?:\.\d+)?(?:ms|s|m|h|d|kb|mb|gb|px|em|rem|%)|(?:\+\d|\(\d|\d{1,4}[ -])[\d ()-]{6,}\d)$/i
// Code: `options.token`, `!user.token`, `getToken()`, `user[0]`, `Promise<string>`.
const code = /^!{0,2}[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*(?:[([<]|\?\.|!?\.|!?$)|^[A-Za-z_$][\w$.]*\(|=>|^\w+::\w/
// Type names that look like passwords.
const typedArray = /^(?:Big)?(?:Ui|I)nt\d{1,2}(?:Clamped)?Array$/
const identifier = /^[A-Za-z_$][\w$]*$/
const passphrase = /^[a-z]{3,10}(?:([-_.+ ])[a-z]{3,10})(?:\1[a-z]{3,10}){2,}$/i
const constantName = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/
// The end of one text in code and the beginning of the next.
const codePiece = /["'`]\s?[,:)}\]+]|[,({[+]\s?["'`]/
const sentence = /\b(?:the|your|you|is|are|must|please|enter|for|and|not|with|password|token|secret|key|to|of)\b/i

/** Whether a value only resembles a secret, whatever its name: an id, a checksum, a public key, an address. */
export const isHarmlessShape = (value: string): boolean =>
  integrity.test(value) || publicKey.test(value) || id.test(value) || address.test(value)

/** Whether a value is a secret, by the strength of its name, its place and its content. */
export function isSecret(value: string, strength: NameStrength, place: ValuePlace): boolean {
  if (value.length < 4 || value.length > MAX_VALUE_CHARS) return false
  if (isHarmlessShape(value) || typedArray.test(value)) return false
  if (isPlaceholder(value)) return false
  if (place !== "given" && (constantName.test(value) || codePiece.test(value))) return false
  const isExact = place === "exact" || place === "given"
  if (/\s/.test(value)) return strength === "password" && isExact && isSpacedPassphrase(value)
  if (uuid.test(value)) return strength !== "ambiguous" || place === "given"
  if (place === "prose") return isTold(value)
  if (strength === "ambiguous")
    return isHighEntropy(value) || (value.length >= 8 && !isCodeReference(value) && isMachineMade(value))
  if (place === "bare" && isCodeReference(value)) return false
  if (isMachineMade(value)) return true
  if (passphrase.test(value)) return strength === "password" || (isExact && wordCount(value) >= 4)
  return strength === "password" ? isPassword(value, isExact) : isExact && isKey(value, place === "given")
}

/** Whether a text may be a password that a person chose. */
function isPassword(value: string, isExact: boolean): boolean {
  if (/^\d+$/.test(value)) return value.length >= 6 && (isExact || value.length <= 20)
  const isWord = identifier.test(value) && !/\d/.test(value)
  if (isExact)
    return isWord
      ? value.length >= 8 && !/^[A-Z][A-Z_]+$/.test(value) && !isCamelWords(value)
      : !isCall(value) || hasSymbols(value)
  return (
    !isWord &&
    value.length >= 6 &&
    /[A-Za-z]/.test(value) &&
    /[\d!#%^&*+=?@~$]/.test(value) &&
    !/^[A-Z]?[a-z]+\d?$/.test(value) &&
    !isCall(value)
  )
}

const isCall = (value: string) => /^[\w$.]+\(.*\)?$/.test(value) && wordShare(value) > 0.5
const hasSymbols = (value: string) => (value.match(/[^\w\s]/g)?.length ?? 0) >= 3 && /\d/.test(value)
const isCamelWords = (value: string) => /^[a-z]+(?:[A-Z][a-z]+)+$|_/.test(value) && wordShare(value) > 0.6

/** Whether a value that no program seems to have made is a key all the same: long letters or digits, not a name. */
function isKey(value: string, isGiven: boolean): boolean {
  if (/^\d+$/.test(value)) return value.length >= 16
  if (!/[A-Za-z]/.test(value)) return false
  if (!/\d/.test(value)) return isGiven && value.length >= 10 && /[a-z][A-Z]/.test(value) && nameShare(value) < 0.75
  return isGiven
    ? value.length >= 8 && !/^(?:[A-Z]?[a-z]+|[A-Z]+)[-_.]?v?\d{1,4}$/.test(value)
    : value.length >= 12 && wordShare(value) < 0.6
}

/** Whether a word in a sentence is a secret: made by a program, or of letters, digits and symbols. */
function isTold(value: string): boolean {
  if (value.length < 6 || isCodeReference(value)) return false
  if (identifier.test(value) && nameShare(value) >= 0.5) return false
  if (isMachineMade(value)) return /\d/.test(value) || (value.length >= 10 && /[a-z][A-Z]/.test(value))
  return /[A-Za-z]/.test(value) && /\d/.test(value) && /[!#%^&*+=?@~$]/.test(value)
}

const wordCount = (value: string) => value.split(/[-_.+ ]/).length
const isSpacedPassphrase = (value: string) => /^[a-z]{3,10}(?: [a-z]{3,10}){3,23}$/.test(value) && !sentence.test(value)

/** Whether an unquoted value is a reference in code rather than the secret: `config.token`, `readToken(…)`. */
export function isCodeReference(value: string): boolean {
  if (typedArray.test(value) || /^[\w$.]+\(/.test(value)) return true
  if (!code.test(value)) return false
  const first = value.replace(/[.([<].*$/s, "")
  return /[.([<]/.test(value)
    ? !isHighEntropy(first) && (!/\d/.test(value) || wordShare(first) > 0.4)
    : !/\d/.test(value) && !isMachineMade(value)
}
