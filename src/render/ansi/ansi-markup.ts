import { escapeText, html, joinHtml, lookOf, type SafeHtml } from "../html/safe-html.ts"
import type { Row } from "./ansi-screen.ts"

/** So many rows that were never written to are shown in a row; a screen's lower end may be far away. */
const MOST_EMPTY = 2

/**
 * Rows of cells as markup, each but the last with a line break: text, spans with classes, and links. Of the links'
 * addresses at most so many characters are written; after these, a link is its text.
 */
export function markupOfRows(rows: (Row | undefined)[], addresses: number): SafeHtml {
  const pieces: SafeHtml[] = []
  let left = addresses
  let link: string | undefined
  let linked: SafeHtml[] = []
  let classes = ""
  let text = ""
  const endRun = () => {
    if (text !== "") linked.push(classes === "" ? escapeText(text) : lookOf(classes, text))
    text = ""
  }
  const endLink = () => {
    endRun()
    if (link !== undefined && link.length <= left) {
      left -= link.length
      pieces.push(html`<a href="${link}" rel="noopener noreferrer nofollow">${linked}</a>`)
    } else for (const piece of linked) pieces.push(piece)
    linked = []
  }
  let empty = 0
  for (const [i, row] of rows.entries()) {
    empty = row ? 0 : empty + 1
    if (empty > MOST_EMPTY) continue
    for (const { character, look } of row ?? []) {
      if (look.link !== link) endLink()
      else if (look.classes !== classes) endRun()
      link = look.link
      classes = look.classes
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
