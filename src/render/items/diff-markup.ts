import { emptyHtml, html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import type { DiffRow } from "../view.ts"

const signs = { same: " ", add: "+", del: "-", gap: "" }
/** An attribute of the line; most lines have none. */
const kinds = { same: emptyHtml, add: html` add`, del: html` del`, gap: html` gap` }

/**
 * The lines of a diff, each an element (`<l- o=1 n=1>`, see `lookOf`) with its numbers as attributes and its sign as text, so that copying gives a
 * patch. Deleted lines and the added ones that follow them are one group, so that they can stand side by side.
 */
export function diffMarkup(rows: readonly DiffRow[]): SafeHtml {
  const pieces: SafeHtml[] = []
  for (let at = 0; at < rows.length; ) {
    const added = endOf(rows, at, "del")
    const next = endOf(rows, added, "add")
    if (added > at && next > added) {
      const [before, after] = [rows.slice(at, added).map(line), rows.slice(added, next).map(line)]
      pieces.push(html`<span class="pair"><span>${before}</span><span>${after}</span></span>`)
    } else for (const row of rows.slice(at, Math.max(next, at + 1))) pieces.push(line(row))
    at = Math.max(next, at + 1)
  }
  return joinHtml(pieces)
}

function endOf(rows: readonly DiffRow[], from: number, kind: DiffRow["kind"]): number {
  let end = from
  while (rows[end]?.kind === kind) end++
  return end
}

function line({ kind, old, new: now, content }: DiffRow): SafeHtml {
  const numbers = [...(old === undefined ? [] : [html` o=${old}`]), ...(now === undefined ? [] : [html` n=${now}`])]
  return html`<l-${kinds[kind]}${numbers}>${signs[kind]}${content}\n</l->`
}
