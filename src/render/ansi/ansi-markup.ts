import { escapeText, html, joinHtml, type SafeHtml, styledSpan } from "../html/safe-html.ts"
import type { ScreenRow } from "./ansi-screen.ts"

/** Consecutive unwritten rows shown; a screen's lower end may be far away. */
const MAX_EMPTY_ROWS = 2

/**
 * Renders rows, separated by newlines: text, styled spans and links. Beyond `maxUrlChars` characters of link targets
 * in total, links are rendered as text.
 */
export function markupOfRows(rows: (ScreenRow | undefined)[], maxUrlChars: number): SafeHtml {
  const pieces: SafeHtml[] = []
  let urlCharsLeft = maxUrlChars
  let link: string | undefined
  let linked: SafeHtml[] = []
  let classes = ""
  let text = ""
  const endRun = () => {
    if (text !== "") linked.push(classes === "" ? escapeText(text) : styledSpan(classes, text))
    text = ""
  }
  const endLink = () => {
    endRun()
    if (link !== undefined && link.length <= urlCharsLeft) {
      urlCharsLeft -= link.length
      pieces.push(html`<a href="${link}" rel="noopener noreferrer nofollow">${linked}</a>`)
    } else for (const piece of linked) pieces.push(piece)
    linked = []
  }
  let empty = 0
  for (const [i, row] of rows.entries()) {
    empty = row ? 0 : empty + 1
    if (empty > MAX_EMPTY_ROWS) continue
    for (const { character, style } of row ?? []) {
      if (style.link !== link) endLink()
      else if (style.classes !== classes) endRun()
      link = style.link
      classes = style.classes
      text += character
    }
    if (i === rows.length - 1) continue
    if (link !== undefined) {
      endLink()
      link = undefined
      classes = ""
    }
    text += "\n"
  }
  endLink()
  return joinHtml(pieces)
}
