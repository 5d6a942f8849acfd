/** Current text style. Colours are 0…15. */
export interface TextStyle {
  foreground: number | undefined
  background: number | undefined
  /** Active flags, of `bdiusv`. */
  flags: Set<string>
}

export const plainStyle = (): TextStyle => ({ foreground: undefined, background: undefined, flags: new Set() })

export const copyStyle = (style: TextStyle): TextStyle => ({ ...style, flags: new Set(style.flags) })

/** Classes of a style, separated by spaces, in a fixed order; listed at `ansiToHtml`. */
export function classesOf({ foreground, background, flags }: TextStyle): string {
  const names = [...flags].sort().map((flag) => `a${flag}`)
  if (foreground !== undefined) names.push(`a${foreground}`)
  if (background !== undefined) names.push(`b${background}`)
  return names.join(" ")
}

const FLAG_BY_CODE = new Map([
  [1, "b"],
  [2, "d"],
  [3, "i"],
  [4, "u"],
  [7, "v"],
  [9, "s"],
  [21, "u"],
])
const FLAGS_CLEARED_BY_CODE = new Map([
  [22, "bd"],
  [23, "i"],
  [24, "u"],
  [27, "v"],
  [29, "s"],
])

/** Applies an SGR sequence: parameters separated by `;`, each with optional subparameters after `:`. */
export function applySgr(style: TextStyle, parameters: string): void {
  const codes = parameters.split(";")
  for (let i = 0; i < codes.length; i++) {
    const parts = (codes[i] as string).split(":").map(Number)
    const code = parts[0] as number
    const flag = FLAG_BY_CODE.get(code)
    if (code === 0) {
      style.foreground = style.background = undefined
      style.flags.clear()
    } else if (flag !== undefined && parts[1] !== 0) style.flags.add(flag)
    else if (code === 4) style.flags.delete("u")
    else if (code === 38 || code === 48 || code === 58) {
      const rest = parts.length > 1 ? parts.slice(1) : codes.slice(i + 1, i + 5).map(Number)
      const colour = parseColour(rest, parts.length > 1)
      // 58 is the underline colour: ignored, but its parameters must be skipped.
      if (code === 38) style.foreground = colour
      else if (code === 48) style.background = colour
      if (parts.length === 1) i += rest[0] === 5 ? 2 : 4
    } else if (code === 39) style.foreground = undefined
    else if (code === 49) style.background = undefined
    else if (code >= 30 && code <= 37) style.foreground = code - 30
    else if (code >= 40 && code <= 47) style.background = code - 40
    else if (code >= 90 && code <= 97) style.foreground = code - 82
    else if (code >= 100 && code <= 107) style.background = code - 92
    else for (const off of FLAGS_CLEARED_BY_CODE.get(code) ?? "") style.flags.delete(off)
  }
}

/** `5;n` or `2;r;g;b`. In the colon form, a colour space may precede the three components. */
function parseColour([kind, ...values]: number[], colons: boolean): number | undefined {
  const [n = 0] = values
  if (kind === 2) return nearestColour(colons ? values.slice(-3) : values)
  if (kind !== 5 || !(n >= 0 && n <= 255)) return undefined
  if (n < 16) return n
  if (n >= 232) return nearestColour(Array(3).fill(8 + (n - 232) * 10))
  return nearestColour(
    [Math.floor((n - 16) / 36), Math.floor((n - 16) / 6) % 6, (n - 16) % 6].map((level) => level && level * 40 + 55),
  )
}

// xterm's palette, as `rrggbb`.
const PALETTE =
  "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
    .split(" ")
    .map((rgb) => [0, 2, 4].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16)))

function nearestColour(rgb: number[]): number {
  const distances = PALETTE.map((colour) =>
    colour.reduce((sum, level, i) => sum + (level - Math.min(255, rgb[i] || 0)) ** 2, 0),
  )
  return distances.indexOf(Math.min(...distances))
}
