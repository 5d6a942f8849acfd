import { matchedValue, type NamedValue, type TellingName } from "./notation.ts"

const string = String.raw`\\{0,3}"((?:\\.|[^"\\\r\n]){1,2048})\\{0,3}"`
const member = String.raw`\\{0,3}"[\w-]{1,40}\\{0,3}"\s{0,4}:\s{0,4}(?:\\{0,3}"[^"\r\n]{0,200}"|[\w.-]{1,20})\s{0,4},\s{0,64}`
/** `"name": "DB_PASSWORD", "value": "x"`, also with members in between. */
const AFTER = new RegExp(
  String.raw`\\{0,3}["']\s{0,4},\s{0,64}(?:${member}){0,4}(?:\\{0,3}["'])?(?:value|string_?value|secret_?string|default)(?:\\{0,3}["'])?\s{0,4}:\s{0,4}(?:${string}|'([^'\r\n]{1,2048})')`,
  "diy",
)
/** `"db_password": { "sensitive": true, "value": "x" }`, `variable "db_password" { default = "x" }`. */
const INSIDE = new RegExp(
  String.raw`\\{0,3}["']\s{0,4}:?\s{0,4}\{[^{}]{0,300}?(?:\bvalue|\bdefault)\\{0,3}["']?\s{0,8}[:=]\s{0,8}${string}`,
  "diy",
)
const YAML =
  /["']?[ \t]{0,8}\r?\n[ \t]{0,40}(?:value|default):[ \t]{1,8}(?:"([^"\r\n]{1,2048})"|'([^'\r\n]{1,2048})'|([^\s"'#][^\s]{3,2048}))/dy
/** The value before its name: `{"value": "x", "name": "password"`. */
const BEFORE =
  /["']?value\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}"((?:\\.|[^"\\\r\n]){1,400})\\{0,3}"\s{0,4},\s{0,64}\\{0,3}["'](?:name|key|field|label|id)\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["'][\w./-]{0,80}$/di
const MAX_BEFORE_CHARS = 600
const IS_NAME = /(?:name|key|field|label|id|parameter)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?[\w./-]{0,80}$/i

/** Objects of a name and a value: parameters, environment variables, outputs of Terraform, fields of vaults. */
export function nameValue(text: string, name: TellingName): NamedValue[] {
  const before = text.slice(Math.max(0, name.start - 120), name.start)
  if (IS_NAME.test(before)) {
    const after = matchedValue(AFTER, text, name.end, "exact")
    if (after.length > 0) return after
    const below = matchedValue(YAML, text, name.end, "exact")
    if (below.length > 0) return below
    return valueBefore(text, name)
  }
  return matchedValue(INSIDE, text, name.end, "exact")
}

function valueBefore(text: string, name: TellingName): NamedValue[] {
  const from = Math.max(0, name.start - MAX_BEFORE_CHARS)
  const before = text.slice(from, name.start)
  const at = before.lastIndexOf("value")
  if (at < 0) return []
  const range = BEFORE.exec(before.slice(Math.max(0, at - 1)))?.indices?.[1]
  const base = from + Math.max(0, at - 1)
  return range ? [{ start: base + range[0], end: base + range[1], place: "exact" }] : []
}
