import { escapeText, joinHtml, lookOf, type SafeHtml } from "../html/safe-html.ts"
import { applyTo, classesOf, plainStyle } from "./ansi-style.ts"

/** Whatever may move the cursor other than on, or be joined to what stands before it: that takes a screen. */
const needsScreen =
  /[^\t\n\r -~\u00a1-\u00ac\u00ae-\u02ff\u2190-\u23ff\u2500-\u27bf\u001b]|\r(?!\n)|\u001b(?!\[[0-9;:]*m)/
const style = /\u001b\[([0-9;:]*)m/

/**
 * What `ansiToHtml` gives, for an output that does nothing but print, line by line, in one style or another, as nearly all
 * do. Undefined for any other.
 */
export function printed(text: string): SafeHtml | undefined {
  if (needsScreen.test(text)) return undefined
  const pieces: SafeHtml[] = []
  const now = plainStyle()
  let next = ""
  let classes = ""
  let run = ""
  const endRun = () => {
    if (run !== "") pieces.push(classes === "" ? escapeText(run) : lookOf(classes, run))
    run = ""
  }
  for (const [i, piece] of text.replaceAll("\r", "").split(style).entries()) {
    if (i % 2 === 1) {
      applyTo(now, piece)
      next = classesOf(now)
      continue
    }
    // The end of a line is no character of its own: it looks like what stands before it.
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
