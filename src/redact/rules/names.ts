import { isSecret, type NameStrength } from "../values/judge.ts"

// Last words of names that announce a secret. A name is split at separators and changes of case: `DB_PASSWORD`,
// `dbPassword`, `db.password` all end with `password`.
const PASSWORD_WORDS = new Set(
  "password passwords passwd passphrase passwort pwd psk passcode sshpass requirepass masterauth kennwort senha contrasena motdepasse storepass keypass passin passout userpass dbpass pgpassword adminpw rootpw bindpw ldappw".split(
    " ",
  ),
)
const KEY_WORDS = new Set(
  "secret secrets token apikey authtoken authkey accesskey secretkey privatekey pat jwt".split(" "),
)
const AMBIGUOUS_WORDS = new Set(
  "pass pw auth authorization bearer credential credentials creds dsn salt pepper otp signature sig seed mnemonic session sid passkey pin authentication webhook".split(
    " ",
  ),
)
/** Endings of words that are written together: `sshpassword`, `MyDbPwd`, `accesstoken`. */
const GLUED_PASSWORD = /(?:password|passwd|passphrase|passwort)$/
const GLUED_PASS =
  /(?:^|[^.])(?:db|root|user|admin|ssh|http|smtp|become|sudo|my|login|bind|store|key|ftp|mail|redis|auth|wifi|ansible|app|master)(?:pass|pwd|pw)$/
const GLUED_KEY =
  /(?:secret|token|apikey|secretkey|accesskey|privatekey|authkey|accountkey|sharedkey|masterkey|encryptionkey|presharedkey)$/
/** Words before `key` that make it a secret one. */
const KEY_OF =
  /^(?:secret|api|access|private|signing|sign|encrypt|encryption|decryption|master|auth|account|storage|service|shared|license|licence|deploy|admin|root|client|webhook|jwt|session|app|application|hmac|cookie|crypto|consumer|subscription|write|read|ingest|integration|server|aes|preshared|unseal|security|data|host|bot|user|personal|developer|dev|live|prod|sdk|rest|functions?|connection|registration|recovery|wrapping|root|user|password)$/
/** Words after a telling one that do not change what it is. */
const QUALIFIERS = new Set(
  "value string text plain plaintext prod production dev staging test live raw old new current default base base64 b64 env main primary secondary pair data hex id2 var input2 ref2 1 2 3".split(
    " ",
  ),
)
const HARMLESS =
  /public|csrf[-_]?token[-_]?name|page[-_]?token|next[-_]?token|sync[-_]?token|continuation|cursor|checksum|digest|integrity|(?:^|[-_.])(?:no|dis|disabled?|enabled?|allow|without|ask|change|has|is|use|show|hide|forgot|reset|needs?|require[ds]?|with|get|max|min|num|total|input|output|cached|prompt|completion)[-_.]|(?:^|[a-z])(?:bypass|compass|encompass|surpass|trespass|overpass)$/i

const MAX_CACHED_NAME_COUNT = 5_000
const strengths = new Map<string, NameStrength | "none">()

/** Strength of a name as an announcement of a secret; `none` for names of other things. Cached. */
export function strengthOf(name: string): NameStrength | "none" {
  const cached = strengths.get(name)
  if (cached) return cached
  const strength = classify(name.slice(-100))
  if (strengths.size === MAX_CACHED_NAME_COUNT) strengths.clear()
  strengths.set(name, strength)
  return strength
}

function classify(name: string): NameStrength | "none" {
  const words = wordsOf(name)
  while (words.length > 1 && QUALIFIERS.has(words.at(-1)!)) words.pop()
  const last = words.at(-1)
  if (last === undefined) return "none"
  const before = words.at(-2) ?? ""
  if (HARMLESS.test(name) && !/pass(?:word)?[-_.]?hash/i.test(name)) return "none"
  // AWS and Consul: `SecretId`, `SecretAccessKeyId` name, `SecretID` holds.
  if (/SecretID$/.test(name)) return "key"
  if (last === "id") return before === "secret" && words.length <= 3 ? "ambiguous" : "none"
  if (last === "hash") return /^pass/.test(before) ? "ambiguous" : "none"
  if (PASSWORD_WORDS.has(last) || GLUED_PASSWORD.test(last) || GLUED_PASS.test(last)) return "password"
  if (KEY_WORDS.has(last) || GLUED_KEY.test(last)) return "key"
  if (last === "key") return isSecretKey(name, words) ? "key" : "none"
  if (last === "pw" || (last === "pass" && words.length > 1)) return "password"
  if (last === "phrase" && /^(?:pass|seed|recovery|secret)$/.test(before)) return "password"
  if (last === "string" || last === "url") return /^(?:connection|database)$/.test(before) ? "ambiguous" : "none"
  if (last === "connection" || (last === "session" && words.length === 1)) return "none"
  return AMBIGUOUS_WORDS.has(last) ? "ambiguous" : "none"
}

/** Whether a name that ends in `key` names a secret: `api_key`, `SHARED_ACCESS_KEY`, `STRIPE_KEY`. */
function isSecretKey(name: string, words: readonly string[]): boolean {
  const before = words.at(-2)
  if (before === undefined) return false
  if (KEY_OF.test(before)) return true
  return (
    /^[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*KEY/.test(name) &&
    !/^(?:PRIMARY|FOREIGN|SORT|CACHE|STORAGE|PARTITION|HASH|INDEX|UNIQUE|QUERY|LOCAL|I18N)_/.test(name)
  )
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9\u00c0-\uffff]+/)
    .filter((word) => word !== "")

/** Whether a complete field is a secret, by its name and its content. */
export function isSecretField(name: string, value: string): boolean {
  const strength = strengthOf(name)
  return strength !== "none" && isSecret(value, strength, "exact")
}

/** Kind of a secret that its name indicates: `password`, `token`, `key`, `secret`. */
export function kindByName(name: string): string {
  const lower = name.toLowerCase()
  if (/secret/.test(lower)) return /key/.test(lower) ? "key" : "secret"
  if (/pass|pwd|psk|pw$|kennwort/.test(lower)) return "password"
  if (/token|auth|bearer/.test(lower)) return "token"
  return /key/.test(lower) ? "key" : "secret"
}

/** Pieces of names at which the search for telling names looks closer. */
export const nameAnchors = [
  "pass",
  "pwd",
  "pw",
  "psk",
  "secret",
  "token",
  "key",
  "auth",
  "credential",
  "creds",
  "connection",
  "database_url",
  "dsn",
  "signature",
  "salt",
  "pepper",
  "otp",
  "seed",
  "mnemonic",
  "phrase",
  "bearer",
  "session",
  "kennwort",
  "senha",
  "jwt",
  "_pat",
  "webhook",
  "sig",
]
