import { isCodeReference, isHighEntropy, isPassword } from "./false-positives.ts"
import type { SecretRule } from "./rules.ts"

const separator = /[\w.-]{0,24}?\\{0,3}["'`]?\]?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}/y
const quoted = /\\{0,3}(["'`])((?:(?!\\{0,3}\1)[^\r\n]){1,2048})/y
// Enough characters to classify the value; `bareRest` matches the rest of it.
const bare = /[^\s"'`,;<>{}|&\\]{4,600}/y
const bareRest = /[^\s"'`,;<>{}|&\\]{1,1500}/y

// Names that end with one of these words, optionally followed by a number or a word like `value`, hold secrets.
const secretName =
  /(?:secret|secret[-_.]?(?:access[-_.]?)?key(?:[-_.]?base)?|token|api[-_.]?key|(?:access|private|signing|encrypt(?:ion)?|master|auth|account|storage|service|shared[-_.]?access|license|deploy|admin|root|client|webhook|jwt|session|app|hmac|cookie|crypto)[-_.]?key|client[-_.]?key[-_.]?data|credentials?|_auth|auth|bearer|connection[-_.]?string|apikey|dsn|salt|pepper|otp|signature|seed|mnemonic)(?:[-_.]?(?:value|string|hash|prod|production|dev|staging|test|live|raw|old|new|\d{1,3}))?$/i
const passwordName =
  /(?:passw(?:or)?d|passphrase|passwd|pwd|passwort|_pass|^pass|dbpass|secret)(?:[-_.]?(?:value|string|prod|production|dev|staging|test|old|new|\d{1,3}))?$/i
const upperKey = /^[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*KEY(?:_\d+)?$/
const harmlessName =
  /public|csrf[-_]?token[-_]?name|page[-_]?token|next[-_]?token|continuation|cursor|key[-_.]?(?:id|name)$|(?:token|secret|password)[-_.]?(?:type|name|count|field|input|label|length|url|uri|ref)$|hash$|checksum|digest|integrity/i

interface NameClass {
  isPassword: boolean
  /** The name of a key, a token or a password with the entropy of a key. */
  isSecret: boolean
}

const nameClasses = new Map<string, NameClass>()

/** Classifies a name. Cached: a session has few distinct names. */
function classifyName(name: string): NameClass {
  const cached = nameClasses.get(name)
  if (cached) return cached
  const end = name.slice(-100)
  const isHarmless = harmlessName.test(end) && !/pass(?:word)?[-_.]?hash/i.test(end)
  const isPassword = !isHarmless && passwordName.test(end)
  const isKey = /^[A-Z][A-Z0-9_]*$/.test(end) && upperKey.test(end)
  const meaning = { isPassword, isSecret: isPassword || (!isHarmless && (secretName.test(end) || isKey)) }
  if (nameClasses.size === 5000) nameClasses.clear()
  nameClasses.set(name, meaning)
  return meaning
}

/**
 * Whether a value is a secret, by its name and its content.
 * @param isBare the value is neither quoted nor a header
 */
export function isSecretValue(name: string, value: string, isBare = false): boolean {
  const { isPassword: isPasswordName, isSecret } = classifyName(name)
  if (!isSecret || (isBare && /^[\w$.]+\(/.test(value))) return false
  return (isPasswordName && isPassword(value) && !(isBare && isCodeReference(value))) || isHighEntropy(value)
}

const kindOf = (name: string) =>
  passwordName.test(name) && !/secret/i.test(name)
    ? "password"
    : /token|auth|bearer/i.test(name)
      ? "token"
      : /key/i.test(name)
        ? "key"
        : "secret"

/** Kind of a secret that its name indicates: `password`, `token`, `key`, `secret`. */
export const kindByName = kindOf

export const assignments: SecretRule = {
  anchors: [
    "secret",
    "token",
    "key",
    "passw",
    "passphrase",
    "pwd",
    "_pass",
    "auth",
    "credential",
    "connection",
    "dsn",
    "signature",
    "salt",
    "bearer",
  ],
  findAt(text, at) {
    separator.lastIndex = at
    if (!separator.test(text)) return []
    const start = separator.lastIndex
    // The anchor word is part of the match up to the separator.
    let from = at
    while (from > 0 && at - from < 40 && /[\w.-]/.test(text.charAt(from - 1))) from--
    const name = text.slice(from, at) + (/^[\w.-]+/.exec(text.slice(at, at + 60))?.[0] ?? "")
    if (!classifyName(name).isSecret) return []
    quoted.lastIndex = start
    const inQuotes = quoted.exec(text)
    const value = inQuotes?.[2] ?? unquotedSecretAt(text, start, name)
    if (value === undefined || /^(?:bearer|basic|token)\s/i.test(value)) return []
    if (inQuotes && !isSecretValue(name, value)) return []
    const end = inQuotes ? quoted.lastIndex : start + value.length
    return [{ kind: kindOf(name), start: end - value.length, end }]
  },
}

/** Matches an unquoted secret with this name. */
function unquotedSecretAt(text: string, start: number, name: string): string | undefined {
  bare.lastIndex = start
  const first = bare.exec(text)?.[0]
  if (first === undefined || !isSecretValue(name, withoutPunctuation(first), true)) return undefined
  bareRest.lastIndex = bare.lastIndex
  return withoutPunctuation(first + (bareRest.exec(text)?.[0] ?? ""))
}

const withoutPunctuation = (value: string) => value.replace(/[).\]:!?*]{1,8}$/, "")
