import type { Finding } from "../doctor/finding.ts"
import { terminalText } from "../lib/terminal-text.ts"
import { wrapText } from "../lib/wrap-text.ts"
import { joinPainted, type Painted, paint, painted } from "./output.ts"
import { oneLine } from "./terminal.ts"
import { withTilde } from "./with-tilde.ts"

/** Layout of the report. */
export interface ScreenOptions {
  /** Line width in characters. */
  width: number
  colour: boolean
  /** Home folder, shown as `~`. */
  home?: string
}

/** A setting, its value and its origin. */
export interface SettingRow {
  name: string
  value: string
  from: string
}

const marks = { ok: "✓", note: "·", warn: "!", fail: "✗" }
const colours = { ok: 32, note: 2, warn: 33, fail: 31 }
/** Column at which texts begin, after the mark and the name. */
const INDENT_CHARS = 17

/** Lays out findings and settings in two columns, wrapped to the terminal's width and readable without colour. */
export function screen({ width, colour, home = "" }: ScreenOptions) {
  const inColour = (code: number, text: string) => paint(colour ? code : undefined, text)
  const wide = Math.max(30, Math.min(width, 100) - INDENT_CHARS)

  function column(text: string): string[] {
    return wrapText(terminalText(short(oneLine(text))), wide)
  }

  const short = (text: string) => withTilde(text, home)

  return {
    heading: (text: string) => painted`\n${inColour(1, short(text))}\n`,

    rows(settings: readonly SettingRow[]): Painted {
      const rows = settings.map((row) => ({
        ...row,
        value: terminalText(short(row.value)),
        from: terminalText(short(row.from)),
      }))
      const longest = Math.max(0, ...rows.map(({ value }) => value.length))
      // The origin goes next to the value if all rows fit, otherwise below it.
      const fits = rows.every(({ from }) => longest + 3 + from.length <= wide)
      const lines = ({ value, from }: SettingRow) =>
        fits
          ? [painted`${value.padEnd(longest)}   ${inColour(2, from)}`]
          : [...column(value), ...column(`from ${from}`).map((line) => inColour(2, line))]
      return joinPainted(rows.map((row) => layOut(`  ${row.name}`, lines(row), row.name.length + 2)))
    },

    /** Lays out a finding without its text to paste, which is printed separately at the end. */
    finding({ about, state, says, remedy }: Finding): Painted {
      const mark = inColour(colours[state], marks[state])
      const lines = [...column(says), ...(remedy === undefined ? [] : column(`→ ${remedy}`))]
      return layOut(painted`${mark} ${about}`, lines, about.length + 2)
    },
  }
}

type ScreenText = string | Painted

/** @param length visible length of the label in characters */
function layOut(label: ScreenText, [first = "", ...rest]: ScreenText[], length: number): Painted {
  const gap = " ".repeat(Math.max(1, INDENT_CHARS - length))
  const margin = " ".repeat(INDENT_CHARS)
  return joinPainted([painted`${label}${gap}${first}\n`, ...rest.map((line) => painted`${margin}${line}\n`)])
}
