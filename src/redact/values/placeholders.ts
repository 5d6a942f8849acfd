import { isHighEntropy, isMachineMade } from "./entropy.ts"

// Texts that people and models write instead of a secret. A secret may contain one by chance; see `isPlaceholder`.
const placeholder =
  /\*{3,}|•{3,}|\.{3}|…|_{4,}|-{4,}|0{8,}|1{8,}|0?12345678|87654321|01234567|abcdefgh?|your[-_. ]|[-_. ]here$|my[-_.]?(?:secret|token|password|key)|example|sample|placeholder|dummy|change[-_.]?(?:me|this|it)|replace[-_.]?(?:me|this|with)|insert[-_.]|redacted|deadbeef|cafebabe|^(?:my|your|the|user|db|test|new|old|admin|root|super|some|a)?[-_ ]?(?:p[a@]ssw[o0]rd|passwort|s3cr3t|secret|hunter2|correct-?horse(?:-?battery(?:-?staple)?)?)\d{0,3}!?$|(?:^|[-_.])(?:fake|mock|none|null|undefined|true|false|empty|hidden|masked|removed|omitted|secret|passwd|token|value|string|required|optional|apikey|passphrase|credentials?|kennwort|contraseña|senha|пароль|hasło|todo|test)\d{0,3}!?$/i

// Case-sensitive: random letters would often match in mixed case.
const short = /x{4,}|X{4,}|(?<![A-Za-z])(?:todo|TODO|Todo|fixme|FIXME)(?![a-z])/

// Passwords that programs are delivered with or that documentation uses: they protect nothing.
const wellKnown = new Set(
  "user admin root guest postgres mysql mariadb mongo redis rabbitmq minioadmin minio grafana elastic changeit vagrant raspberry ubuntu toor qwerty letmein welcome foo bar baz foobar abc123 admin123 test tests testing test123 test1234 x-oauth-basic x-access-token __token__ oauth2 git basic bearer digest ok yes no on off enabled disabled include omit same-origin default text number boolean bool varchar bytes object array any unknown never void str int float char uint8array buffer nil auto local dev prod all xxx abc asdf pass pwd pw key user:pass md5 scram-sha-256 aws4-hmac-sha256 trust peer always false, true, null, none, required,".split(
    " ",
  ),
)

// References, in whole: `$NAME`, `%NAME%`, `<name>`, `[name]`, `@name`, `#fff`; and the beginnings and pieces of some.
const reference =
  /^(?:\$[A-Z_][A-Z0-9_]*|\$[a-z_]\w*|\$$|\$\d|%[A-Za-z_]+%|!\w+!|<[^<>]*>?|\[[A-Za-z][^[\]]*\]?|@[a-z_./-]+|#[0-9a-f]{3,8}|\{[A-Za-z_][\w.-]*\}?|:[a-z_]+|&[a-z_]+)[,;.]?$|^(?:\{\{|process\.env|import\.meta|os\.(?:environ|getenv)|env[.(:]|ENV\[|System\.|secrets?[./]|vars\.|var\.|local\.|config\.|settings\.|data\.[a-z]|module\.|op:\/\/|vault:|arn:|file:|https?:|ENC\[|!vault|!Ref|!Sub|\/[\^[(]|\(\?|\(\[|\[\^|\$ENV:|\$env:)|\$\{|\$\(|\{\{|<%|%\(/
const path =
  /^~[/\\]|^\.{0,2}\/(?:[A-Za-z._-][\w.-]{1,}(?:\/|$)|$)|^[A-Za-z]:[\\/]|^[\w-]+(?:\/[\w.-]+)+\.[a-z]{2,5}$|^[\w-]{2,}\.(?:pem|key|crt|json|ya?ml|txt|env|ts|js|py|go|rs|md|html|conf|toml|sh)$/

/** Whether a text is a placeholder for a secret, or a reference to one. */
export function isPlaceholder(text: string): boolean {
  const value = text.slice(0, 128)
  if (isReference(value) || isRepetition(value) || wellKnown.has(value.toLowerCase())) return true
  return isFake(value)
}

/** Whether a text is a made-up secret: `ghp_0123456789abcdef…`, `changeme`, `hunter2`. */
export function isFake(text: string): boolean {
  const value = text.slice(0, 128)
  // The secrets of the documentation of AWS.
  if (value.endsWith("EXAMPLEKEY")) return true
  // A long key may contain such a text by chance: the rest of it is a key still.
  const match = placeholder.exec(value) ?? short.exec(value)
  if (match === null) return isCounting(value)
  const [before, after] = [value.slice(0, match.index), value.slice(match.index + match[0].length)]
  return !isRandomKey(before) && !isRandomKey(after) && !isRandomKey(before + after)
}

/** Whether a text refers to a value elsewhere: a variable, a template, a path. */
function isReference(text: string): boolean {
  const value = text.slice(0, 128)
  if (reference.test(value)) return true
  if (!path.test(value)) return false
  const names = value.split(/[/\\]/).filter((name) => name !== "")
  const isRandom = (name: string) =>
    isRandomKey(name) || (name.length >= 12 && /\d.*[A-Z]|[A-Z].*\d/.test(name) && isMachineMade(name))
  return !names.some(isRandom) && !(names.length > 0 && names.every((name) => isMachineMade(name)))
}

/** Whether a text has fewer than four different characters. */
function isRepetition(value: string): boolean {
  const seen: number[] = []
  for (let at = 0; at < value.length; at++) {
    const code = value.codePointAt(at)!
    if (code > 0xffff) at++
    if (seen.includes(code)) continue
    if (seen.push(code) === 4) return false
  }
  return true
}

/** Whether most characters follow the one before: `0123456789`, `abcdefghij`. */
function isCounting(value: string): boolean {
  let following = 0
  for (let at = 1; at < value.length; at++) if (value.charCodeAt(at) === value.charCodeAt(at - 1) + 1) following++
  return value.length >= 8 && following > value.length * 0.6
}

/** Whether a value is unlike words and numbers. */
const isRandomKey = (value: string): boolean =>
  value.length >= 20 &&
  /\d/.test(value) &&
  ((/[a-z]/.test(value) && /[A-Z]/.test(value)) || /^[0-9a-f]{32,}$/i.test(value)) &&
  isHighEntropy(value)
