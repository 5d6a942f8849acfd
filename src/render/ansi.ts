import { escapeText, html, joinHtml, type SafeHtml } from "./safe-html.ts"

interface Style {
  foreground: number | undefined
  background: number | undefined
  /** Those of `bdiusv` that are on. */
  marks: Set<string>
}

/** One character of a line, and the classes it is shown in. */
interface Cell {
  character: string
  classes: string
}

// In this order: a control sequence (its parameters and its end), a string such as a title or a link's address, any
// other escape, a control character that moves or is silent, and text. Each alternative stops at what begins the next,
// so that the whole is linear. A string without an end only loses its beginning: what follows it may be real output.
const token =
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~]?)|\u001b[\]PX^_][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]?|[\u0007\b\r\n]|[^\u001b\u009b\u0007\b\r\n]+/g

/**
 * A terminal's output as markup: text, and `<span class="…">` around what has a style. The classes:
 * `a0`…`a7` and `a8`…`a15` foreground (black, red, green, yellow, blue, magenta, cyan, white; then the bright ones),
 * `b0`…`b15` background, `ab` bold, `ad` dim, `ai` italic, `au` underline, `as` strike, `av` inverse.
 * Colours of the 256 and of 24 bits become the nearest of the 16. A carriage return and a backspace write over what
 * stands there, `ESC [ K` clears; all other escape sequences are dropped, and a link (OSC 8) is its text.
 * Takes time linear in the text. Sequences as in ECMA-48 and xterm's ctlseqs.
 */
export function ansiToHtml(text: string): SafeHtml {
  if (!/[\u001b\u009b\u0007\b\r]/.test(text)) return escapeText(text)
  const pieces: SafeHtml[] = []
  const style: Style = { foreground: undefined, background: undefined, marks: new Set() }
  let classes = ""
  let line: Cell[] = []
  let cursor = 0
  let run: Cell = { character: "", classes: "" }
  const close = () => {
    if (run.character === "") return
    pieces.push(
      run.classes === "" ? escapeText(run.character) : html`<span class="${run.classes}">${run.character}</span>`,
    )
  }
  const flush = (end: string) => {
    for (const cell of line) {
      if (cell.classes !== run.classes) {
        close()
        run = { character: "", classes: cell.classes }
      }
      run.character += cell.character
    }
    run.character += end
    line = []
    cursor = 0
  }
  for (const [found, parameters = "", final] of text.matchAll(token)) {
    if (final === "m") classes = classesOf(applyTo(style, parameters))
    else if (final === "K") line.length = parameters === "2" ? 0 : Math.min(line.length, cursor)
    else if (found === "\n") flush("\n")
    else if (found === "\r") cursor = 0
    else if (found === "\b") cursor = Math.max(0, cursor - 1)
    else if (!/^[\u001b\u009b\u0007]/.test(found))
      for (const character of found) line[cursor++] = { character, classes }
    if (cursor > line.length) cursor = line.length
  }
  flush("")
  close()
  return joinHtml(pieces)
}

const markOf = new Map([
  [1, "b"],
  [2, "d"],
  [3, "i"],
  [4, "u"],
  [7, "v"],
  [9, "s"],
  [21, "u"],
])
const unmarkedBy = new Map([
  [22, "bd"],
  [23, "i"],
  [24, "u"],
  [27, "v"],
  [29, "s"],
])

/** Changes the style by the parameters of one SGR sequence: numbers parted by `;`, of which one may have parts after `:`. */
function applyTo(style: Style, parameters: string): Style {
  const codes = parameters.split(";")
  for (let i = 0; i < codes.length; i++) {
    const parts = (codes[i] as string).split(":").map(Number)
    const code = parts[0] as number
    const mark = markOf.get(code)
    if (code === 0) {
      style.foreground = style.background = undefined
      style.marks.clear()
    } else if (mark !== undefined && parts[1] !== 0) style.marks.add(mark)
    else if (code === 4) style.marks.delete("u")
    else if (code === 38 || code === 48) {
      const rest = parts.length > 1 ? parts.slice(1) : codes.slice(i + 1, i + 5).map(Number)
      const colour = colourOf(rest, parts.length > 1)
      if (code === 38) style.foreground = colour
      else style.background = colour
      if (parts.length === 1) i += rest[0] === 5 ? 2 : 4
    } else if (code === 39) style.foreground = undefined
    else if (code === 49) style.background = undefined
    else if (code >= 30 && code <= 37) style.foreground = code - 30
    else if (code >= 40 && code <= 47) style.background = code - 40
    else if (code >= 90 && code <= 97) style.foreground = code - 82
    else if (code >= 100 && code <= 107) style.background = code - 92
    else for (const off of unmarkedBy.get(code) ?? "") style.marks.delete(off)
  }
  return style
}

function classesOf({ foreground, background, marks }: Style): string {
  const names = [...marks].sort().map((mark) => `a${mark}`)
  if (foreground !== undefined) names.push(`a${foreground}`)
  if (background !== undefined) names.push(`b${background}`)
  return names.join(" ")
}

/** `5;n` or `2;r;g;b`; with colons there may be a colour space before the three. */
function colourOf([kind, ...values]: number[], colons: boolean): number | undefined {
  const [n = 0] = values
  if (kind === 2) return nearest(colons ? values.slice(-3) : values)
  if (kind !== 5 || !(n >= 0 && n <= 255)) return undefined
  if (n < 16) return n
  if (n >= 232) return nearest(Array(3).fill(8 + (n - 232) * 10))
  return nearest(
    [Math.floor((n - 16) / 36), Math.floor((n - 16) / 6) % 6, (n - 16) % 6].map((level) => level && level * 40 + 55),
  )
}

// xterm's, as `rrggbb`.
const palette =
  "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
    .split(" ")
    .map((rgb) => [0, 2, 4].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16)))

function nearest(rgb: number[]): number {
  const distances = palette.map((colour) =>
    colour.reduce((sum, level, i) => sum + (level - Math.min(255, rgb[i] || 0)) ** 2, 0),
  )
  return distances.indexOf(Math.min(...distances))
}
