import { all, one, root } from "./dom.ts"
import { takeEntries } from "./entries.ts"
import { tellOfNew } from "./news.ts"
import { fetchPage, firstPage, isSameMake, ownPage, pageAt } from "./pages.ts"
import { addPart, announceParts, isLive, keepPlace, linkTo, parts, takeSide } from "./parts.ts"
import { line } from "./place.ts"
import { arrange, isKept, keepFolds, keepOriginals, renew } from "./renew.ts"
import { view } from "./views.ts"

/** Keeps how the page came, so that an update can tell what of it has changed. Before anything else touches it. */
export function keepPage(): void {
  for (const holder of all(".top, #_outline ol, #_outline ul")) keepOriginals(holder.children)
  if (isLive()) for (const part of parts()) keepOriginals(part.children)
}

/**
 * Brings in what the share has now: what changed in the header and in the last part that is loaded, what is said of the
 * last prompt, and the part that comes after these if none did before. Returns whether anything has changed. Throws when
 * the pages cannot be fetched; nothing has changed then.
 */
export async function update(): Promise<boolean> {
  const last = parts().at(-1) as HTMLElement
  const wasEnd = !linkTo("next")
  const first = await fetchPage(firstPage)
  const fetch = async (part: HTMLElement) => {
    const name = part.dataset["page"] as string
    return { part, page: name === firstPage ? first : await fetchPage(name) }
  }
  // What came of a prompt is said below it, and it may stand in a part that is full.
  const prompted = all("#_main .prompt").at(-1)?.closest<HTMLElement>(".part")
  const end = await fetch(last)
  const stale = prompted && prompted !== last && isKept(prompted) ? [await fetch(prompted), end] : [end]
  const link = wasEnd && one<HTMLAnchorElement>("main > .pager a[rel=next]", end.page)
  const name = link && pageAt(link)
  const next = name ? await fetchPage(name) : undefined
  if ([first, end.page, next].some((page) => page && !isSameMake(page))) {
    // While another version publishes, some pages are of its make and this one may not be: then loading it changes nothing.
    if (isSameMake(await fetchPage(ownPage))) throw new Error("The share is being drawn anew.")
    location.reload()
    return false
  }

  const wasAtEnd = isAtEnd()
  const fresh: Element[] = []
  let isChanged = next !== undefined
  keepPlace(() => {
    if (ownPage === firstPage && replace(one(".top"), one(".top", first))) isChanged = true
    for (const { part, page } of stale) {
      if (part.dataset["page"] === ownPage) document.title = page.title
      const came = replace(part, one("main > .part", page))
      if (came) isChanged = fresh.push(...came) >= 0
      takeEntries(part, page, parts())
    }
    if (takeSide(end.page, "next")) isChanged = true
    if (next) fresh.push(...addPart(next, "next").children)
  })
  if (!("live" in first.documentElement.dataset)) delete root.dataset["live"]

  if (!isChanged) return false
  announceParts()
  if (wasEnd && wasAtEnd) goTo(fresh)
  tellOfNew(fresh)
  return true
}

/** Makes an element say what the fetched one says. Returns the children that are new; undefined if nothing has changed. */
function replace(element: Element | null, fetched: Element | null): Element[] | undefined {
  if (!element || !fetched) return undefined
  const old = [...element.children]
  const wanted = renew(old, [...fetched.children])
  if (wanted.length === old.length && wanted.every((child, i) => child === old[i])) return undefined
  const stay = new Set(wanted)
  const leaving = old.filter((child) => !stay.has(child))
  const made = wanted.filter((child) => !old.includes(child))
  const ids = new Set(leaving.flatMap((child) => [child, ...child.querySelectorAll("[id]")].map(({ id }) => id)))
  if (view() !== "everything") keepFolds(leaving, made)
  const focus = focusIn(leaving)
  arrange(element, wanted)
  focus?.()
  return made.filter((child) => ![child, ...child.querySelectorAll("[id]")].some(({ id }) => id && ids.has(id)))
}

/** Gives the focus back to what stands for the element that has it; undefined if none of these has it. */
function focusIn(leaving: readonly Element[]): (() => void) | undefined {
  const { activeElement } = document
  if (!activeElement || !leaving.some((child) => child.contains(activeElement))) return undefined
  const id = activeElement.closest(".item[id]")?.id
  const kind = activeElement.localName
  const within = () => [...((id && document.getElementById(id)) || document.body).querySelectorAll<HTMLElement>(kind)]
  const at = within().indexOf(activeElement as HTMLElement)
  return () => within()[at]?.focus({ preventScroll: true })
}

/** Whether the reader has come to the end of what was said. */
const isAtEnd = () => scrollY > 0 && (one("#_main")?.getBoundingClientRect().bottom ?? 0) < innerHeight + 50

/** Follows along to what is new: to its end, but no further than that its beginning is seen. */
function goTo(items: readonly Element[]): void {
  const first = items.find((item) => item.getClientRects().length > 0)
  const end = one("#_main")?.getBoundingClientRect().bottom ?? 0
  if (first) scrollBy({ top: Math.min(first.getBoundingClientRect().top - line(), end - innerHeight) })
}
