import { escapeText, joinHtml, type SafeHtml, styledSpan } from "../html/safe-html.ts"
import { applySgr, classesOf, plainStyle } from "./ansi-style.ts"

/**
 * Anything that moves the cursor other than forward, or combines with the previous character, needs the screen model.
 */
const NEEDS_SCREEN =
  /[^\t\n\r -~\u00a1-\u00ac\u00ae-\u02ff\u2190-\u23ff\u2500-\u27bf\u001b]|\r(?!\n)|\u001b(?!\[[0-9;:]*m)/
const SGR_SEQUENCE = /\u001b\[([0-9;:]*)m/

/**
 * Fast path of `ansiToHtml` for output of plain lines with SGR styles, which nearly all output is; undefined for any
 * other.
 */
export function renderLines(text: string): SafeHtml | undefined {
  if (NEEDS_SCREEN.test(text)) return undefined
  const pieces: SafeHtml[] = []
  const style = plainStyle()
  let next = ""
  let classes = ""
  let run = ""
  const endRun = () => {
    if (run !== "") pieces.push(classes === "" ? escapeText(run) : styledSpan(classes, run))
    run = ""
  }
  for (const [i, piece] of text.replaceAll("\r", "").split(SGR_SEQUENCE).entries()) {
    if (i % 2 === 1) {
      applySgr(style, piece)
      next = classesOf(style)
      continue
    }
    // A newline keeps the previous style.
    const start = next === classes ? 0 : piece.search(/[^\n]/)
    if (start === -1) run += piece
    else {
      run += piece.slice(0, start)
      if (next !== classes) endRun()
      classes = next
      run += piece.slice(start)
    }
  }
  endRun()
  return joinHtml(pieces)
}
