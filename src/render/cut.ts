import { type StoredFile, storedText } from "./attachment.ts"

/** How much of a text is shown: at most so many lines and characters, from its beginning and its end. */
export interface Bounds {
  lines: number
  characters: number
  /** The share of what is shown that is taken from the beginning; the rest from the end. */
  head: number
}

/** What is said first matters in files; in a terminal, what is said last. */
export const FILE: Bounds = { lines: 240, characters: 16_000, head: 1 }
export const TERMINAL: Bounds = { lines: 160, characters: 12_000, head: 0.3 }
export const PATCH: Bounds = { lines: 400, characters: 24_000, head: 1 }
/** Nothing of it is shown: there is too much of its kind already. */
export const NOTHING: Bounds = { lines: 0, characters: 0, head: 1 }
export const PROSE: Bounds = { lines: 2_000, characters: 60_000, head: 1 }

export interface Cut {
  head: string
  /** "" where nothing is left out. */
  tail: string
  /** Lines left out; 0: `head` is the whole text. */
  omitted: number
  /** The whole text, as a file of the share, where something is left out. */
  whole?: StoredFile
}

/** A short text that no file stands behind: its beginning. */
export const clip = (text: string, characters: number): string =>
  text.length > characters ? `${text.slice(0, characters)}…` : text

/** Takes from a text what is shown of it, without the end of its last line. Lines are kept whole unless one alone is too long. */
export function cut(text: string, { lines, characters, head }: Bounds): Cut {
  // The end of the last line begins no further line.
  const body = text.endsWith("\n") ? text.slice(0, -1) : text
  const all = body.split("\n")
  if (all.length <= lines && body.length <= characters) return { head: body, tail: "", omitted: 0 }
  const first = take(all, Math.ceil(lines * head), characters * head)
  const last =
    head === 1
      ? []
      : take(all.slice(first.length).reverse(), Math.floor(lines * (1 - head)), characters * (1 - head)).reverse()
  const whole = storedText(Buffer.from(text.toWellFormed()))
  return {
    head: first.join("\n"),
    tail: last.join("\n"),
    omitted: Math.max(all.length - first.length - last.length, 1),
    whole,
  }
}

function take(lines: string[], most: number, characters: number): string[] {
  const taken: string[] = []
  let left = characters
  for (const line of lines.slice(0, most)) {
    if (line.length > left) {
      if (taken.length === 0) taken.push(`${line.slice(0, left)}…`)
      break
    }
    taken.push(line)
    left -= line.length + 1
  }
  return taken
}
