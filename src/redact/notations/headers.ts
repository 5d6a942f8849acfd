import { patternRule } from "../rules/pattern-rule.ts"
import type { SecretMatch, SecretRule } from "../rules/secret-rule.ts"
import { isHighEntropy, isMachineMade } from "../values/entropy.ts"
import { isCodeReference, isHarmlessShape, isSecret } from "../values/judge.ts"
import { isPlaceholder } from "../values/placeholders.ts"

const scheme = "bearer|basic|token|apikey|api-key|negotiate|digest|ssws|aws4-hmac-sha256|genie_?key|key|bot|pat"
const isScheme = new RegExp(`^(?:${scheme})$`, "i")

const isCredential = (value: string) =>
  !isScheme.test(value) && !isCodeReference(value) && isSecret(value, "password", "exact")
const isBearer = (value: string) =>
  !isPlaceholder(value) && !isHarmlessShape(value) && !isCodeReference(value) && isMachineMade(value)

/** Whether a value is base64 of `user:password`. */
export function isBasic(value: string): boolean {
  const text = Buffer.from(value, "base64").toString("latin1")
  return /^[\x20-\x7e]*:[\x20-\x7e]{3,}$/.test(text) && !isPlaceholder(text.slice(text.indexOf(":") + 1))
}

/** Credentials in headers of HTTP requests. */
export const headers: readonly SecretRule[] = [
  patternRule(
    "authorization",
    ["authorization"],
    new RegExp(
      `authorization\\\\{0,3}["'\`]?\\]?[ \\t]{0,4}(?:[:=]\\s{0,4}|,[ \\t]{0,4})\\\\{0,3}["'\`]?(?:(?:${scheme})[ =:]{1,4})?([^\\s"'\`\\\\,;<>]{6,4096})`,
      "i",
    ),
    isCredential,
  ),
  patternRule("token", ["bearer"], /bearer\s{1,4}([\w.~+/=-]{8,4096})/i, isBearer),
  patternRule("authorization", ["basic"], /basic\s{1,4}([A-Za-z0-9+/]{8,1024}={0,2})/i, isBasic),
  patternRule("registry login", ["auth"], /auth\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"([A-Za-z0-9+/]{8,2048}={0,2})/i, isBasic),
  { anchors: ["cookie"], findAt: cookies },
]

const cookieName = /(?:cookie2?\\{0,3}["'`]?\]?\s{0,4}[:=,]|(?<=--)cookie(?=\s))/i
// The next header is matched separately. What precedes its colon is bounded: an unbounded search would be quadratic.
const cookieHeader = new RegExp(
  `${cookieName.source}\\s{0,4}\\\\{0,3}["'\`]?((?:(?!cookie2?\\\\{0,3}["'\`]?\\]?\\s{0,4}[:=,])[^\\r\\n"'\`]){4,8192})`,
  "iy",
)
const harmlessCookie =
  /^(?:expires|path|domain|max-age|samesite|version|comment|priority|_ga\w*|_gid|lang|locale|theme|tz)$/i
const sessionCookie = /sess|sid|auth|token|login|remember|jwt|csrf|xsrf/i

function cookies(text: string, at: number): SecretMatch[] {
  cookieHeader.lastIndex = at
  const match = cookieHeader.exec(text)
  if (!match) return []
  const base = at + match[0].length - match[1]!.length
  const found: SecretMatch[] = []
  for (const pair of match[1]!.matchAll(/([\w.~-]{1,128})=([^;,\s\\]{6,4096})/g)) {
    const [whole, name, value] = pair as unknown as [string, string, string]
    const isSecretCookie =
      !isPlaceholder(value) &&
      !isHarmlessShape(value) &&
      (sessionCookie.test(name) ? isMachineMade(value) : isHighEntropy(value))
    if (!isSecretCookie || harmlessCookie.test(name)) continue
    const start = base + pair.index + whole.length - value.length
    found.push({ kind: "cookie", start, end: start + value.length, from: start - name.length - 1 })
  }
  return found
}
