/** What the text that follows looks like. Colours are 0…15. */
export interface Style {
  foreground: number | undefined
  background: number | undefined
  /** Those of `bdiusv` that are on. */
  marks: Set<string>
}

export const plainStyle = (): Style => ({ foreground: undefined, background: undefined, marks: new Set() })

export const copyOf = (style: Style): Style => ({ ...style, marks: new Set(style.marks) })

/** The classes of a style, parted by spaces, always in the same order; their names are listed at `ansiToHtml`. */
export function classesOf({ foreground, background, marks }: Style): string {
  const names = [...marks].sort().map((mark) => `a${mark}`)
  if (foreground !== undefined) names.push(`a${foreground}`)
  if (background !== undefined) names.push(`b${background}`)
  return names.join(" ")
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
export function applyTo(style: Style, parameters: string): void {
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
    else if (code === 38 || code === 48 || code === 58) {
      const rest = parts.length > 1 ? parts.slice(1) : codes.slice(i + 1, i + 5).map(Number)
      const colour = colourOf(rest, parts.length > 1)
      // 58 is the colour of an underline: not shown, but its numbers are not styles.
      if (code === 38) style.foreground = colour
      else if (code === 48) style.background = colour
      if (parts.length === 1) i += rest[0] === 5 ? 2 : 4
    } else if (code === 39) style.foreground = undefined
    else if (code === 49) style.background = undefined
    else if (code >= 30 && code <= 37) style.foreground = code - 30
    else if (code >= 40 && code <= 47) style.background = code - 40
    else if (code >= 90 && code <= 97) style.foreground = code - 82
    else if (code >= 100 && code <= 107) style.background = code - 92
    else for (const off of unmarkedBy.get(code) ?? "") style.marks.delete(off)
  }
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
