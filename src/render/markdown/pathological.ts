/** Levels of nesting that no writer needs. */
const MAX_DEPTH = 40
/** The lexer pads every row of a table to the columns of its head. */
const MAX_CELL_COUNT = 20_000

/** Whether a block takes a Markdown parser more than linear time or room: its grammar has no linear parser. */
export function isPathological(text: string): boolean {
  const lines = text.split("\n")
  for (const line of lines) {
    const markers = /^(?:\s*(?:>|[-*+]\s|\d{1,9}[.)]\s))+/.exec(line)?.[0] ?? ""
    if (markers.length > MAX_DEPTH && markers.replace(/\s+/g, "").length > MAX_DEPTH) return true
    if (/^\s*/.exec(line)![0].length > MAX_DEPTH * 4 && /^\s*(?:[-*+]|\d+[.)])\s/.test(line)) return true
    if (lines.length > 1 && /^[\s>|:-]+$/.test(line) && line.split("|").length * lines.length > MAX_CELL_COUNT)
      return true
  }
  return /(?:[[(!*_~`<]\s?){300}/.test(text)
}
