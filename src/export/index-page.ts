import { formatCount } from "../lib/format-count.ts"
import {
  html,
  joinHtml,
  markupOf,
  printable,
  type SafeHtml,
  scriptElement,
  styleElement,
} from "../render/html/safe-html.ts"
import { INDEX_SCRIPT, INDEX_STYLE } from "./index-assets.ts"
import type { ArchivedSession } from "./journal.ts"

/**
 * Renders the index of an archive in chunks: sessions grouped by month, newest first. The page opens from disk, loads
 * nothing, and needs script only for the search field.
 */
export async function* indexPage(entries: Iterable<ArchivedSession>, title: string): AsyncGenerator<string> {
  const rows = [...entries].sort((a, b) => b.date - a.date || a.session.localeCompare(b.session))
  const [css, own] = [styleElement(INDEX_STYLE), scriptElement(INDEX_SCRIPT)]
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${css.hash}'; script-src 'sha256-${own.hash}'; base-uri 'none'; form-action 'none'`
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow, noarchive"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>${title}</title><link rel="icon" href="data:,">${css.markup}${own.markup}`
  const count = formatCount(rows.length, "session")
  const search = html`<label hidden><input type="search" placeholder="Search by title or project" aria-label="Search by title or project" autocomplete="off"></label>`
  yield markupOf(
    html`<!DOCTYPE html><html lang="en"><head>${head}</head><body><header><p><output></output>${count}</p><h1>${title}</h1>${search}</header><main>`,
  )
  for (const [month, own] of Map.groupBy(rows, monthOf)) {
    yield markupOf(html`<section><h2>${month}</h2><ul>`)
    for (let at = 0; at < own.length; at += 500) yield markupOf(joinHtml(own.slice(at, at + 500).map(rowOf)))
    yield "</ul></section>"
  }
  yield "</main></body></html>\n"
}

function rowOf({ title, project, date, size, href }: ArchivedSession): SafeHtml {
  const day = isDay(date) ? new Date(date).toISOString().slice(0, 10) : ""
  return html`<li><a href="${safeHref(href)}">${shortText(title) || "Untitled session"}</a><span>${shortText(project)}</span><time>${day}</time><i>${sizeOf(size)}</i></li>
`
}

const shortText = (text: string) => printable(text).trim().slice(0, 300)

const months = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" })
const monthOf = ({ date }: ArchivedSession) => (isDay(date) ? months.format(date) : "Without a date")
const isDay = (date: number) => date > 0 && date <= 8.64e15

/** Allows addresses of shares and relative names that this package creates. */
const safeHref = (href: string) =>
  /^(?:https?:|file:)\/\/|^[A-Za-z0-9][\w-]*(?:\.\w+|\/index\.html)$/.test(href) ? href : "#"

const sizeOf = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`)
