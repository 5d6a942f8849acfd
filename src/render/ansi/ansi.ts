import { escapeText, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import { asDrawing } from "./ansi-characters.ts"
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
import { markupOfRows } from "./ansi-markup.ts"
import { printed } from "./ansi-printed.ts"
import {
  dropBlankEnd,
  type Look,
  moveBy,
  moveTo,
  moveToPlace,
  newLine,
  newScreen,
  repeat,
  type Screen,
  tab,
  write,
} from "./ansi-screen.ts"
import { applyTo, classesOf, copyOf, plainStyle, type Style } from "./ansi-style.ts"

// In this order: a control sequence (its parameters, what stands between, its end), a string such as a title or a link's
// address, any other escape, a control character that moves or is silent, and text. Each alternative stops at what begins
// the next, so that the whole is linear. A string without an end only loses its beginning: what follows it may be real
// output.
const token =
  /(?:\u001b\[|\u009b)([0-?]*)([ -/]*)([@-~]?)|\u001b[\]PX^_]([^\u0007\u001b\u009c\n]*)(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]?|[\u0007\b\t\r\n\u000e\u000f]|[^\u001b\u009b\u0007\b\t\r\n\u000e\u000f]+/g

interface Terminal {
  screen: Screen
  style: Style
  look: Look
  /** Which of the two character sets are the one for drawing lines, and which of the two is in use. */
  drawing: [boolean, boolean]
  set: 0 | 1
  saved: (Pick<Terminal, "style" | "drawing" | "set"> & Pick<Screen, "row" | "column">) | undefined
}

/**
 * A terminal's output as markup, as it stands there in the end: text, `<c- …>` around what has a style, and
 * `<a href rel>` around a link (OSC 8) that leads to http or https. The words of a style:
 * `a0`…`a7` and `a8`…`a15` foreground (black, red, green, yellow, blue, magenta, cyan, white; then the bright ones),
 * `b0`…`b15` background, `ab` bold, `ad` dim, `ai` italic, `au` underline, `as` strike, `av` inverse.
 * Colours of the 256 and of 24 bits become the nearest of the 16. What is written over or erased is gone, except that a
 * screen erased as a whole stays above the next; a sequence without a meaning here is dropped.
 * Never throws. Time, memory and markup are in proportion to the text. Sequences as in ECMA-48 and xterm's ctlseqs.
 */
export function ansiToHtml(text: string): SafeHtml {
  if (!/[\u001b\u009b\u0007\b\r\u000e\u000f]/.test(text)) return escapeText(text)
  const simple = printed(text)
  if (simple) return simple
  const screen = newScreen(text.length)
  const terminal: Terminal = {
    screen,
    style: plainStyle(),
    look: { classes: "", link: undefined },
    drawing: [false, false],
    set: 0,
    saved: undefined,
  }
  for (const [found, parameters, between, final, string] of text.matchAll(token)) {
    if (string !== undefined) readString(terminal, found, string)
    else if (final !== undefined) obey(terminal, parameters as string, between as string, final)
    else if (found.startsWith("\u001b")) obeyEscape(terminal, found.slice(1))
    else if (!control(terminal, found))
      write(screen, terminal.drawing[terminal.set] ? asDrawing(found) : found, terminal.look)
  }
  if (screen.erased || screen.top > 0) dropBlankEnd({ rows: screen.rows, top: 0 })
  return markupOfRows(screen.rows, 2 * text.length)
}

/** Does what a control character says; false if it is none. */
function control(terminal: Terminal, character: string): boolean {
  const { screen } = terminal
  if (character === "\n") newLine(screen)
  else if (character === "\r") moveTo(screen, undefined, 0)
  else if (character === "\b") moveBy(screen, 0, -1)
  else if (character === "\t") tab(screen, terminal.look)
  else if (character === "\u000e") terminal.set = 1
  else if (character === "\u000f") terminal.set = 0
  else return character === "\u0007"
  return true
}

/** Of the strings only a link's address has a meaning: `8;parameters;address`, an empty one at its end. */
function readString(terminal: Terminal, found: string, string: string): void {
  if (!found.startsWith("\u001b]8;")) return
  const url = safeUrl(string.slice(string.indexOf(";", 2) + 1))
  terminal.look = { ...terminal.look, link: url && /^https?:/.test(url) ? url : undefined }
}

/** An escape sequence without parameters, given without its ESC. */
function obeyEscape(terminal: Terminal, sequence: string): void {
  const { screen } = terminal
  if (sequence === "7") save(terminal)
  else if (sequence === "8") restore(terminal)
  else if (sequence === "D") moveBy(screen, 1, 0)
  else if (sequence === "E") newLine(screen)
  else if (sequence === "M" && screen.row > screen.top) moveBy(screen, -1, 0)
  else if (sequence === "M") insertLines(screen, 1)
  else if (sequence === "c") {
    leaveAlternate(screen)
    eraseInScreen(screen, 2)
    moveToPlace(screen, 0, 0)
    Object.assign(terminal, {
      style: plainStyle(),
      look: { classes: "", link: undefined },
      drawing: [false, false],
      set: 0,
    })
  } else if (/^[()]/.test(sequence)) terminal.drawing[sequence[0] === "(" ? 0 : 1] = sequence[1] === "0"
}

function save(terminal: Terminal): void {
  const { screen, style, drawing, set } = terminal
  terminal.saved = { style: copyOf(style), drawing: [...drawing], set, row: screen.row, column: screen.column }
}

function restore(terminal: Terminal): void {
  const { saved } = terminal
  if (!saved) return
  moveTo(terminal.screen, saved.row, saved.column)
  terminal.drawing = [...saved.drawing]
  terminal.set = saved.set
  restyle(terminal, copyOf(saved.style))
}

function restyle(terminal: Terminal, style: Style): void {
  terminal.style = style
  terminal.look = { ...terminal.look, classes: classesOf(style) }
}

/** A control sequence. One with private parameters or with something between these and its end means something else. */
function obey(terminal: Terminal, parameters: string, between: string, final: string): void {
  if (between !== "") return
  if (/^[<-?]/.test(parameters)) {
    if (/^\?(?:.*;)?(?:1049|1047|47)(?:;|$)/.test(parameters)) {
      if (final === "h") enterAlternate(terminal.screen)
      if (final === "l") leaveAlternate(terminal.screen)
    }
  } else if (final === "m") {
    applyTo(terminal.style, parameters)
    restyle(terminal, terminal.style)
  } else if (final === "s") save(terminal)
  else if (final === "u") restore(terminal)
  else {
    const [first = 0, second = 0] = parameters.split(";", 2).map((number) => Number.parseInt(number, 10) || 0)
    // A count that is left out, or 0, is 1.
    actions.get(final)?.(terminal.screen, first || 1, { first, second, look: terminal.look })
  }
}

type Action = (screen: Screen, count: number, given: { first: number; second: number; look: Look }) => void

const forward: Action = (screen, count) => moveBy(screen, 0, count)
const down: Action = (screen, count) => moveBy(screen, count, 0)
const toColumn: Action = (screen, count) => moveBy(screen, 0, count - 1 - screen.column)
const toPlace: Action = (screen, count, { second }) => moveToPlace(screen, count - 1, (second || 1) - 1)
/** For what is done to as many rows or cells as the count says: no screen has more. */
const few = (act: (screen: Screen, count: number, look: Look) => void): Action => {
  return (screen, count, { look }) => act(screen, Math.min(count, 200), look)
}

const actions = new Map<string, Action>([
  ["A", (screen, count) => moveBy(screen, -count, 0)],
  ["B", down],
  ["e", down],
  ["C", forward],
  ["a", forward],
  ["D", (screen, count) => moveBy(screen, 0, -count)],
  ["E", (screen, count) => moveBy(screen, count, Number.NEGATIVE_INFINITY)],
  ["F", (screen, count) => moveBy(screen, -count, Number.NEGATIVE_INFINITY)],
  ["G", toColumn],
  ["`", toColumn],
  ["H", toPlace],
  ["f", toPlace],
  ["d", (screen, count) => moveToPlace(screen, count - 1, screen.column)],
  ["J", (screen, _, { first }) => eraseInScreen(screen, first)],
  ["K", (screen, _, { first }) => eraseInLine(screen, first)],
  ["@", few(insertCharacters)],
  ["P", few(deleteCharacters)],
  ["X", few(eraseCharacters)],
  ["L", few(insertLines)],
  ["M", few(deleteLines)],
  ["b", few(repeat)],
])
