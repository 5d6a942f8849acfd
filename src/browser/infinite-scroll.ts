import { announce } from "./announce.ts"
import { query, root } from "./dom.ts"
import { canFetch, fetchPage, isSameBuild, pageNameOf } from "./pages.ts"
import { addPart, dispatchParts, pagerLink, runExclusive, type Side } from "./parts.ts"

/**
 * Loads the next part when the reader comes near the end, and either neighbour on request. Pages from the disk cannot
 * fetch: there, the links between pages stay links.
 */
export function addInfiniteScroll(): void {
  if (!canFetch) return
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting) && !("filter" in root.dataset))
        loadPart("next", announceFailure)
    },
    { rootMargin: "0px 0px 200%" },
  )
  const observePager = () => {
    observer.disconnect()
    const link = pagerLink("next")
    if (link) observer.observe(link)
  }
  observePager()
  document.addEventListener("parts", observePager)
  // A filtered page is short, so that its end was in view: check again when the filter goes.
  new MutationObserver(observePager).observe(root, { attributeFilter: ["data-filter"] })

  document.addEventListener("more", (event) => {
    const side = (event as CustomEvent<number>).detail > 0 ? "next" : "prev"
    if (loadPart(side, navigateTo)) event.preventDefault()
  })
  query("#_main")?.addEventListener("click", (event) => {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event
    if (button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return
    if ((target as Element).closest("a") === pagerLink("prev") && loadPart("prev", navigateTo)) event.preventDefault()
  })
}

const announceFailure = (link: HTMLAnchorElement) =>
  announce(`${link.textContent.replace(/[^\w ]/g, "").trim()} could not be loaded.`)
const navigateTo = (link: HTMLAnchorElement) => location.assign(link.href)

const loading = new Set<Side>()

/** Loads a neighbouring part. Returns whether there is one; calls `onFailure` with the link to it if loading fails. */
function loadPart(side: Side, onFailure: (link: HTMLAnchorElement) => void): boolean {
  if (!pagerLink(side)) return false
  if (loading.has(side)) return true
  loading.add(side)
  runExclusive(async () => {
    const link = pagerLink(side)
    const name = link && pageNameOf(link)
    if (!link || !name) return
    try {
      const page = await fetchPage(name)
      if (!isSameBuild(page)) throw new Error("It would not look as it should here.")
      addPart(page, side)
      loading.delete(side)
      dispatchParts()
    } catch {
      onFailure(link)
    }
  }).finally(() => loading.delete(side))
  return true
}
