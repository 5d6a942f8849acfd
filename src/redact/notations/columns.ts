import { matchedValue, type NamedValue, type TellingName } from "./notation.ts"

const CELL =
  /\*{0,2}`?(?:[ \t]{1,64}[|│](?!\|)[ \t]{0,64}|[|│](?!\|)[ \t]{1,64})`?([^\s|│`][^|│\r\n]{2,600}?)`?[ \t]{0,64}(?=[|│\r\n]|$)/dy
const ALIGNED = /(?:[ \t]{2,64}|\t)([^\s|][^\s]{3,600})(?=[ \t]*(?:\r?\n|$))/dy
const MAX_ROW_CHARS = 2_000
const MAX_ROWS = 40

/** Tables: the cell right of a name, and the cells below a name that heads a column. */
export function columns(text: string, name: TellingName): NamedValue[] {
  const below = cellsBelow(text, name)
  if (below.length > 0) return below
  const right = matchedValue(CELL, text, name.end, "exact").filter(
    ({ start, end }) => !/^[-:+]+$|[;{}()]/.test(text.slice(start, end)),
  )
  if (right.length > 0) return right
  return matchedValue(ALIGNED, text, name.end, "bare")
}

/** The rest of a line, of bounded length. */
function rowAt(text: string, at: number): string {
  const row = text.slice(at, at + MAX_ROW_CHARS)
  const end = row.indexOf("\n")
  return end < 0 ? row : row.slice(0, end)
}

const separatorOf = (line: string) =>
  /[|│]/.exec(line)?.[0] ?? (line.includes("\t") ? "\t" : line.split(",").length > 2 ? "," : undefined)

/** The cells of a column whose head is exactly the name. */
function cellsBelow(text: string, name: TellingName): NamedValue[] {
  // Most names head no column: what follows them is no separator.
  if (!/^["`]?[ \t]{0,40}(?:[|│,\t]|\r?\n|$)/.test(text.slice(name.end, name.end + 44))) return []
  const from = text.slice(Math.max(0, name.start - 400), name.start)
  const start = name.start - (from.length - (from.lastIndexOf("\n") + 1))
  const end = name.end + rowAt(text, name.end).length
  const head = text.slice(start, end)
  const separator = separatorOf(head)
  if (separator === undefined) return alignedBelow(text, name, head, end + 1)
  const heads = head.split(separator)
  const column = head.slice(0, name.start - start).split(separator).length - 1
  if (heads[column]!.replace(/["`\s]/g, "") !== text.slice(name.start, name.end).replace(/\s/g, "")) return []
  const found: NamedValue[] = []
  for (let rows = 0, at = end + 1; rows < MAX_ROWS && at < text.length; rows++) {
    const row = rowAt(text, at)
    const cells = row.split(separator)
    if (cells.length === 1 && !/^[\s+|-]*$/.test(cells[0]!)) break
    if (cells.length > 1 && cells.length !== heads.length) break
    const before = cells.slice(0, column).join(separator).length + (column > 0 ? 1 : 0)
    const cell = cells[column] ?? ""
    const value = cell.trim().replace(/^["'`]|["'`]$/g, "")
    if (value.length >= 4 && !/^[-:+=]+$/.test(value)) {
      const first = at + before + cell.indexOf(value)
      found.push({ start: first, end: first + value.length, place: "exact" })
    }
    at += row.length + 1
  }
  return found
}

const ALIGNED_HEAD = /^(?=.*\S {2})[\w -]+$/
const MAX_CELL_CHARS = 600
/** Longest head of a table for terminals. */
const MAX_ALIGNED_CHARS = 200

/** The cells of a column that begin below its head, in a table whose columns are aligned by spaces. */
function alignedBelow(text: string, name: TellingName, head: string, from: number): NamedValue[] {
  const column = head.length - (from - 1 - name.start)
  if (
    head.length > MAX_ALIGNED_CHARS ||
    !ALIGNED_HEAD.test(head) ||
    (column > 0 && head.slice(column - 2, column) !== "  ")
  )
    return []
  const found: NamedValue[] = []
  for (let rows = 0, at = from; rows < MAX_ROWS && at < text.length; rows++) {
    const row = rowAt(text, at)
    if (row.length <= column || (column > 0 && row[column - 1] !== " ")) break
    const cell = /^\S*/.exec(row.slice(column, column + MAX_CELL_CHARS))![0]
    if (cell.length >= 4 && !/^[-=]+$/.test(cell))
      found.push({ start: at + column, end: at + column + cell.length, place: "exact" })
    at += row.length + 1
  }
  return found
}
