import { query, queryAll } from "./dom.ts"
import { reconcile, setChildren } from "./reconcile.ts"

/** Lists of the outline, each with the elements to import if this page has none of its own. */
const OUTLINE_LISTS = [
  { list: "ol.prompts", source: "#_outline > h2, #_outline > ol" },
  { list: ".failures ul", source: "#_outline > .failures" },
]

/** Entries shown per list: those of whole parts, nearest to the reader first. */
const MAX_ENTRIES = 200

/** Entries of each loaded part, per list. */
const entriesByPart = new Map<Element, Element[][]>()

const entriesIn = (list: string, within: ParentNode) => queryAll(`#_outline ${list} > li`, within)

/** Merges a fetched page's outline entries for a part. `parts` are all loaded parts, in order. */
export function mergeOutline(part: HTMLElement, page: Document, parts: HTMLElement[]): void {
  // The first part's entries are in this page's own markup.
  if (entriesByPart.size === 0)
    entriesByPart.set(
      parts.find((each) => each !== part) ?? part,
      OUTLINE_LISTS.map(({ list }) => entriesIn(list, document)),
    )
  const previous = entriesByPart.get(part)
  entriesByPart.set(
    part,
    OUTLINE_LISTS.map(({ list }, i) => reconcile(previous?.[i] ?? [], entriesIn(list, page))),
  )
  for (const { list, source } of OUTLINE_LISTS) if (!query(`#_outline ${list}`)) importList(page, list, source)
  showOutlineAround(part, parts)
}

function importList(page: Document, list: string, source: string): void {
  const outline = query("#_outline")
  if (!outline || entriesIn(list, page).length === 0) return
  const imported = queryAll(source, page).map((element) => document.importNode(element, true))
  if (list.startsWith("ol")) outline.prepend(...imported)
  else outline.append(...imported)
}

/** Shows the outline entries of the current part and of those around it. */
export function showOutlineAround(current: HTMLElement, parts: HTMLElement[]): void {
  if (entriesByPart.size < 2 && !entriesByPart.has(current)) return
  const currentIndex = parts.indexOf(current)
  const nearest = parts
    .map((part, i) => ({ part, distance: Math.abs(i - currentIndex) }))
    .sort((a, b) => a.distance - b.distance)
  for (const [i, { list }] of OUTLINE_LISTS.entries()) {
    const shown = new Set<HTMLElement>()
    let count = 0
    for (const { part } of nearest) {
      count += entriesByPart.get(part)?.[i]?.length ?? 0
      if (count > MAX_ENTRIES && part !== current) break
      shown.add(part)
    }
    const holder = query(`#_outline ${list}`)
    if (holder)
      setChildren(
        holder,
        parts.filter((part) => shown.has(part)).flatMap((part) => entriesByPart.get(part)?.[i] ?? []),
      )
  }
}
