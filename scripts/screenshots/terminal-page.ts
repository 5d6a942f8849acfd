/** Style of a character cell. */
interface Look {
  colour: string
  background: string
  bold: boolean
  dim: boolean
  underline: boolean
  italic: boolean
  reverse: boolean
}

const [FOREGROUND, BACKGROUND] = ["#d4d4d4", "#0a0a0a"]
const basic =
  "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db ffffff"
const plain: Look = {
  colour: FOREGROUND,
  background: BACKGROUND,
  bold: false,
  dim: false,
  underline: false,
  italic: false,
  reverse: false,
}

/**
 * Renders a terminal screen as an HTML page: each character in a cell of fixed width, with its colours.
 * @param screen output of `tmux capture-pane -e -p`: lines of text and SGR sequences
 */
export function terminalPage(screen: string): string {
  let look = plain
  const lines = screen
    .replace(/\n+$/, "\n")
    .split("\n")
    .map((line) => {
      let cells = ""
      for (const [, sgr, text] of line.matchAll(/\u001b\[([\d;:]*)m|([^\u001b]+)/g)) {
        if (sgr !== undefined) look = applied(look, sgr)
        else for (const { segment } of new Intl.Segmenter().segment(text!)) cells += cell(segment, look)
      }
      return `<div>${cells}</div>`
    })
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; width: max-content; padding: 14px; background: #000; color: ${FOREGROUND};
      font: 14px/20px "DejaVu Sans Mono", "Liberation Mono", monospace }
    div { display: flex; height: 20px } b { font-weight: inherit; width: 8.5px; height: 20px; flex: none; white-space: pre }
  </style>${lines.join("\n")}`
}

function cell(text: string, look: Look): string {
  const [colour, background] = look.reverse ? [look.background, look.colour] : [look.colour, look.background]
  const style = [
    `color:${colour}`,
    background !== BACKGROUND && `background:${background}`,
    look.bold && "font-weight:700",
    look.dim && "opacity:.6",
    look.underline && "text-decoration:underline",
    look.italic && "font-style:italic",
  ].filter(Boolean)
  return `<b style="${style.join(";")}">${text.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</b>`
}

function applied(before: Look, sgr: string): Look {
  const codes = sgr.split(/[;:]/).map(Number)
  const look = { ...before }
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!
    if (code === 0) Object.assign(look, plain)
    else if (code === 1) look.bold = true
    else if (code === 2) look.dim = true
    else if (code === 3) look.italic = true
    else if (code === 4) look.underline = true
    else if (code === 7) look.reverse = true
    else if (code === 22) look.bold = look.dim = false
    else if (code === 39) look.colour = FOREGROUND
    else if (code === 49) look.background = BACKGROUND
    else if (code === 38 || code === 48) {
      const isTrue = codes[at + 1] === 2
      const value = isTrue ? hex(codes.slice(at + 2, at + 5)) : indexed(codes[at + 2] ?? 0)
      look[code === 38 ? "colour" : "background"] = value
      at += isTrue ? 4 : 2
    } else if (code >= 30 && code <= 37) look.colour = indexed(code - 30)
    else if (code >= 40 && code <= 47) look.background = indexed(code - 40)
    else if (code >= 90 && code <= 97) look.colour = indexed(code - 82)
  }
  return look
}

const hex = (parts: number[]) => `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`

/** A colour of the 256-colour palette: 16 named ones, a cube of 6 × 6 × 6, and greys. */
function indexed(index: number): string {
  if (index < 16) return `#${basic.split(" ")[index]}`
  if (index >= 232) return hex(Array(3).fill(8 + (index - 232) * 10))
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40)
  const place = index - 16
  return hex([level(Math.floor(place / 36)), level(Math.floor(place / 6) % 6), level(place % 6)])
}
