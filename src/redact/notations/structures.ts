import { patternRule } from "../rules/pattern-rule.ts"
import type { SecretMatch, SecretRule } from "../rules/secret-rule.ts"
import { isHighEntropy } from "../values/entropy.ts"
import { isSecret } from "../values/judge.ts"
import { isPlaceholder } from "../values/placeholders.ts"

const MAX_BEFORE_CHARS = 2_000
const MAX_OBJECT_CHARS = 6_000
const PRIVATE_MEMBER = /["'](?:d|p|q|dp|dq|qi|k)\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["']([\w-]{16,2000})/g

/** The private members of a JSON Web Key (RFC 7517, RFC 7518 6). */
function privateMembers(text: string, at: number): SecretMatch[] {
  const from = Math.max(0, at - MAX_BEFORE_CHARS)
  const open = text.slice(from, at).lastIndexOf("{")
  if (open < 0) return []
  const close = text.slice(at, at + MAX_OBJECT_CHARS).indexOf("}")
  const object = text.slice(from + open, close < 0 ? at + MAX_OBJECT_CHARS : at + close)
  return [...object.matchAll(PRIVATE_MEMBER)].map((match) => {
    const start = from + open + match.index + match[0].length - match[1]!.length
    return { kind: "private key", start, end: start + match[1]!.length }
  })
}

const isHash = (value: string) => !isPlaceholder(value)

/** Secrets that their structure gives away: web keys, password hashes, keys in DER. */
export const structures: readonly SecretRule[] = [
  { anchors: ['"kty', "'kty"], findAt: privateMembers },
  patternRule(
    "password hash",
    ["$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$7$", "$argon2", "$apr1$", "$scrypt$", "$pbkdf2"],
    /\$(?:1|2[aby]|5|6|y|7|gy|apr1|argon2(?:id?|d)|scrypt|pbkdf2(?:-sha\d+)?)\$[\w./=,+$-]{20,300}/,
    isHash,
  ),
  patternRule(
    "password hash",
    ["pbkdf2_sha", "{ssha", "{crypt}", "scram-sha-256$"],
    /(?:pbkdf2_sha\d+\$\d+\$[\w./+=-]{4,80}\$[\w./+=-]{20,128}|\{SSHA\d{0,3}\}[\w/+]{20,200}={0,2}|\{CRYPT\}[\w./$]{12,200}|SCRAM-SHA-256\$\d+:[\w/+=]+\$[\w/+=:]{40,200})/i,
    isHash,
  ),
  // RSA, PKCS#8, EC (SEC 1), Ed25519 and OpenSSH keys begin alike, in base64.
  patternRule(
    "private key",
    ["miie", "miic", "miij", "mhcc", "mhqc", "mc4c", "migh", "mig2", "b3blbnnzac1rzx"],
    /(?:MII[A-Za-z0-9+/]{3}(?:IBAAK|IBADANB|gEAAoI|AgEAMA0)[A-Za-z0-9+/]{40,8000}|MII[A-Za-z0-9+/]{2}[QwgA]IBA[A-Za-z0-9+/]{40,8000}|M(?:Hc|HQ)CAQEE[A-Za-z0-9+/]{40,400}|MC4CAQAwBQYDK2[A-Za-z0-9+/]{30,200}|MIG(?:H|2)AgEAM[A-Za-z0-9+/]{60,400}|b3BlbnNzaC1rZXk[A-Za-z0-9+/]{40,8000})={0,2}/,
    () => true,
  ),
  // Wallet import format and its relatives in base58; a checksum follows the key.
  patternRule(
    "bitcoin key",
    ["wif", "privkey", "private key"],
    /(?:wif|privkey|private key)["']?\s{0,4}[:=]?\s{0,4}["'`]?([5KLc9][1-9A-HJ-NP-Za-km-z]{50,51})(?![\w])/i,
  ),
  patternRule(
    "password",
    ["identified by", "identified with"],
    /identified (?:with [\w"']{1,40} )?(?:by|as) (?:password )?["']([^"'\r\n]{4,256})["']/i,
  ),
  // A line of .pgpass: host, port, database, user, password.
  patternRule(
    "password",
    [":5432:", ":*:", ":3306:", ":5433:"],
    /:(?:\d{1,5}|\*):[\w*-]{1,64}:[\w*-]{1,64}:([^\s:]{4,256})(?=\s|$)/,
  ),
  // An access key's id, and its secret beside it.
  patternRule(
    "aws secret",
    ["akia", "asia"],
    /(?:AKIA|ASIA)[A-Z2-7]{16}[^\n]{0,80}?[\s|,:"']([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/,
    (value) => isHighEntropy(value) && !/^[0-9a-f]+$/.test(value) && isHash(value),
  ),
  patternRule(
    "azure key",
    ["keyname"],
    /keyName\\{0,3}["'][^{}\n]{0,200}?value\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["']([A-Za-z0-9+/]{40,100}={0,2})/i,
  ),
  // A line of PPP's secrets: client, server, secret, addresses.
  patternRule("password", ['" * "'], /" \* "([^"\r\n]{4,256})"/),
  // Keys that sign, as an argument.
  patternRule(
    "secret",
    ["jwt.sign(", "jwt.verify(", "jwt.encode(", "jwt.decode(", "createhmac(", "hmac.new("],
    /(?:jwt\.(?:sign|verify|encode|decode)\([^\n"'`]{1,200}?,|createHmac\(\s{0,4}["'`][\w-]{1,20}["'`],|hmac\.new\()\s{0,4}b?["'`]([^"'`\r\n]{8,512})["'`]/i,
    (value) => isSecret(value, "password", "exact"),
  ),
  patternRule("putty key", ["private-hash:", "private-mac:"], /private-(?:hash|mac): ([0-9a-f]{40,64})/i),
]
