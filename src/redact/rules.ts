import { assignments } from "./assignments.ts"
import { isCodeReference, isFalsePositive, isHighEntropy, isPassword, isPlaceholder } from "./false-positives.ts"

/** A secret in a text; `end` is exclusive. */
export interface SecretMatch {
  kind: string
  start: number
  end: number
}

/**
 * Detects secrets. `anchors` are words, matched in either case; at each of them `findAt` returns the secrets that follow.
 * It reads a bounded range of the text, so that all rules together take linear time.
 */
export interface SecretRule {
  anchors: string[]
  findAt: (text: string, at: number) => SecretMatch[]
}

/**
 * Creates a rule from a pattern that is matched at anchor words. The secret is its first group, or else the whole
 * match, if `is` accepts it.
 */
function pattern(kind: string, words: string[], at: RegExp, is = (value: string) => !isPlaceholder(value)): SecretRule {
  const sticky = new RegExp(at.source, `${at.flags}dy`)
  return {
    anchors: words,
    findAt(text, index) {
      sticky.lastIndex = index
      const match = sticky.exec(text)
      const range = match?.indices?.[1] ?? match?.indices?.[0]
      if (!range || !is(text.slice(...range))) return []
      return [{ kind, start: range[0], end: range[1] }]
    },
  }
}

/** Creates a rule for tokens with a prefix that is not preceded by a letter or digit. */
function token(kind: string, prefix: string, rest: RegExp): SecretRule {
  const sticky = new RegExp(`${prefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}${rest.source}`, "y")
  return {
    anchors: [prefix.toLowerCase()],
    findAt(text, index) {
      if (/[A-Za-z0-9]/.test(text.charAt(index - 1)) && !/\\[nrtbf]$/.test(text.slice(index - 2, index))) return []
      sticky.lastIndex = index
      const value = sticky.exec(text)?.[0]
      if (value === undefined || isPlaceholder(value.slice(prefix.length))) return []
      return [{ kind, start: index, end: index + value.length }]
    },
  }
}

/**
 * JSON Web Tokens (RFC 7519): three to five segments. Segments are long and may contain their own beginning many times,
 * so the end of a segment is found once for all positions in it.
 */
function jsonWebTokens(): SecretRule {
  const segment = /[\w-]{0,16000}/y
  // The last text, and the segments that were last found in it.
  let ends = { text: "", from: 0, to: 0, after: new Map<number, number>() }
  const endOfSegment = (text: string, from: number) => {
    segment.lastIndex = from
    segment.test(text)
    return segment.lastIndex
  }
  return {
    anchors: ["eyj"],
    findAt(text, at) {
      if (!text.startsWith("eyJ", at)) return []
      if (/[A-Za-z0-9]/.test(text.charAt(at - 1)) && !/\\[nrtbf]$/.test(text.slice(at - 2, at))) return []
      if (ends.text !== text || at < ends.from || at >= ends.to)
        ends = { text, from: at, to: endOfSegment(text, at), after: new Map() }
      let end = ends.to
      if (end - at < 11 || end - at > 4003) return []
      let segments = 1
      for (; segments < 5 && text[end] === "."; segments++) {
        const next = ends.after.get(end) ?? endOfSegment(text, end + 1)
        ends.after.set(end, next)
        if (segments === 1 && next - end - 1 < 8) return []
        end = next
      }
      if (segments < 3 || isPlaceholder(text.slice(at + 3, end))) return []
      return [{ kind: "jwt", start: at, end }]
    },
  }
}

const tokens: SecretRule[] = [
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) => token("github token", prefix, /\w{30,255}/)),
  token("github token", "github_pat_", /\w{40,255}/),
  ...["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"].map((prefix) => token("gitlab token", prefix, /[\w-]{18,300}/)),
  token("anthropic key", "sk-ant-", /[\w-]{20,300}/),
  token("openrouter key", "sk-or-", /[\w-]{20,300}/),
  token("openai key", "sk-proj-", /[\w-]{20,300}/),
  token("openai key", "sk-svcacct-", /[\w-]{20,300}/),
  token("openai key", "sk-admin-", /[\w-]{20,300}/),
  token("api key", "sk-", /[A-Za-z0-9]{20,300}/),
  token("google key", "AIza", /[\w-]{35}/),
  token("google token", "ya29.", /[\w-]{20,2000}/),
  token("google secret", "GOCSPX-", /[\w-]{20,60}/),
  token("npm token", "npm_", /\w{30,100}/),
  token("pypi token", "pypi-", /[\w-]{50,1000}/),
  ...["xoxb-", "xoxp-", "xoxa-", "xoxo-", "xoxr-", "xoxs-", "xoxe-", "xapp-"].map((prefix) =>
    token("slack token", prefix, /[\w-]{15,300}/),
  ),
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_"].map((prefix) => token("stripe key", prefix, /\w{16,300}/)),
  token("webhook secret", "whsec_", /[A-Za-z0-9+/=]{20,100}/),
  token("sendgrid key", "SG.", /[\w-]{16,64}\.[\w-]{16,64}/),
  token("hugging face token", "hf_", /[A-Za-z0-9]{30,60}/),
  token("groq key", "gsk_", /[A-Za-z0-9]{40,80}/),
  token("xai key", "xai-", /\w{40,120}/),
  token("perplexity key", "pplx-", /\w{40,80}/),
  token("replicate token", "r8_", /[A-Za-z0-9]{30,60}/),
  token("digitalocean token", "dop_v1_", /[a-f0-9]{40,80}/),
  token("docker token", "dckr_pat_", /[\w-]{20,60}/),
  token("linear key", "lin_api_", /\w{30,128}/),
  token("notion token", "ntn_", /[A-Za-z0-9]{40,60}/),
  token("postman key", "PMAK-", /[a-f0-9]{20,30}-[a-f0-9]{30,40}/),
  token("shopify token", "shpat_", /[a-f0-9]{32}/i),
  token("vault token", "hvs.", /[\w-]{24,300}/),
  token("grafana token", "glsa_", /\w{32,60}/),
  token("sentry token", "sntrys_", /[\w+/=-]{40,400}/),
  token("supabase token", "sbp_", /[a-f0-9]{40,60}/),
  token("atlassian token", "ATATT3", /[\w=-]{40,400}/),
  token("databricks token", "dapi", /[a-f0-9]{32}/),
  token("tailscale key", "tskey-", /[a-z]{2,20}-\w{8,40}-\w{16,60}/),
  token("age key", "AGE-SECRET-KEY-1", /[A-Z0-9]{50,70}/),
  token("bedrock key", "ABSK", /[A-Za-z0-9+/]{100,200}={0,2}/),
  ...["AKIA", "ASIA"].map((prefix) => token("aws key id", prefix, /[A-Z0-9]{16}(?![A-Za-z0-9])/)),
  jsonWebTokens(),
  pattern(
    "slack webhook",
    ["hooks.slack.com/"],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/([\w/-]{20,200})/i,
  ),
  pattern("discord webhook", ["/api/webhooks/"], /\/api\/webhooks\/\d{10,25}\/([\w-]{40,100})/i),
  pattern("telegram token", ["/bot"], /\/bot(\d{8,12}:[\w-]{30,50})/),
]

const scheme = /(?:bearer|basic|token|apikey|api-key|negotiate|aws4-hmac-sha256)/
const headers: SecretRule[] = [
  pattern(
    "authorization",
    ["authorization"],
    new RegExp(
      `authorization\\\\{0,3}["'\`]?\\]?\\s{0,4}[:=,]\\s{0,4}\\\\{0,3}["'\`]?(?:${scheme.source}\\s{1,4})?([^\\s"'\`\\\\,;<>]{6,4096})`,
      "i",
    ),
    (value) =>
      !isPlaceholder(value) &&
      !new RegExp(`^${scheme.source}$`, "i").test(value) &&
      !isCodeReference(value) &&
      (isPassword(value) || isHighEntropy(value)),
  ),
  pattern("token", ["bearer"], /bearer\s{1,4}([\w.~+/=-]{16,4096})/i, isHighEntropy),
  pattern("authorization", ["basic"], /basic\s{1,4}([A-Za-z0-9+/]{8,1024}={0,2})/i, isBasic),
  pattern("registry login", ["auth"], /auth\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"([A-Za-z0-9+/]{8,2048}={0,2})/i, isBasic),
  { anchors: ["cookie"], findAt: cookies },
]

/** Whether a value is base64 of `user:password`. */
function isBasic(value: string): boolean {
  const text = Buffer.from(value, "base64").toString("latin1")
  return /^[\x20-\x7e]*:[\x20-\x7e]{3,}$/.test(text) && !isPlaceholder(text.slice(text.indexOf(":") + 1))
}

const cookieName = /cookie2?\\{0,3}["'`]?\]?\s{0,4}[:=,]/i
// The next header is matched separately.
const cookieHeader = new RegExp(
  `${cookieName.source}\\s{0,4}\\\\{0,3}["'\`]?((?:(?!${cookieName.source})[^\\r\\n"'\`]){4,8192})`,
  "iy",
)
const harmlessCookie =
  /^(?:expires|path|domain|max-age|samesite|version|comment|priority|_ga\w*|_gid|lang|locale|theme|tz)$/i

function cookies(text: string, at: number): SecretMatch[] {
  cookieHeader.lastIndex = at
  const match = cookieHeader.exec(text)
  if (!match) return []
  const base = at + match[0].length - match[1]!.length
  const found: SecretMatch[] = []
  for (const pair of match[1]!.matchAll(/([\w.~-]{1,128})=([^;,\s\\]{6,4096})/g)) {
    const [whole, name, value] = pair as unknown as [string, string, string]
    const isSecret = /sess|sid|auth|token|login|remember|jwt|csrf|xsrf/i.test(name)
      ? isPassword(value) || isHighEntropy(value)
      : isHighEntropy(value)
    if (!isSecret || harmlessCookie.test(name)) continue
    const start = base + pair.index + whole.length - value.length
    found.push({ kind: "cookie", start, end: start + value.length })
  }
  return found
}

const isRealPassword = (value: string) =>
  !isPlaceholder(value) &&
  !/^(?:password|passwd|pass|pwd|secret|token|user|x-oauth-basic|postgres|mysql|root|admin|guest|test)$/i.test(value)

const urls: SecretRule[] = [
  pattern("password", ["://"], /:\/\/[^\s:/@"'`<>\\]{0,128}:([^\s@/"'`<>]{1,256})@[\w.[-]/, isRealPassword),
  // A password that contains a slash.
  pattern(
    "password",
    ["://"],
    /:\/\/[^\s:/@"'`<>\\]{1,128}:((?!\d{1,5}\/)[^\s@"'`<>]{1,256})@[\w-]{1,63}(?:\.[\w-]{1,63}){0,16}(?::\d{1,5}|\/)/,
    (value) => value.includes("/") && isPassword(value),
  ),
  pattern("github token", ["://"], /:\/\/([^\s:/@"'`<>\\]{16,256}):x-oauth-basic@/, isHighEntropy),
  pattern("token", ["://"], /:\/\/([^\s:/@"'`<>\\]{16,256})@[\w.[-]/, isHighEntropy),
  pattern(
    "signed link",
    [
      "x-amz-signature",
      "x-amz-security-token",
      "x-goog-signature",
      "sig=",
      "signature=",
      "token=",
      "key=",
      "x-amz-credential",
    ],
    /(?:x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|(?<=[?&;])(?:sig|signature|(?:access_|auth_|api_?)?(?:token|key)))=([\w%.~+/=-]{16,4096})/i,
    (value) => isHighEntropy(value.replace(/%[0-9a-f]{2}/gi, "+").replace(/=+$/, "")),
  ),
]

const commands: SecretRule[] = [
  pattern("password", ["--pass"], /--pass(?:word|wd|phrase)?(?:[= ]|\s{1,4})["']?([^\s"'`\\]{4,256})/i, isPassword),
  pattern(
    "token",
    ["--token", "--api-key", "--secret", "--auth"],
    /--(?:token|api-key|secret|auth[\w-]{0,12})(?:[= ])["']?([^\s"'`\\]{8,1024})/i,
    isHighEntropy,
  ),
  pattern(
    "password",
    [" -u", "--user"],
    /(?: -u|--user)[ =]?["']?[^\s"':]{1,64}:([^\s"'`\\@/]{4,256})/,
    (value) => isPassword(value) && !isFalsePositive(value),
  ),
  pattern(
    "password",
    [" -p"],
    /(?<=(?:mysql|mysqldump|mariadb|sshpass|mysqladmin)[^\n|;]{0,200}) -p ?["']?([^\s"'`\\]{4,256})/,
    isPassword,
  ),
  pattern(
    "password",
    ["machine "],
    /machine\s{1,4}\S{1,256}\s{1,16}login\s{1,4}\S{1,256}\s{1,16}password\s{1,4}(\S{3,256})/i,
  ),
]

export const rules: SecretRule[] = [...tokens, ...headers, ...urls, ...commands, assignments]
