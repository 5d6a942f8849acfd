import type { Finding } from "../doctor/finding.ts"
import { oneLine } from "./terminal.ts"

/** How a screen is set. */
export interface ScreenOptions {
  /** Characters in a line. */
  width: number
  colour: boolean
}

/** A setting, its value, and where that comes from. */
export interface Row {
  name: string
  value: string
  from: string
}

const marks = { ok: "✓", note: "·", warn: "!", fail: "✗" }
const colours = { ok: 32, note: 2, warn: 33, fail: 31 }
/** Where what is said begins: after the mark and the name. */
const INDENT = 17

/** Sets findings and settings in two columns, wrapped at the width of the screen, readable without colour. */
export function screen({ width, colour }: ScreenOptions) {
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
  const wide = Math.max(30, Math.min(width, 100) - INDENT)

  function column(text: string): string[] {
    return wrap(oneLine(text), wide)
  }

  return {
    heading: (text: string) => `\n${paint(1, text)}\n`,

    rows(rows: readonly Row[]): string {
      const longest = Math.max(0, ...rows.map(({ value }) => value.length))
      // Where it comes from stands beside the value where there is room, below it otherwise.
      const fits = rows.every(({ from }) => longest + 3 + from.length <= wide)
      const lines = ({ value, from }: Row) =>
        fits
          ? [`${value.padEnd(longest)}   ${paint(2, from)}`]
          : [...column(value), ...column(`from ${from}`).map((line) => paint(2, line))]
      return rows.map((row) => set(`  ${row.name}`, lines(row))).join("")
    },

    /** Without what is to be pasted: that has a place of its own, below everything. */
    finding({ about, state, says, remedy }: Finding): string {
      const mark = paint(colours[state], marks[state])
      const lines = [...column(says), ...(remedy === undefined ? [] : column(`→ ${remedy}`))]
      return set(`${mark} ${about}`, lines, about.length + 2)
    },
  }
}

function set(label: string, [first = "", ...rest]: string[], length = label.length): string {
  const gap = " ".repeat(Math.max(1, INDENT - length))
  const margin = " ".repeat(INDENT)
  return [label + gap + first, ...rest.map((line) => margin + line)].map((line) => `${line.trimEnd()}\n`).join("")
}

/** Breaks a text into lines of so many characters at most; a longer word, such as a link, stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
