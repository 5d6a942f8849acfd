import { bareValueAt, type NamedValue, type TellingName } from "./notation.ts"

const OPTION = /(?:^|[\s"'`(])--?[\w.-]*$/
const AFTER_OPTION = /[ \t]{1,4}(?:pass:|env:|file:|stdin)?/y
/** Words that directives put before a value: `requirepass x`, `password x` in netrc, `ENV TOKEN x`. */
const DIRECTIVE =
  /(?:^|\n)[ \t]*(?:(?:ENV|ARG|setx|set|export|setenv)[ \t]+)?$|\blogin[ \t]+\S+[ \t]+$|\b(?:wifi|dev)\b[^\n]{0,80}[ \t]$|\b(?:setx|ENV)[ \t]+$/
const SPACE = /[ \t]{1,2}/y
const DIRECTIVE_NAME = /^(?:requirepass|masterauth|password|passwd|pass|[A-Z][A-Z0-9]*_[A-Z0-9_]+)$/

/** Values after a space: `--db-password x`, `-storepass x`, `requirepass x`, `login app password x`, `ENV TOKEN x`. */
export function words(text: string, name: TellingName): NamedValue[] {
  const before = text.slice(Math.max(0, name.start - 120), name.start)
  if (OPTION.test(before) && before.includes("-")) {
    AFTER_OPTION.lastIndex = name.end
    if (!AFTER_OPTION.test(text)) return []
    return wordAt(text, AFTER_OPTION.lastIndex)
  }
  if (!DIRECTIVE_NAME.test(name.name) || !DIRECTIVE.test(before)) return []
  SPACE.lastIndex = name.end
  if (!SPACE.test(text)) return []
  const isUpper = /^[A-Z]/.test(name.name)
  return bareValueAt(text, SPACE.lastIndex, name, isUpper || /login[ \t]/.test(before) ? "given" : "bare")
}

const QUOTED_WORD = /"((?:\\.|[^"\\\r\n]){1,512})"|'([^'\r\n]{1,512})'/dy
const WORD = /[^\s"'`|;<>()]{4,1024}/y

/** A word of a command line, quoted or not. */
function wordAt(text: string, at: number): NamedValue[] {
  QUOTED_WORD.lastIndex = at
  const quoted = QUOTED_WORD.exec(text)
    ?.indices?.slice(1)
    .find((one) => one !== undefined)
  if (quoted) return [{ start: quoted[0], end: quoted[1], place: "given" }]
  WORD.lastIndex = at
  const word = WORD.exec(text)?.[0]
  return word === undefined || word.startsWith("-") ? [] : [{ start: at, end: at + word.length, place: "given" }]
}
