import { charactersOf } from "./ansi-characters.ts"

/** Style classes and link target of a cell. */
export interface CellStyle {
  classes: string
  link: string | undefined
}

/** One column of a row. A wide character is followed by cells that hold "". */
export interface ScreenCell {
  character: string
  style: CellStyle
}

export type ScreenRow = ScreenCell[]

/**
 * All printed rows, first to last. The screen is those from `top` on. Its size is unknown, since nobody recorded the
 * program's terminal size. Rows that the cursor skipped are undefined.
 */
export interface Screen {
  rows: (ScreenRow | undefined)[]
  /** Cursor position. It may be beyond the existing rows and cells: only writing creates them. */
  row: number
  column: number
  /** First row that the cursor can reach. */
  top: number
  /** Whether `top` is the program's first screen row. */
  hasOrigin: boolean
  /** Whether the cursor was just moved to the screen's origin. */
  isHomed: boolean
  /** Whether anything was erased. */
  wasErased: boolean
  /** Saved state of the main screen while the alternate one is shown. */
  mainScreen: Pick<Screen, "row" | "column" | "top" | "hasOrigin"> | undefined
  /** Last written character, for REP; "" if it cannot be repeated. */
  lastCharacter: string
  /** Remaining budgets: empty cells and rows that moves may create, and cells that may be shifted or blanked. */
  cellsLeft: number
  workLeft: number
}

/** Moves beyond these mean the edge of the screen. */
const MAX_ROWS = 200
const MAX_COLUMNS = 400
/** Last column of a usual 80-column screen. */
const DEFAULT_LAST_COLUMN = 79

const BLANK_CELL: ScreenCell = { character: " ", style: { classes: "", link: undefined } }

/** An empty screen. Its budgets are proportional to the output's length. */
export const newScreen = (characters: number): Screen => ({
  rows: [[]],
  row: 0,
  column: 0,
  top: 0,
  hasOrigin: false,
  isHomed: false,
  wasErased: false,
  mainScreen: undefined,
  lastCharacter: "",
  cellsLeft: 2_000 + 4 * characters,
  workLeft: 10_000 + 50 * characters,
})

/** Writes text without control characters at the cursor, over existing characters. */
export function writeText(screen: Screen, text: string, style: CellStyle): void {
  const row = rowToWrite(screen)
  for (const [character, width] of charactersOf(text)) {
    if (width > 0 || !appendToPrevious(row, screen.column, character))
      putCharacter(screen, row, character, width || 1, style)
    // Repeating a long combined character could double its length each time.
    screen.lastCharacter = width > 0 && character.length <= 2 ? character : ""
  }
}

/** REP: writes the last character again. */
export function repeatLast(screen: Screen, times: number, style: CellStyle): void {
  const most = Math.min(times, MAX_COLUMNS, screen.cellsLeft)
  screen.cellsLeft -= most
  if (most > 0 && screen.lastCharacter !== "") writeText(screen, screen.lastCharacter.repeat(most), style)
}

/**
 * Moves to the next tab stop, every eight columns. Past the row's end, the tab is kept as a character, so that it can
 * be copied.
 */
export function writeTab(screen: Screen, style: CellStyle): void {
  const { row, column } = screen
  if (column < (screen.rows[row]?.length ?? 0)) moveTo(screen, undefined, column + 8 - (column % 8))
  else {
    const written = rowToWrite(screen)
    putCharacter(screen, written, "\t", 8 - (screen.column % 8), style)
  }
}

/** Moves to the beginning of the next row. */
export function newLine(screen: Screen): void {
  currentRow(screen)
  screen.row++
  screen.column = 0
  if (screen.row === screen.rows.length) screen.rows.push([])
}

/** Moves the cursor relatively. Past the last row, at most by a screen's height. */
export function moveBy(screen: Screen, rows: number, columns: number): void {
  moveTo(
    screen,
    rows === 0 ? undefined : screen.row + clampMove(rows, MAX_ROWS),
    screen.column + clampMove(columns, MAX_COLUMNS),
  )
}

const clampMove = (by: number, most: number) => (by > most ? Number.POSITIVE_INFINITY : by)

/** Moves the cursor to an absolute row (undefined: keep it) and column, clamped to the screen. */
export function moveTo(screen: Screen, row: number | undefined, column: number): void {
  screen.isHomed = false
  if (row !== undefined) {
    const last = Math.max(screen.rows.length - 1, screen.row)
    const bottom = row === Number.POSITIVE_INFINITY ? last : Math.max(last, screen.top + MAX_ROWS - 1)
    screen.row = Math.max(screen.top, Math.min(row, bottom))
  }
  const end = Math.max(screen.rows[screen.row]?.length ?? 0, screen.column)
  const edge = Math.max(column === Number.POSITIVE_INFINITY ? DEFAULT_LAST_COLUMN : MAX_COLUMNS, end)
  screen.column = Math.max(0, Math.min(column, edge))
}

/**
 * CUP: moves the cursor to a row and column of the screen, from 0. The first call begins a new screen below the
 * previous output.
 */
export function moveToPosition(screen: Screen, row: number, column: number): void {
  if (!screen.hasOrigin) beginScreen(screen)
  moveTo(screen, screen.top + clampMove(row, MAX_ROWS), clampMove(column, MAX_COLUMNS))
  screen.isHomed = row === 0 && column === 0
}

/** Begins an empty screen below the present content, after an empty row. */
export function beginScreen(screen: Screen): void {
  dropBlankEnd(screen)
  if (screen.rows.length > screen.top) screen.rows.push([])
  screen.top = screen.row = screen.rows.length
  screen.column = 0
  screen.hasOrigin = true
  screen.isHomed = true
}

/** Removes blank rows at the end, down to `top`. */
export function dropBlankEnd({ rows, top }: Pick<Screen, "rows" | "top">): void {
  while (rows.length > top && isBlank(rows.at(-1))) rows.pop()
}

const isBlank = (row: ScreenRow | undefined): boolean =>
  row === undefined || !row.some(({ character, style }) => character.trim() !== "" || style.classes !== "")

/** Takes work from the budget; false if it is exceeded, which ends repeated shifting. */
export function spendWork(screen: Screen, cells: number): boolean {
  if (cells > screen.workLeft) return false
  screen.workLeft -= cells
  return true
}

export const blankCells = (count: number): ScreenCell[] => Array(count).fill(BLANK_CELL)

/** Replaces a wide character that spans this column with spaces. */
export function splitWideCharacter(row: ScreenRow, column: number): void {
  if (row[column]?.character !== "") return
  let from = column
  while (from > 0 && row[from]?.character === "") from--
  for (let i = from; i === from || row[i]?.character === ""; i++)
    row[i] = { ...BLANK_CELL, style: row[i]?.style ?? BLANK_CELL.style }
}

/** The cursor's row, created with the rows before it as far as the budget allows. */
function currentRow(screen: Screen): ScreenRow {
  const { rows } = screen
  screen.isHomed = false
  const missing = screen.row - rows.length
  if (missing > screen.cellsLeft) screen.row = rows.length
  else if (missing > 0) {
    screen.cellsLeft -= missing
    for (let i = 0; i < missing; i++) rows.push(undefined)
  }
  rows[screen.row] ??= []
  return rows[screen.row] as ScreenRow
}

/** The cursor's row, padded with spaces up to the cursor as far as the budget allows. */
function rowToWrite(screen: Screen): ScreenRow {
  const row = currentRow(screen)
  const gap = screen.column - row.length
  if (gap > screen.cellsLeft) {
    // Keep a space between this and the earlier text.
    if (row.length > 0) row.push(BLANK_CELL)
    screen.column = row.length
  } else if (gap > 0) {
    screen.cellsLeft -= gap
    for (let i = 0; i < gap; i++) row.push(BLANK_CELL)
  }
  return row
}

function putCharacter(screen: Screen, row: ScreenRow, character: string, width: number, style: CellStyle): void {
  const { column } = screen
  if (column < row.length) {
    splitWideCharacter(row, column)
    splitWideCharacter(row, column + width)
  }
  row[column] = { character, style: style }
  for (let i = 1; i < width; i++) row[column + i] = { character: "", style: style }
  screen.column = column + width
}

/** Appends to the previous character; false if there is none. */
function appendToPrevious(row: ScreenRow, column: number, character: string): boolean {
  let at = column - 1
  while (at >= 0 && row[at]?.character === "") at--
  const cell = row[at]
  if (!cell || cell.character === "\t") return false
  row[at] = { ...cell, character: cell.character + character }
  return true
}
