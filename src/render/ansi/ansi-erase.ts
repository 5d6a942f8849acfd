import {
  beginScreen,
  blankCells,
  dropBlankEnd,
  moveTo,
  type Screen,
  spendWork,
  splitWideCharacter,
} from "./ansi-screen.ts"

/** EL: erases in the cursor's row. Mode 0: from the cursor on; 1: up to it; 2: all. */
export function eraseInLine(screen: Screen, mode: number): void {
  screen.wasErased = true
  const { rows, column } = screen
  const row = rows[screen.row]
  if (!row) return
  if (mode === 2 || (mode === 1 && column >= row.length - 1)) row.length = 0
  else if (mode === 1) eraseCells(screen, 0, column + 1)
  else if (mode === 0 && column < row.length) {
    splitWideCharacter(row, column)
    row.length = column
  }
}

/**
 * ED: erases in the screen. Mode 0: from the cursor on; 1: up to it; 2: all; 3 (scrollback): nothing. A fully erased
 * screen stays and a new one begins below it, because readers look for what a program printed. On the alternate
 * screen, which shows one changing picture, it is dropped.
 */
export function eraseInScreen(screen: Screen, mode: number): void {
  screen.wasErased = true
  if (mode === 2 || (mode === 0 && screen.isHomed)) eraseScreen(screen)
  else if (mode === 0) {
    eraseInLine(screen, 0)
    screen.rows.length = Math.min(screen.rows.length, screen.row + 1)
  } else if (mode === 1) {
    eraseInLine(screen, 1)
    const end = Math.min(screen.row, screen.rows.length)
    if (end > screen.top && spendWork(screen, end - screen.top)) screen.rows.fill(undefined, screen.top, end)
  }
}

function eraseScreen(screen: Screen): void {
  if (screen.mainScreen) screen.rows.length = Math.min(screen.rows.length, screen.top)
  else dropBlankEnd(screen)
  if (screen.rows.length > screen.top) beginScreen(screen)
}

/** ECH: blanks cells from the cursor on. */
export function eraseCharacters(screen: Screen, count: number): void {
  const length = screen.rows[screen.row]?.length ?? 0
  if (screen.column + count >= length) eraseInLine(screen, 0)
  else eraseCells(screen, screen.column, screen.column + count)
}

function eraseCells(screen: Screen, from: number, to: number): void {
  const row = screen.rows[screen.row]
  if (!row || !spendWork(screen, to - from)) return
  splitWideCharacter(row, from)
  splitWideCharacter(row, to)
  for (const [i, cell] of blankCells(to - from).entries()) row[from + i] = cell
}

/** ICH: shifts the characters from the cursor on to the right. */
export function insertCharacters(screen: Screen, count: number): void {
  const row = screen.rows[screen.row]
  if (!row || screen.column >= row.length || count > screen.cellsLeft || !spendWork(screen, row.length + count)) return
  screen.cellsLeft -= count
  splitWideCharacter(row, screen.column)
  row.splice(screen.column, 0, ...blankCells(count))
}

/** DCH: deletes characters from the cursor on; the rest shifts left. */
export function deleteCharacters(screen: Screen, count: number): void {
  const row = screen.rows[screen.row]
  if (!row || screen.column >= row.length || !spendWork(screen, row.length)) return
  splitWideCharacter(row, screen.column)
  splitWideCharacter(row, screen.column + count)
  row.splice(screen.column, count)
}

/** IL: shifts the rows from the cursor's on down. */
export function insertLines(screen: Screen, count: number): void {
  const { rows, row } = screen
  moveTo(screen, undefined, 0)
  if (row >= rows.length || count > screen.cellsLeft || !spendWork(screen, rows.length - row + count)) return
  screen.cellsLeft -= count
  rows.splice(row, 0, ...Array(count).fill(undefined))
}

/** DL: deletes rows from the cursor's on; the rest shifts up. */
export function deleteLines(screen: Screen, count: number): void {
  const { rows, row } = screen
  screen.wasErased = true
  moveTo(screen, undefined, 0)
  if (row < rows.length && spendWork(screen, rows.length - row)) rows.splice(row, count)
}

/** Switches to the alternate screen, below the content of the main one. */
export function enterAlternate(screen: Screen): void {
  if (screen.mainScreen) return
  const { row, column, top, hasOrigin } = screen
  beginScreen(screen)
  screen.mainScreen = { row, column, top, hasOrigin }
}

/** Returns to the main screen. The last content of the alternate one stays. */
export function leaveAlternate(screen: Screen): void {
  if (!screen.mainScreen) return
  dropBlankEnd(screen)
  const isEmpty = screen.rows.length <= screen.top
  if (isEmpty) Object.assign(screen, screen.mainScreen)
  else beginScreen(screen)
  screen.hasOrigin = isEmpty && screen.mainScreen.hasOrigin
  screen.mainScreen = undefined
}
