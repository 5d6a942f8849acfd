import { query, queryAll, root } from "./dom.ts"
import { addNewItems } from "./new-items-badge.ts"
import { mergeOutline } from "./outline.ts"
import { fetchPage, firstPage, isSameBuild, ownPage, pageNameOf } from "./pages.ts"
import { addPart, dispatchParts, importPager, isLive, keepScrollAnchor, pagerLink, parts } from "./parts.ts"
import { hasOriginals, reconcile, recordOriginals, setChildren, transferFolds } from "./reconcile.ts"
import { readingLine } from "./scroll-anchor.ts"
import { currentView } from "./views.ts"

/** Records the page as published, to detect changes later. Call before any other module changes it. */
export function recordPage(): void {
  for (const holder of queryAll(".top, #_outline ol, #_outline ul")) recordOriginals(holder.children)
  if (isLive()) for (const part of parts()) recordOriginals(part.children)
}

/**
 * Fetches the share's current version and merges it: the header, the last loaded part, the summary below the last
 * prompt, and the part that follows if there was none. Returns whether anything changed. Throws if a page cannot be
 * fetched; nothing has changed then.
 */
export async function applyUpdate(): Promise<boolean> {
  const last = parts().at(-1) as HTMLElement
  const wasLastPart = !pagerLink("next")
  const first = await fetchPage(firstPage)
  const fetchPart = async (part: HTMLElement) => {
    const name = part.dataset["page"] as string
    return { part, page: name === firstPage ? first : await fetchPage(name) }
  }
  // The summary of a prompt's results stands below it, maybe in an earlier, full part.
  const partOfLastPrompt = queryAll("#_main .prompt").at(-1)?.closest<HTMLElement>(".part")
  const end = await fetchPart(last)
  const stale =
    partOfLastPrompt && partOfLastPrompt !== last && hasOriginals(partOfLastPrompt)
      ? [await fetchPart(partOfLastPrompt), end]
      : [end]
  const link = wasLastPart && query<HTMLAnchorElement>("main > .pager a[rel=next]", end.page)
  const name = link && pageNameOf(link)
  const next = name ? await fetchPage(name) : undefined
  if ([first, end.page, next].some((page) => page && !isSameBuild(page))) {
    // While another version of the package republishes the share, some pages are of another build. If this one still
    // is of the old build, reloading would change nothing.
    if (isSameBuild(await fetchPage(ownPage))) throw new Error("The share is being drawn anew.")
    location.reload()
    return false
  }

  const wasReadToEnd = isReadToEnd()
  const newItems: Element[] = []
  let isChanged = next !== undefined
  keepScrollAnchor(() => {
    if (ownPage === firstPage && reconcileChildren(query(".top"), query(".top", first))) isChanged = true
    for (const { part, page } of stale) {
      if (part.dataset["page"] === ownPage) document.title = page.title
      const newChildren = reconcileChildren(part, query("main > .part", page))
      if (newChildren) isChanged = newItems.push(...newChildren) >= 0
      mergeOutline(part, page, parts())
    }
    if (importPager(end.page, "next")) isChanged = true
    if (next) newItems.push(...addPart(next, "next").children)
  })
  if (!("live" in first.documentElement.dataset)) delete root.dataset["live"]

  if (!isChanged) return false
  dispatchParts()
  if (wasLastPart && wasReadToEnd) scrollToNew(newItems)
  addNewItems(newItems)
  return true
}

/**
 * Reconciles an element's children with a fetched element's. Returns the new children; undefined if nothing changed.
 */
function reconcileChildren(element: Element | null, fetched: Element | null): Element[] | undefined {
  if (!element || !fetched) return undefined
  const old = [...element.children]
  const wanted = reconcile(old, [...fetched.children])
  if (wanted.length === old.length && wanted.every((child, i) => child === old[i])) return undefined
  const staying = new Set(wanted)
  const leaving = old.filter((child) => !staying.has(child))
  const created = wanted.filter((child) => !old.includes(child))
  const ids = new Set(leaving.flatMap((child) => [child, ...child.querySelectorAll("[id]")].map(({ id }) => id)))
  if (currentView() !== "everything") transferFolds(leaving, created)
  const restoreFocus = focusRestorer(leaving)
  setChildren(element, wanted)
  restoreFocus?.()
  return created.filter((child) => ![child, ...child.querySelectorAll("[id]")].some(({ id }) => id && ids.has(id)))
}

/**
 * Returns a function that moves the focus to the replacement of the focused element; undefined if none of these has
 * it.
 */
function focusRestorer(leaving: readonly Element[]): (() => void) | undefined {
  const { activeElement } = document
  if (!activeElement || !leaving.some((child) => child.contains(activeElement))) return undefined
  const id = activeElement.closest(".item[id]")?.id
  const kind = activeElement.localName
  const within = () => [...((id && document.getElementById(id)) || document.body).querySelectorAll<HTMLElement>(kind)]
  const at = within().indexOf(activeElement as HTMLElement)
  return () => within()[at]?.focus({ preventScroll: true })
}

/** Whether the reader has reached the end of the session. */
const isReadToEnd = () => scrollY > 0 && (query("#_main")?.getBoundingClientRect().bottom ?? 0) < innerHeight + 50

/** Scrolls to the end of the new items, but not past the beginning of the first. */
function scrollToNew(items: readonly Element[]): void {
  const first = items.find((item) => item.getClientRects().length > 0)
  const end = query("#_main")?.getBoundingClientRect().bottom ?? 0
  if (first) scrollBy({ top: Math.min(first.getBoundingClientRect().top - readingLine(), end - innerHeight) })
}
