import { emptyHtml, html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import type { DiffRow } from "../view.ts"

const SIGNS = { same: " ", add: "+", del: "-", gap: "" }
/** Attribute of a line; most lines have none. */
const KIND_ATTRIBUTES = { same: emptyHtml, add: html` add`, del: html` del`, gap: html` gap` }

/**
 * Lines of a diff, each an element (`<l- o=1 n=1>`, see `styledSpan`) with its numbers as attributes and its sign as
 * text, so that copying yields a patch. Deleted lines and the added ones after them form a pair, for side-by-side
 * display.
 */
export function diffMarkup(rows: readonly DiffRow[]): SafeHtml {
  const pieces: SafeHtml[] = []
  for (let at = 0; at < rows.length; ) {
    const added = endOfKind(rows, at, "del")
    const next = endOfKind(rows, added, "add")
    if (added > at && next > added) {
      const [before, after] = [rows.slice(at, added).map(lineMarkup), rows.slice(added, next).map(lineMarkup)]
      pieces.push(html`<span class="pair"><span>${before}</span><span>${after}</span></span>`)
    } else for (const row of rows.slice(at, Math.max(next, at + 1))) pieces.push(lineMarkup(row))
    at = Math.max(next, at + 1)
  }
  return joinHtml(pieces)
}

function endOfKind(rows: readonly DiffRow[], from: number, kind: DiffRow["kind"]): number {
  let end = from
  while (rows[end]?.kind === kind) end++
  return end
}

function lineMarkup({ kind, old, new: now, content }: DiffRow): SafeHtml {
  const numbers = [...(old === undefined ? [] : [html` o=${old}`]), ...(now === undefined ? [] : [html` n=${now}`])]
  return html`<l-${KIND_ATTRIBUTES[kind]}${numbers}>${SIGNS[kind]}${content}\n</l->`
}
