import { all, one } from "./dom.ts"
import { arrange, renew } from "./renew.ts"

/** The lists of the outline, each with what it stands in. */
const lists = [
  { list: "ol.prompts", around: "#_outline > h2, #_outline > ol" },
  { list: ".failures ul", around: "#_outline > .failures" },
]

/** So many entries a list shows, those of whole parts around the reader. */
const MOST = 200

/** What each loaded part has in each list. */
const entries = new Map<Element, Element[][]>()

const entriesIn = (list: string, within: ParentNode) => all(`#_outline ${list} > li`, within)

/** Takes over what a fetched page lists of a part. `parts` are all that are loaded, in their order. */
export function takeEntries(part: HTMLElement, page: Document, parts: HTMLElement[]): void {
  // Of the part that the page was opened with, they stand in the page.
  if (entries.size === 0)
    entries.set(
      parts.find((each) => each !== part) ?? part,
      lists.map(({ list }) => entriesIn(list, document)),
    )
  const before = entries.get(part)
  entries.set(
    part,
    lists.map(({ list }, i) => renew(before?.[i] ?? [], entriesIn(list, page))),
  )
  for (const { list, around } of lists) if (!one(`#_outline ${list}`)) takeList(page, list, around)
  showEntries(part, parts)
}

function takeList(page: Document, list: string, around: string): void {
  const outline = one("#_outline")
  if (!outline || entriesIn(list, page).length === 0) return
  const taken = all(around, page).map((element) => document.importNode(element, true))
  if (list.startsWith("ol")) outline.prepend(...taken)
  else outline.append(...taken)
}

/** Lists what the part that is being read has, and those around it. */
export function showEntries(reading: HTMLElement, parts: HTMLElement[]): void {
  if (entries.size < 2 && !entries.has(reading)) return
  const at = parts.indexOf(reading)
  const nearest = parts.map((part, i) => ({ part, away: Math.abs(i - at) })).sort((a, b) => a.away - b.away)
  for (const [i, { list }] of lists.entries()) {
    const shown = new Set<HTMLElement>()
    let count = 0
    for (const { part } of nearest) {
      count += entries.get(part)?.[i]?.length ?? 0
      if (count > MOST && part !== reading) break
      shown.add(part)
    }
    const holder = one(`#_outline ${list}`)
    if (holder)
      arrange(
        holder,
        parts.filter((part) => shown.has(part)).flatMap((part) => entries.get(part)?.[i] ?? []),
      )
  }
}
