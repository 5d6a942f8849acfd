import { one, root } from "./dom.ts"
import { canFetch, fetchPage, isSameMake, pageAt } from "./pages.ts"
import { addPart, announceParts, inTurn, linkTo, type Side } from "./parts.ts"
import { say } from "./say.ts"

/**
 * Brings the next part when the reader comes near the end, and either part when asked for it. From the disk, where
 * nothing can be fetched, the links between the pages stay links.
 */
export function readOn(): void {
  if (!canFetch) return
  const near = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting) && !("filter" in root.dataset)) bring("next", tell)
    },
    { rootMargin: "0px 0px 200%" },
  )
  const watch = () => {
    near.disconnect()
    const link = linkTo("next")
    if (link) near.observe(link)
  }
  watch()
  document.addEventListener("parts", watch)
  // What looked like the end while only some items were shown.
  new MutationObserver(watch).observe(root, { attributeFilter: ["data-filter"] })

  document.addEventListener("more", (event) => {
    const side = (event as CustomEvent<number>).detail > 0 ? "next" : "prev"
    if (bring(side, goThere)) event.preventDefault()
  })
  one("#_main")?.addEventListener("click", (event) => {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event
    if (button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return
    if ((target as Element).closest("a") === linkTo("prev") && bring("prev", goThere)) event.preventDefault()
  })
}

const tell = (link: HTMLAnchorElement) => say(`${link.textContent.replace(/[^\w ]/g, "").trim()} could not be loaded.`)
const goThere = (link: HTMLAnchorElement) => location.assign(link.href)

const wanted = new Set<Side>()

/** Brings a part if there is one; `failed` is called with the link to it if it does not come. */
function bring(side: Side, failed: (link: HTMLAnchorElement) => void): boolean {
  if (!linkTo(side)) return false
  if (wanted.has(side)) return true
  wanted.add(side)
  inTurn(async () => {
    const link = linkTo(side)
    const name = link && pageAt(link)
    if (!link || !name) return
    try {
      const page = await fetchPage(name)
      if (!isSameMake(page)) throw new Error("It would not look as it should here.")
      addPart(page, side)
      wanted.delete(side)
      announceParts()
    } catch {
      failed(link)
    }
  }).finally(() => wanted.delete(side))
  return true
}
