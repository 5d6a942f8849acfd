import vm from "node:vm"
import { ShareError } from "../errors.ts"

/** Custom words and patterns from the settings. */
export interface CustomPatterns {
  /** Matched literally. */
  words: string[]
  /** All matches of the patterns in the texts. Scans at most 4,096 characters at a time. */
  matches: (texts: readonly string[]) => string[]
  /** Whether a text equals one of the words, or a pattern matches all of it. */
  has: (text: string) => boolean
}

const MAX_PATTERN_CHARS = 512
const WINDOW_CHARS = 4096
const OVERLAP_CHARS = 512
const PATTERN_TIMEOUT_MS = 2000

/**
 * Parses words and `/pattern/flags`. Throws `bad-settings` for an invalid regular expression, for one with nested
 * repetitions (catastrophic backtracking), and for one that matches the empty string. To bound its time, a pattern is
 * matched in windows of 4,096 characters that overlap by 512; one that takes longer than two seconds for the windows of
 * one call throws the same error.
 * @param setting name of the setting in errors
 */
export function parsePatterns(given: readonly string[], setting: string): CustomPatterns {
  const words: string[] = []
  const patterns: { text: string; pattern: RegExp }[] = []
  for (const text of given) {
    const parts = /^\/(.+)\/([a-z]*)$/s.exec(text)
    if (parts) patterns.push({ text, pattern: compile(text, parts[1]!, parts[2]!, setting) })
    else if (text.trim().length < 2) throw patternError(text, setting, "is too short: it would match everywhere")
    else words.push(text)
  }
  const wordSet = new Set(words)
  const run = patterns.map(({ text, pattern }) => matcherWithTimeout(text, pattern, setting))
  return {
    words,
    matches: (texts) => run.flatMap((find) => find(texts)),
    has: (text) => wordSet.has(text) || patterns.some(({ pattern }) => isWhole(pattern, text)),
  }
}

function isWhole(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0
  return text.length <= WINDOW_CHARS && pattern.exec(text)?.[0] === text
}

function compile(text: string, source: string, flags: string, setting: string): RegExp {
  if (source.length > MAX_PATTERN_CHARS)
    throw patternError(text, setting, `is longer than ${MAX_PATTERN_CHARS} characters`)
  if (/[^imsuv]/.test(flags.replaceAll("g", "")))
    throw patternError(text, setting, "has unsupported flags; allowed are i, m, s, u and v")
  let pattern: RegExp
  try {
    pattern = new RegExp(source, `${flags.replaceAll("g", "")}g`)
  } catch (cause) {
    throw patternError(text, setting, "is not a valid regular expression", cause)
  }
  if (hasNestedRepetition(source))
    throw patternError(text, setting, "has nested repetitions, which can take unlimited time")
  if (pattern.exec("")?.[0] === "") throw patternError(text, setting, "matches the empty string")
  return pattern
}

/** Whether a group that contains a repetition or an alternative is itself repeated without a bound. */
function hasNestedRepetition(source: string): boolean {
  const open: boolean[] = []
  let isRisky = false
  const plain = source.replace(/\\./gs, "x").replace(/\[(?:\^?\])?[^\]]*\]/g, "x")
  for (let at = 0; at < plain.length; at++) {
    const character = plain[at]!
    if (character === "(") {
      open.push(isRisky)
      isRisky = false
    } else if (character === ")") {
      const isRepeated = /^(?:[*+]|\{\d*,\}|\{\d{2,},?\d*\}|\{\d*,\d{2,}\})/.test(plain.slice(at + 1, at + 16))
      if (isRepeated && isRisky) return true
      isRisky = (open.pop() ?? false) || isRisky
    } else if (/[*+|]/.test(character) || /^\{\d*,/.test(plain.slice(at, at + 8))) isRisky = true
  }
  return false
}

const script = new vm.Script("windows.flatMap((text) => text.match(pattern) ?? [])")

function matcherWithTimeout(text: string, pattern: RegExp, setting: string): (texts: readonly string[]) => string[] {
  const sandbox: { windows: string[]; pattern: RegExp } = { windows: [], pattern }
  const context = vm.createContext(sandbox)
  return (texts) => {
    sandbox.windows = texts.flatMap(windowsOf)
    try {
      const found = script.runInContext(context, { timeout: PATTERN_TIMEOUT_MS }) as string[]
      return [...found].filter((match) => match.trim() !== "")
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw cause
      throw patternError(text, setting, "timed out on this session")
    }
  }
}

function windowsOf(text: string): string[] {
  if (text.length <= WINDOW_CHARS) return [text]
  const windows: string[] = []
  for (let from = 0; from < text.length; from += WINDOW_CHARS - OVERLAP_CHARS)
    windows.push(text.slice(from, from + WINDOW_CHARS))
  return windows
}

function patternError(text: string, setting: string, why: string, cause?: unknown): ShareError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return new ShareError("bad-settings", `"${shown}" in ${setting} ${why}.`, {
    hint: "Give a word, or a regular expression between slashes: /ACME-\\d+/i.",
    ...(cause !== undefined && { cause }),
  })
}
