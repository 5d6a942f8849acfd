import type { NameStrength, ValuePlace } from "../values/judge.ts"

/** A name that announces a secret, as a range of a text. */
export interface TellingName {
  name: string
  strength: NameStrength
  start: number
  /** Exclusive. */
  end: number
}

/** The value of a name in a notation; `end` is exclusive. */
export interface NamedValue {
  start: number
  end: number
  place: ValuePlace
}

/** Finds the values of a name that is written in one notation. Reads a bounded range of the text. */
export type Notation = (text: string, name: TellingName) => NamedValue[]

/** Matches a sticky pattern; the value is its first group. */
export function matchedValue(pattern: RegExp, text: string, at: number, place: ValuePlace): NamedValue[] {
  pattern.lastIndex = at
  const range = pattern
    .exec(text)
    ?.indices?.slice(1)
    .find((one) => one !== undefined)
  return range ? [{ start: range[0], end: range[1], place }] : []
}

const BARE = /[^\s"'`,;<>{}|&\\]{1,2048}/y
const WHOLE_LINE = /[^\s]{4,2048}(?=[ \t]*(?:\r?\n|$))/y
// `name:`, `- NAME=`, `export NAME=`, `+NAME=`, `12: NAME=`: what precedes a setting that has its line for itself.
const LINE_START = /(?:^|\n)[ \t+>-]*(?:\d{1,5}[:|][ \t]*)?(?:(?:export|set|ENV|ARG|- )[ \t]*)?["']?[\w.-]*$/

const withoutPunctuation = (value: string) => value.replace(/[).\]:!?*,;]{1,8}$/, "")

/** The unquoted value at an offset: to the end of a line that it has for itself, else up to what ends words in code. */
export function bareValueAt(text: string, at: number, name: TellingName, place: ValuePlace): NamedValue[] {
  BARE.lastIndex = at
  const word = BARE.exec(text)?.[0] ?? ""
  WHOLE_LINE.lastIndex = at
  const line = WHOLE_LINE.exec(text)?.[0]
  if (
    line !== undefined &&
    line.length > word.length &&
    LINE_START.test(text.slice(Math.max(0, name.start - 40), name.start))
  ) {
    const isCode = /[,;({[]$|^[\w$.]+[({[<]|=>|^[{[(<]|['"`]/.test(line)
    if (!isCode && /\d/.test(line)) return [{ start: at, end: at + line.length, place }]
  }
  const value = isExact(place) ? word.replace(/[)\],;]{1,4}$/, "") : withoutPunctuation(word)
  return value.length < 4 ? [] : [{ start: at, end: at + value.length, place }]
}

const isExact = (place: ValuePlace) => place === "exact" || place === "given"
