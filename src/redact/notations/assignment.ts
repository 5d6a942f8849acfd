import type { ValuePlace } from "../values/judge.ts"
import { bareValueAt, type NamedValue, type TellingName } from "./notation.ts"

// Text between a name and its value: the end of a quotation or index, a type, an operator.
const SEPARATOR =
  /\\{0,3}["'`]?\]?\)?\*{0,2}\??[ \t]{0,24}(?:(?:: ?|(?<= ))(?:&?(?:'static )?)?(?:mut )?[A-Za-z][\w<>?.]{0,20}[?!]?(?= ?=)|\[\d{0,4}\](?= ?=))?[ \t]{0,24}(?::=|=>|<-|\?=|={1,3}|:|：|=)\*{0,2}[ \t]{0,8}/y
const QUOTED =
  /[rbuf@$L]?(?:"""([^"\r\n]{1,2048})"""|'''([^'\r\n]{1,2048})'''|"((?:\\.|[^"\\\r\n]){1,2048})|'((?:\\.|''|[^'\\\r\n]){1,2048})|`((?:\\.|[^`\\\r\n]){1,2048}))/dy
/** Quotes in a text that is itself escaped; its decoded form is read as well. */
const ESCAPED_QUOTED = /\\{1,3}(["'`])((?:(?!\\{0,3}\1)[^\r\n]){1,2048})/dy
/** Text allowed between an operator and a quoted value: `(` with the value on the next line. */
const BRACKET = /\([ \t]{0,8}\r?\n\s{0,64}(?=["'`])/y
const NEXT_LINE =
  /(?:([|>])[+-]?\d?)?[ \t]*(?:\\n|\r?\n)[ \t+>]{0,24}["'`]?([^\s"'`]{4,2048})["'`]?[ \t]*(?:\\n|\r?\n|$)/dy
const TUPLE = /[([]\s{0,4}["'][^"'\r\n]{0,128}["']\s{0,4},\s{0,4}["']([^"'\r\n]{1,512})["']/dy
const SCHEME = /^(?:bearer|basic|token|negotiate|digest|apikey|aws4-hmac-sha256)\s/i
const MAX_SHELL_CHARS = 512
const UPPER_NAME = /^[A-Z][A-Z0-9_]*$/

/** `NAME=value`, `name: "value"`, `"name" => 'value'`, `const NAME: &str = "value"`, `name:` with the value below. */
export function assignment(text: string, name: TellingName): NamedValue[] {
  SEPARATOR.lastIndex = name.end
  if (!SEPARATOR.test(text)) return []
  const at = SEPARATOR.lastIndex
  const quoted = quotedAt(text, at)
  if (quoted) return SCHEME.test(text.slice(quoted.start, quoted.start + 24)) ? [] : [quoted]
  const below = belowAt(text, at)
  if (below) return [below]
  TUPLE.lastIndex = at
  const inTuple = /^auth/i.test(name.name) ? TUPLE.exec(text)?.indices?.[1] : undefined
  if (inTuple) return [{ start: inTuple[0], end: inTuple[1], place: "exact" }]
  if (SCHEME.test(text.slice(at, at + 24))) return []
  return shellValueAt(text, at, name) ?? bareValueAt(text, at, name, placeOf(text, name, at))
}

function quotedAt(text: string, from: number): NamedValue | undefined {
  BRACKET.lastIndex = from
  const at = BRACKET.test(text) ? BRACKET.lastIndex : from
  for (const pattern of [QUOTED, ESCAPED_QUOTED]) {
    pattern.lastIndex = at
    const indices = pattern.exec(text)?.indices
    const range = pattern === QUOTED ? indices?.slice(1).find((one) => one !== undefined) : indices?.[2]
    if (range) return { start: range[0], end: range[1], place: "exact" }
  }
  return undefined
}

function belowAt(text: string, at: number): NamedValue | undefined {
  NEXT_LINE.lastIndex = at
  const match = NEXT_LINE.exec(text)
  const range = match?.indices?.[2]
  if (
    !match ||
    !range ||
    /[:{[(,]$/.test(match[2]!) ||
    !/[:：]\*{0,2}\s{0,8}$/.test(text.slice(Math.max(0, at - 12), at))
  )
    return undefined
  return { start: range[0], end: range[1], place: match[1] === undefined ? "bare" : "exact" }
}

/** The value of `NAME=value` in a shell or an environment, which a quote, a brace or a space ends. */
function shellValueAt(text: string, at: number, name: TellingName): NamedValue[] | undefined {
  if (text[at - 1] !== "=" || at - 1 !== name.end) return undefined
  const before = text.charAt(name.start - 1)
  const isEnvironment = UPPER_NAME.test(name.name)
  const isOption = /["'=\s-]/.test(before) && !/[\w)\]]$/.test(before)
  if (/["'`]/.test(before)) {
    const length = text.slice(at, at + MAX_SHELL_CHARS).search(/["'`\s]/)
    if (length < 0 || text[at + length] !== before) return undefined
    return [{ start: at, end: at + length, place: "given" }]
  }
  if (!isEnvironment && !(isOption && isCommandLine(text, name.start))) return undefined
  return bareValueAt(text, at, name, "given")
}

/** Place of an unquoted value: headers and variables hold data, other names may hold names as well. */
const placeOf = (text: string, name: TellingName, at: number): ValuePlace =>
  isHeader(text, name) || (UPPER_NAME.test(name.name) && /^[^\s"']{0,40}\d/.test(text.slice(at, at + 41)))
    ? "given"
    : "bare"

/** Whether a name is that of a header: `X-Api-Key`, at the beginning of a line or a quotation. */
const isHeader = (text: string, { name, start }: TellingName) =>
  /^(?:x-[\w-]+|(?:private|job|deploy|circle|api|auth|access)-(?:token|key))$/i.test(name) &&
  /[\s"'><]/.test(text.charAt(start - 1) || "\n")

/** Whether a name belongs to an option: `--db-password=`, `--from-literal=password=`, `-e password=`. */
function isCommandLine(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at)
  return /(?:^|\s)--?[\w-]*(?:[= ][\w./-]*)?$/.test(before) && /-/.test(before.slice(-24))
}
