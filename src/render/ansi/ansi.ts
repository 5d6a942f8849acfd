import { escapeText, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import { toLineDrawing } from "./ansi-characters.ts"
import {
  deleteCharacters,
  deleteLines,
  enterAlternate,
  eraseCharacters,
  eraseInLine,
  eraseInScreen,
  insertCharacters,
  insertLines,
  leaveAlternate,
} from "./ansi-erase.ts"
import { renderLines } from "./ansi-lines.ts"
import { markupOfRows } from "./ansi-markup.ts"
import {
  type CellStyle,
  dropBlankEnd,
  moveBy,
  moveTo,
  moveToPosition,
  newLine,
  newScreen,
  repeatLast,
  type Screen,
  writeTab,
  writeText,
} from "./ansi-screen.ts"
import { applySgr, classesOf, copyStyle, plainStyle, type TextStyle } from "./ansi-style.ts"

// Alternatives in order: a control sequence (parameters, intermediates, final byte); a control string (title, link
// target); any other escape; a control character; text. Each stops where the next could begin, so that matching is
// linear. An unterminated string loses only its introducer: real output may follow.
const TOKEN =
  /(?:\u001b\[|\u009b)([0-?]*)([ -/]*)([@-~]?)|\u001b[\]PX^_]([^\u0007\u001b\u009c\n]*)(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]?|[\u0007\b\t\r\n\u000e\u000f]|[^\u001b\u009b\u0007\b\t\r\n\u000e\u000f]+/g

interface TerminalState {
  screen: Screen
  style: TextStyle
  cellStyle: CellStyle
  /** Whether the sets G0 and G1 are line drawing, and the active one. */
  isLineDrawing: [boolean, boolean]
  activeSet: 0 | 1
  saved: (Pick<TerminalState, "style" | "isLineDrawing" | "activeSet"> & Pick<Screen, "row" | "column">) | undefined
}

/**
 * Renders terminal output as its final screen: text, `<c- …>` around styled text, and `<a href rel>` around http(s)
 * links (OSC 8). Style words:
 * `a0`…`a7` and `a8`…`a15` foreground (black, red, green, yellow, blue, magenta, cyan, white; then the bright ones),
 * `b0`…`b15` background, `ab` bold, `ad` dim, `ai` italic, `au` underline, `as` strike, `av` inverse.
 * 256-colour and 24-bit colours map to the nearest of the 16. Overwritten and erased text is gone, except that a fully
 * erased screen stays above the next one. Unknown sequences are dropped. Never throws. Time, memory and markup are
 * linear in the text. Sequences as in ECMA-48 and xterm's ctlseqs.
 */
export function ansiToHtml(text: string): SafeHtml {
  if (!/[\u001b\u009b\u0007\b\r\u000e\u000f]/.test(text)) return escapeText(text)
  const simple = renderLines(text)
  if (simple) return simple
  const screen = newScreen(text.length)
  const terminal: TerminalState = {
    screen,
    style: plainStyle(),
    cellStyle: { classes: "", link: undefined },
    isLineDrawing: [false, false],
    activeSet: 0,
    saved: undefined,
  }
  for (const [found, parameters, between, final, string] of text.matchAll(TOKEN)) {
    if (string !== undefined) applyString(terminal, found, string)
    else if (final !== undefined) applySequence(terminal, parameters as string, between as string, final)
    else if (found.startsWith("\u001b")) applyEscape(terminal, found.slice(1))
    else if (!applyControl(terminal, found))
      writeText(screen, terminal.isLineDrawing[terminal.activeSet] ? toLineDrawing(found) : found, terminal.cellStyle)
  }
  if (screen.wasErased || screen.top > 0) dropBlankEnd({ rows: screen.rows, top: 0 })
  return markupOfRows(screen.rows, 2 * text.length)
}

/** Applies a control character; false if it is text. */
function applyControl(terminal: TerminalState, character: string): boolean {
  const { screen } = terminal
  if (character === "\n") newLine(screen)
  else if (character === "\r") moveTo(screen, undefined, 0)
  else if (character === "\b") moveBy(screen, 0, -1)
  else if (character === "\t") writeTab(screen, terminal.cellStyle)
  else if (character === "\u000e") terminal.activeSet = 1
  else if (character === "\u000f") terminal.activeSet = 0
  else return character === "\u0007"
  return true
}

/** Control strings: only OSC 8 matters, `8;parameters;address`, with an empty address at the link's end. */
function applyString(terminal: TerminalState, found: string, string: string): void {
  if (!found.startsWith("\u001b]8;")) return
  const url = safeUrl(string.slice(string.indexOf(";", 2) + 1))
  terminal.cellStyle = { ...terminal.cellStyle, link: url && /^https?:/.test(url) ? url : undefined }
}

/** Applies an escape sequence without parameters, given without its ESC. */
function applyEscape(terminal: TerminalState, sequence: string): void {
  const { screen } = terminal
  if (sequence === "7") saveCursor(terminal)
  else if (sequence === "8") restoreCursor(terminal)
  else if (sequence === "D") moveBy(screen, 1, 0)
  else if (sequence === "E") newLine(screen)
  else if (sequence === "M" && screen.row > screen.top) moveBy(screen, -1, 0)
  else if (sequence === "M") insertLines(screen, 1)
  else if (sequence === "c") {
    leaveAlternate(screen)
    eraseInScreen(screen, 2)
    moveToPosition(screen, 0, 0)
    Object.assign(terminal, {
      style: plainStyle(),
      cellStyle: { classes: "", link: undefined },
      isLineDrawing: [false, false],
      activeSet: 0,
    })
  } else if (/^[()]/.test(sequence)) terminal.isLineDrawing[sequence[0] === "(" ? 0 : 1] = sequence[1] === "0"
}

function saveCursor(terminal: TerminalState): void {
  const { screen, style, isLineDrawing, activeSet } = terminal
  terminal.saved = {
    style: copyStyle(style),
    isLineDrawing: [...isLineDrawing],
    activeSet,
    row: screen.row,
    column: screen.column,
  }
}

function restoreCursor(terminal: TerminalState): void {
  const { saved } = terminal
  if (!saved) return
  moveTo(terminal.screen, saved.row, saved.column)
  terminal.isLineDrawing = [...saved.isLineDrawing]
  terminal.activeSet = saved.activeSet
  setStyle(terminal, copyStyle(saved.style))
}

function setStyle(terminal: TerminalState, style: TextStyle): void {
  terminal.style = style
  terminal.cellStyle = { ...terminal.cellStyle, classes: classesOf(style) }
}

/**
 * Applies a control sequence. Private parameters or intermediates change a sequence's meaning: only the alternate
 * screen is supported of those.
 */
function applySequence(terminal: TerminalState, parameters: string, between: string, final: string): void {
  if (between !== "") return
  if (/^[<-?]/.test(parameters)) {
    if (/^\?(?:.*;)?(?:1049|1047|47)(?:;|$)/.test(parameters)) {
      if (final === "h") enterAlternate(terminal.screen)
      if (final === "l") leaveAlternate(terminal.screen)
    }
  } else if (final === "m") {
    applySgr(terminal.style, parameters)
    setStyle(terminal, terminal.style)
  } else if (final === "s") saveCursor(terminal)
  else if (final === "u") restoreCursor(terminal)
  else {
    const [first = 0, second = 0] = parameters.split(";", 2).map((number) => Number.parseInt(number, 10) || 0)
    // A missing count, or 0, means 1.
    SEQUENCE_ACTIONS.get(final)?.(terminal.screen, first || 1, { first, second, style: terminal.cellStyle })
  }
}

type SequenceAction = (
  screen: Screen,
  count: number,
  given: { first: number; second: number; style: CellStyle },
) => void

const moveForward: SequenceAction = (screen, count) => moveBy(screen, 0, count)
const moveDown: SequenceAction = (screen, count) => moveBy(screen, count, 0)
const moveToColumn: SequenceAction = (screen, count) => moveBy(screen, 0, count - 1 - screen.column)
const moveToGiven: SequenceAction = (screen, count, { second }) => moveToPosition(screen, count - 1, (second || 1) - 1)
/** Limits the count to the rows or cells that a screen can have. */
const withLimitedCount = (act: (screen: Screen, count: number, style: CellStyle) => void): SequenceAction => {
  return (screen, count, { style }) => act(screen, Math.min(count, 200), style)
}

const SEQUENCE_ACTIONS = new Map<string, SequenceAction>([
  ["A", (screen, count) => moveBy(screen, -count, 0)],
  ["B", moveDown],
  ["e", moveDown],
  ["C", moveForward],
  ["a", moveForward],
  ["D", (screen, count) => moveBy(screen, 0, -count)],
  ["E", (screen, count) => moveBy(screen, count, Number.NEGATIVE_INFINITY)],
  ["F", (screen, count) => moveBy(screen, -count, Number.NEGATIVE_INFINITY)],
  ["G", moveToColumn],
  ["`", moveToColumn],
  ["H", moveToGiven],
  ["f", moveToGiven],
  ["d", (screen, count) => moveToPosition(screen, count - 1, screen.column)],
  ["J", (screen, _, { first }) => eraseInScreen(screen, first)],
  ["K", (screen, _, { first }) => eraseInLine(screen, first)],
  ["@", withLimitedCount(insertCharacters)],
  ["P", withLimitedCount(deleteCharacters)],
  ["X", withLimitedCount(eraseCharacters)],
  ["L", withLimitedCount(insertLines)],
  ["M", withLimitedCount(deleteLines)],
  ["b", withLimitedCount(repeatLast)],
])
