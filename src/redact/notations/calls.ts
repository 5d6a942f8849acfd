import { matchedValue, type NamedValue, type TellingName } from "./notation.ts"

const ARGUMENT = /\(\s{0,8}["'`]((?:\\.|[^"'`\\\r\n]){1,1024})["'`]/dy
const NEXT_ARGUMENT =
  /\\{0,3}["'`]\)?\s{0,8},\s{0,8}[rbu]?(?:"((?:\\.|[^"\\\r\n]){1,1024})"|'((?:\\.|''|[^'\\\r\n]){1,1024})'|`((?:\\.|[^`\\\r\n]){1,1024})`)/dy
const QUOTED_WORD = /[ \t]{1,16}(?:"((?:\\.|[^"\\\r\n]){1,1024})"|'((?:\\.|''|[^'\\\r\n]){1,1024})')/dy
const KEYWORD =
  /(?:#\s?define\s|set\s|setenv\s|ENV\s|IDENTIFIED\s|WITH\s(?:ENCRYPTED\s)?|setx\s|--?|[=;(]\s?|pragma\s)[\w-]*$/i
const PRAGMA = /\s{0,4}=\s{0,4}["']([^"'\r\n]{4,512})["']/dy
const FIRST_ARGUMENT = /\(\s{0,8}\\{0,3}["'`]$|\bset \S{0,16} ?["']$/
const MAX_BEFORE_CHARS = 40

/** `setPassword("x")`, `.password("x")`, `define('DB_PASSWORD', 'x')`, `Setenv("TOKEN", "x")`, `#define PASS "x"`. */
export function calls(text: string, name: TellingName): NamedValue[] {
  const before = text.slice(Math.max(0, name.start - MAX_BEFORE_CHARS), name.start)
  const inCall = /^(?:get|read|has|is|find|create|generate|verify|validate|check|hash)/i.test(name.name)
  if (text[name.end] === "(") return inCall ? [] : matchedValue(ARGUMENT, text, name.end, "exact")
  if (/["'`\\]/.test(text.charAt(name.end)))
    return FIRST_ARGUMENT.test(before) ? matchedValue(NEXT_ARGUMENT, text, name.end, "exact") : []
  if (KEYWORD.test(before) || /^[A-Z][A-Z0-9_]+$/.test(name.name))
    return matchedValue(QUOTED_WORD, text, name.end, "exact")
  return matchedValue(PRAGMA, text, name.end, "exact")
}
