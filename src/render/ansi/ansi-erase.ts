import { beginScreen, blanks, dropBlankEnd, moveTo, type Screen, spend, splitAt } from "./ansi-screen.ts"

/** Erases in the cursor's row: 0 from the cursor on, 1 up to it, 2 all. */
export function eraseInLine(screen: Screen, mode: number): void {
  screen.erased = true
  const { rows, column } = screen
  const row = rows[screen.row]
  if (!row) return
  if (mode === 2 || (mode === 1 && column >= row.length - 1)) row.length = 0
  else if (mode === 1) eraseCells(screen, 0, column + 1)
  else if (mode === 0 && column < row.length) {
    splitAt(row, column)
    row.length = column
  }
}

/**
 * Erases in the screen: 0 from the cursor on, 1 up to it, 2 all; 3, what was scrolled out of sight, erases nothing.
 * A screen that is erased as a whole stays, and a new one begins below it: what a program printed is what a reader looks
 * for. On the alternate screen, which is one picture that changes, it is gone.
 */
export function eraseInScreen(screen: Screen, mode: number): void {
  screen.erased = true
  if (mode === 2 || (mode === 0 && screen.homed)) eraseScreen(screen)
  else if (mode === 0) {
    eraseInLine(screen, 0)
    screen.rows.length = Math.min(screen.rows.length, screen.row + 1)
  } else if (mode === 1) {
    eraseInLine(screen, 1)
    const end = Math.min(screen.row, screen.rows.length)
    if (end > screen.top && spend(screen, end - screen.top)) screen.rows.fill(undefined, screen.top, end)
  }
}

function eraseScreen(screen: Screen): void {
  if (screen.main) screen.rows.length = Math.min(screen.rows.length, screen.top)
  else dropBlankEnd(screen)
  if (screen.rows.length > screen.top) beginScreen(screen)
}

/** Blanks so many cells from the cursor on. */
export function eraseCharacters(screen: Screen, count: number): void {
  const length = screen.rows[screen.row]?.length ?? 0
  if (screen.column + count >= length) eraseInLine(screen, 0)
  else eraseCells(screen, screen.column, screen.column + count)
}

function eraseCells(screen: Screen, from: number, to: number): void {
  const row = screen.rows[screen.row]
  if (!row || !spend(screen, to - from)) return
  splitAt(row, from)
  splitAt(row, to)
  for (const [i, cell] of blanks(to - from).entries()) row[from + i] = cell
}

/** Shifts what stands from the cursor on to the right, by so many spaces. */
export function insertCharacters(screen: Screen, count: number): void {
  const row = screen.rows[screen.row]
  if (!row || screen.column >= row.length || count > screen.room || !spend(screen, row.length + count)) return
  screen.room -= count
  splitAt(row, screen.column)
  row.splice(screen.column, 0, ...blanks(count))
}

/** Removes so many characters from the cursor on; what follows moves up to it. */
export function deleteCharacters(screen: Screen, count: number): void {
  const row = screen.rows[screen.row]
  if (!row || screen.column >= row.length || !spend(screen, row.length)) return
  splitAt(row, screen.column)
  splitAt(row, screen.column + count)
  row.splice(screen.column, count)
}

/** Shifts the rows from the cursor's on down, by so many empty ones. */
export function insertLines(screen: Screen, count: number): void {
  const { rows, row } = screen
  moveTo(screen, undefined, 0)
  if (row >= rows.length || count > screen.room || !spend(screen, rows.length - row + count)) return
  screen.room -= count
  rows.splice(row, 0, ...Array(count).fill(undefined))
}

/** Removes so many rows from the cursor's on; those that follow move up. */
export function deleteLines(screen: Screen, count: number): void {
  const { rows, row } = screen
  screen.erased = true
  moveTo(screen, undefined, 0)
  if (row < rows.length && spend(screen, rows.length - row)) rows.splice(row, count)
}

/** Shows the alternate screen, below what stands on the main one. */
export function enterAlternate(screen: Screen): void {
  if (screen.main) return
  const { row, column, top, placed } = screen
  beginScreen(screen)
  screen.main = { row, column, top, placed }
}

/** Goes back to the main screen. What stands on the alternate one at last stays as it is. */
export function leaveAlternate(screen: Screen): void {
  if (!screen.main) return
  dropBlankEnd(screen)
  const isEmpty = screen.rows.length <= screen.top
  if (isEmpty) Object.assign(screen, screen.main)
  else beginScreen(screen)
  screen.placed = isEmpty && screen.main.placed
  screen.main = undefined
}
