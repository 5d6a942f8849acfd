import { charactersOf } from "./ansi-characters.ts"

/** What a character is shown in: the classes of its style, and the address that it leads to. */
export interface Look {
  classes: string
  link: string | undefined
}

/** One column of a row. What is wider than a column is followed by cells that hold "". */
export interface Cell {
  character: string
  look: Look
}

export type Row = Cell[]

/**
 * Everything that was printed, as rows from the first to the last; the screen is those from `top` on, and it has no size of
 * its own, since nobody knows what size the program saw. A row is undefined if the cursor was moved past it and nothing
 * was ever written there.
 */
export interface Screen {
  rows: (Row | undefined)[]
  /** The cursor. It may stand where no row and no cell is yet: only writing makes them. */
  row: number
  column: number
  /** The first row that the cursor can reach. */
  top: number
  /** Whether `top` is where the program takes the screen to begin. */
  placed: boolean
  /** Whether the cursor was put to the beginning of the screen and nothing happened since. */
  homed: boolean
  /** Whether anything was erased. */
  erased: boolean
  /** Set while the alternate screen is shown: where to go on after it. */
  main: Pick<Screen, "row" | "column" | "top" | "placed"> | undefined
  /** What was written last, where it can be repeated. */
  last: string
  /** How many empty rows and cells may yet come into being by moves, and how many may yet be shifted or blanked. */
  room: number
  work: number
}

/** Beyond these many rows and columns, a move means the edge of the screen. */
const TALLEST = 200
const WIDEST = 400
/** The last column of a screen of the usual size. */
const EDGE = 79

const blank: Cell = { character: " ", look: { classes: "", link: undefined } }

/** An empty screen for an output of so many characters: what moves and shifts may cost is in proportion to it. */
export const newScreen = (characters: number): Screen => ({
  rows: [[]],
  row: 0,
  column: 0,
  top: 0,
  placed: false,
  homed: false,
  erased: false,
  main: undefined,
  last: "",
  room: 2_000 + 4 * characters,
  work: 10_000 + 50 * characters,
})

/** Writes text that holds no control characters where the cursor is, over what stands there. */
export function write(screen: Screen, text: string, look: Look): void {
  const row = rowToWrite(screen)
  for (const [character, width] of charactersOf(text)) {
    if (width > 0 || !join(row, screen.column, character)) put(screen, row, character, width || 1, look)
    // One that is joined of many would become twice as long with each time.
    screen.last = width > 0 && character.length <= 2 ? character : ""
  }
}

/** Writes the last character again. */
export function repeat(screen: Screen, times: number, look: Look): void {
  const most = Math.min(times, WIDEST, screen.room)
  screen.room -= most
  if (most > 0 && screen.last !== "") write(screen, screen.last.repeat(most), look)
}

/** Goes to the next tab stop; they are eight columns apart. Behind a row's end a tab stays one, so that it can be copied. */
export function tab(screen: Screen, look: Look): void {
  const { row, column } = screen
  if (column < (screen.rows[row]?.length ?? 0)) moveTo(screen, undefined, column + 8 - (column % 8))
  else {
    const written = rowToWrite(screen)
    put(screen, written, "\t", 8 - (screen.column % 8), look)
  }
}

/** Goes to the beginning of the next row. */
export function newLine(screen: Screen): void {
  currentRow(screen)
  screen.row++
  screen.column = 0
  if (screen.row === screen.rows.length) screen.rows.push([])
}

/** Moves the cursor by so many rows and columns. Past the last row it goes only as far as a screen could reach. */
export function moveBy(screen: Screen, rows: number, columns: number): void {
  moveTo(screen, rows === 0 ? undefined : screen.row + limited(rows, TALLEST), screen.column + limited(columns, WIDEST))
}

const limited = (by: number, most: number) => (by > most ? Number.POSITIVE_INFINITY : by)

/** Moves the cursor to a row (counted from the first of all) and a column, or to the edge nearest to it. */
export function moveTo(screen: Screen, row: number | undefined, column: number): void {
  screen.homed = false
  if (row !== undefined) {
    const last = Math.max(screen.rows.length - 1, screen.row)
    const bottom = row === Number.POSITIVE_INFINITY ? last : Math.max(last, screen.top + TALLEST - 1)
    screen.row = Math.max(screen.top, Math.min(row, bottom))
  }
  const end = Math.max(screen.rows[screen.row]?.length ?? 0, screen.column)
  const edge = Math.max(column === Number.POSITIVE_INFINITY ? EDGE : WIDEST, end)
  screen.column = Math.max(0, Math.min(column, edge))
}

/** Moves the cursor to a row and a column of the screen, counted from 0. What was printed before the first time stays. */
export function moveToPlace(screen: Screen, row: number, column: number): void {
  if (!screen.placed) beginScreen(screen)
  moveTo(screen, screen.top + limited(row, TALLEST), limited(column, WIDEST))
  screen.homed = row === 0 && column === 0
}

/** Begins an empty screen below what stands on the present one, after an empty row. */
export function beginScreen(screen: Screen): void {
  dropBlankEnd(screen)
  if (screen.rows.length > screen.top) screen.rows.push([])
  screen.top = screen.row = screen.rows.length
  screen.column = 0
  screen.placed = true
  screen.homed = true
}

/** Removes the rows from the end in which nothing is to be seen, down to `top`. */
export function dropBlankEnd({ rows, top }: Pick<Screen, "rows" | "top">): void {
  while (rows.length > top && isBlank(rows.at(-1))) rows.pop()
}

const isBlank = (row: Row | undefined): boolean =>
  row === undefined || !row.some(({ character, look }) => character.trim() !== "" || look.classes !== "")

/** Whether so many cells or rows may be touched at once; what is shifted again and again is not, after a time. */
export function spend(screen: Screen, cells: number): boolean {
  if (cells > screen.work) return false
  screen.work -= cells
  return true
}

export const blanks = (count: number): Cell[] => Array(count).fill(blank)

/** Makes a column of a row the beginning of a character: one that reaches over it becomes spaces. */
export function splitAt(row: Row, column: number): void {
  if (row[column]?.character !== "") return
  let from = column
  while (from > 0 && row[from]?.character === "") from--
  for (let i = from; i === from || row[i]?.character === ""; i++)
    row[i] = { ...blank, look: row[i]?.look ?? blank.look }
}

/** The row that the cursor is in; it and those before it come into being if there is room for them. */
function currentRow(screen: Screen): Row {
  const { rows } = screen
  screen.homed = false
  const missing = screen.row - rows.length
  if (missing > screen.room) screen.row = rows.length
  else if (missing > 0) {
    screen.room -= missing
    for (let i = 0; i < missing; i++) rows.push(undefined)
  }
  rows[screen.row] ??= []
  return rows[screen.row] as Row
}

/** As `currentRow`, with spaces up to the cursor if there is room for them. */
function rowToWrite(screen: Screen): Row {
  const row = currentRow(screen)
  const gap = screen.column - row.length
  if (gap > screen.room) {
    // Something has to part it from what stands before.
    if (row.length > 0) row.push(blank)
    screen.column = row.length
  } else if (gap > 0) {
    screen.room -= gap
    for (let i = 0; i < gap; i++) row.push(blank)
  }
  return row
}

function put(screen: Screen, row: Row, character: string, width: number, look: Look): void {
  const { column } = screen
  if (column < row.length) {
    splitAt(row, column)
    splitAt(row, column + width)
  }
  row[column] = { character, look }
  for (let i = 1; i < width; i++) row[column + i] = { character: "", look }
  screen.column = column + width
}

/** Adds to the character before the column; false if there is none. */
function join(row: Row, column: number, character: string): boolean {
  let at = column - 1
  while (at >= 0 && row[at]?.character === "") at--
  const cell = row[at]
  if (!cell || cell.character === "\t") return false
  row[at] = { ...cell, character: cell.character + character }
  return true
}
