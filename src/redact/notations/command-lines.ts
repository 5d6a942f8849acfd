import { commands } from "../rules/commands.ts"
import type { SecretRule } from "../rules/secret-rule.ts"
import { isSecret } from "../values/judge.ts"
import { isFake } from "../values/placeholders.ts"
import { isBasic } from "./headers.ts"

const escapePattern = (text: string) => text.replace(/[.*+?^${}()[\]\\/]/g, "\\$&")
const SECRET = `(?:"((?:\\\\.|[^"\\\\\\r\\n]){3,512})"|'([^'\\r\\n]{3,512})'|(?!--|-[A-Za-z]\\b)([^\\s"'\`|;<>]{3,512}))`
const BARE_SECRET = "([^\\s\"'`|;<>]{3,512})"
const WORD = "(?!-)(?:\"[^\"\\r\\n]{0,200}\"|'[^'\\r\\n]{0,200}'|[^\\s\"'|;&]{1,200})"
const USER = "[^\\s\"':/%@,|;]{1,64}"
/** Arguments up to the end of the command; a line may continue behind a backslash. */
const ARGUMENTS = "(?:[^\\n|;&\\\\]|\\\\\\n|\\\\[^\\n]|&(?!&)){0,400}?"

const ECHO_OPTIONS = "(?:\\s{1,4}-[neE]{1,3})?"

/** Translates a word of the table into a pattern, with the space before it. */
function patternOf(word: string, isAttached: boolean): string {
  if (word === "..") return ARGUMENTS
  if (word === "{}") return `${isAttached ? "(?:[ =]{0,2})" : "\\s{1,4}"}${SECRET}`
  if (word === "{w}") return `\\s{1,4}${WORD}`
  if (word.includes("{}")) {
    const [before, after = ""] = word.split("{}")
    const front = escapePattern(before!).replaceAll("\\{w\\}", USER)
    const isOption = /^-\w+$/.test(before!)
    return `\\s{1,4}["']?${front}${isOption ? SECRET : after === "" ? BARE_SECRET : "([^\\s\"'`|;<>@]{3,512})"}${escapePattern(after).replaceAll("\\{w\\}", "[^\\s]{1,128}")}["']?`
  }
  if (word.includes("{w}")) return `\\s{1,4}${escapePattern(word).replaceAll("\\{w\\}", "[^\\s]{1,128}")}`
  return `\\s{1,4}["']?(?:${word.split("|").map(escapePattern).join("|")})`
}

/** Longest text before a secret that identifies it. */
const MAX_CONTEXT_CHARS = 60

const isOption = (word: string | undefined) => word !== undefined && /^-|[:=]$/.test(word)

/** Characters that the pattern of a command reads at most. */
const MAX_COMMAND_CHARS = 4_000

/** The longest text that each command of a rule has, to be looked for before its pattern, which takes long to compile. */
const requiredText = (words: readonly string[]): string =>
  words
    .filter((word) => !word.includes("|") && word !== "..")
    .flatMap((word) => word.split(/\{w?\}/))
    .reduce((longest, piece) => (piece.length > longest.length ? piece : longest), "")

function ruleOf(line: string): SecretRule {
  const [first, ...rest] = line.split(" ")
  const anchors = first!.split("|")
  const compile = () => {
    const joined = rest
      .map((word, at) => (word === "|" ? "\\s{0,4}\\|" : patternOf(word, isOption(rest[at - 1]))))
      .join("")
    return new RegExp(
      `(?<![\\w.-])(?:${anchors.map((word) => escapePattern(word).replace("\\{w\\}", "[\\w-]{1,30}")).join("|")})(?:\\.exe)?${/^echo/.test(first!) ? ECHO_OPTIONS : ""}${joined}`,
      "dy",
    )
  }
  let pattern: RegExp | undefined
  const required = requiredText(rest)
  return {
    anchors: anchors.map((word) => word.replace("{w}", "")),
    beginsWord: true,
    findAt(text, at) {
      if (!text.slice(at, at + MAX_COMMAND_CHARS).includes(required)) return []
      pattern ??= compile()
      pattern.lastIndex = at
      const range = pattern
        .exec(text)
        ?.indices?.slice(1)
        .find((one) => one !== undefined)
      if (!range) return []
      const value = text.slice(...range).replace(/[)\],]{1,3}$/, "")
      const [start, end] = [range[0], range[0] + value.length]
      const from = Math.max(at, start - MAX_CONTEXT_CHARS)
      if (isArgument(value)) return [{ kind: "password", start, end, from }]
      return isFake(value) && value.length >= 6 ? [{ kind: "password", start, end, from, isFake: true }] : []
    },
  }
}

/** Whether an argument is a secret rather than a flag, a file, a number or a name. */
const isArgument = (value: string) =>
  !/^--|^-[A-Za-z]$|^-\w+=|^\/[a-z]+(?:[/:]|$)|^\d{1,5}$|^\d+:\d+$/.test(value) &&
  !isBasic(value) &&
  isSecret(value, "password", "given")

/** One rule for each command of the table. */
export const commandLines = (): SecretRule[] => commands.map(ruleOf)
