// Placeholders that people and models write instead of a secret.
const placeholder =
  /\*{3,}|•{3,}|\.{3}|…|_{4,}|-{4,}|0{8,}|1{8,}|12345678|abcdef|your[-_. ]|[-_. ]here$|my[-_.]?(?:secret|token|password|key)|example|sample|placeholder|dummy|change[-_.]?(?:me|this|it)|replace[-_.]?(?:me|this|with)|insert[-_.]|redacted|(?:^|[-_.])(?:fake|mock|none|null|undefined|true|false|empty|hidden|masked|removed|omitted|secret|password|passwd|token|value|string|required|optional)$/i

// Case-sensitive: random letters would often match in mixed case.
const short = /x{4,}|X{4,}|(?<![A-Za-z])(?:todo|TODO|Todo|fixme|FIXME)(?![a-z])/

// References to a secret: `$NAME`, `${…}`, `$(…)`, `{{…}}`, `%NAME%`, `<name>`, `[name]`, `process.env.NAME`, `op://…`.
// Patterns: `/^…`, `/[…`.
const reference =
  /^(?:\$(?:[A-Za-z_{(]|$)|\{\{|\{[A-Za-z_]|%[A-Za-z_]+%$|<|\[|@|#|process\.env|import\.meta|os\.(?:environ|getenv)|env[.(:]|ENV\[|System\.|secrets?[./]|vars\.|var\.|config\.|settings\.|data\.|module\.|op:\/\/|vault:|arn:|file:|https?:|\/[\^[(])|\$\{|\$\(|\{\{/
const path = /^~[/\\]|^\.{0,2}\/(?:[a-z][a-z0-9._-]{2,}(?:\/|$)|$)/

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const integrity = /^(?:sha(?:1|256|384|512)|md5)[-:]/i
const publicKey = /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-|age1|pk_(?:live|test)_)/
// Ids of OpenCode and of providers.
const id = /^(?:ses|msg|prt|usr|per|toolu|call|chatcmpl|resp|req|run|thread|asst|file|evt|rs)_[A-Za-z0-9]{8,}$/
const address = /^(?:[\w.-]+@[\w-]+\.[\w.]+|[a-z]+:\/\/\S*|\d+(?:\.\d+)*|\d{4}-\d\d-\d\d\S*)$/i
// Code: `options.token`, `!user.token`, `getToken()`, `user[0]`.
const code = /^!{0,2}[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*(?:[([<]|\?\.|!?\.|!?$)|[()[\]]|=>|::/

/** Whether a text is a false positive: a placeholder, or a value that only resembles a secret. */
export function isFalsePositive(value: string): boolean {
  return (
    uuid.test(value) ||
    integrity.test(value) ||
    publicKey.test(value) ||
    id.test(value) ||
    address.test(value) ||
    isPlaceholder(value)
  )
}

/** Whether a text is a placeholder for a secret, or a reference to one. */
export function isPlaceholder(text: string): boolean {
  const value = text.slice(0, 128)
  if (reference.test(value) || new Set(value).size < 4) return true
  // A long key may contain such a text by chance: the rest of it is a key still.
  const match = placeholder.exec(value) ?? short.exec(value)
  if (match) return !isRandomKey(value.slice(0, match.index) + value.slice(match.index + match[0].length))
  return path.test(value) && !value.split(/[/\\]/).some((name) => isRandomKey(name))
}

/** Whether a value is unlike words and numbers. */
const isRandomKey = (value: string): boolean =>
  value.length >= 20 &&
  /\d/.test(value) &&
  (hasMixedCase(value) || /^[0-9a-f]{32,}$/i.test(value)) &&
  isHighEntropy(value)

/**
 * Whether a text has the entropy of keys and tokens: long, made of letters and digits, and unlike words. 16 hexadecimal
 * digits have 64 bits.
 */
export function isHighEntropy(text: string): boolean {
  // The first characters are representative.
  const value = text.slice(0, 128)
  if (value.length < 16 || /\s/.test(value) || isFalsePositive(value)) return false
  const digits = countMatches(value, /\d/g)
  if (/^[0-9a-f]+$/i.test(value)) return digits > 2 && digits < value.length && entropy(value) > 2.8
  if (digits === 0) return value.length >= 20 && hasMixedCase(value) && entropy(value) > 3.8 && !isMostlyWords(value)
  return entropy(value) > 3.2 && !isMostlyWords(value)
}

/** Whether a text may be a password that a person chose: not only words, and not code. */
export function isPassword(value: string): boolean {
  if (value.length < 6 || value.length > 512 || /\s/.test(value) || isFalsePositive(value)) return false
  if (code.test(value) && !/\d/.test(value)) return false
  if (/^[\w$.]+\(/.test(value)) return false
  return /[A-Za-z]/.test(value) && (/\d/.test(value) || /[!#%^&*+=?@~$]/.test(value)) && !/^[a-z]+\d?$/i.test(value)
}

/** Whether an unquoted value in code is a reference rather than the secret: `config.token`, `readToken(…)`. */
export const isCodeReference = (value: string) =>
  typedArray.test(value) ||
  (code.test(value) && (/[.([<]/.test(value) || !/\d/.test(value)) && !isHighEntropy(value.replace(/[.([].*$/s, "")))

// Type names that look like passwords.
const typedArray = /^(?:Big)?(?:Ui|I)nt\d{1,2}(?:Clamped)?Array$/

const hasMixedCase = (value: string) => /[a-z]/.test(value) && /[A-Z]/.test(value)

const wordBegins = /^(?:[aeiouy]|[b-df-hj-np-tv-xz][aeiouyhlrw]|s[ckmnpqt]|[gk]n|p[st]|ts)/i

// Names such as `session-token-v2`, `my_secret_name_01`, `refreshTokenExpiresAt`, `src/auth/token2.ts`: mostly runs of
// one case that can be pronounced.
function isMostlyWords(value: string): boolean {
  let words = 0
  for (const [word] of value.matchAll(/[A-Z]?[a-z]{3,}|[A-Z]{4,}(?![a-z])/g))
    if (
      wordBegins.test(word) &&
      /[aeiouy]/i.test(word) &&
      !/[^aeiouy]{5}|[jqv][bcdfghjkmnpqvwxz]|[xz][bdfgjkqvw]/i.test(word)
    )
      words += word.length
  // Names have few digits in the middle without a separator.
  const isScattered = hasMixedCase(value) && /^[A-Za-z0-9]+$/.test(value) && countMatches(value, /\d+(?=[A-Za-z])/g) > 1
  return words > value.length * (isScattered ? 0.85 : 0.72)
}

const countMatches = (value: string, what: RegExp) => value.match(what)?.length ?? 0

/** Shannon entropy, in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length)
  return bits
}
