import { query } from "./dom.ts"
import { closeFilter } from "./filter.ts"
import { openPermanently } from "./folds.ts"
import { currentView, hiddenInConversation, showView } from "./views.ts"

/** Reveals the target of the URL's hash, now and on every change, even if it is folded or hidden. */
export function revealHashTarget(): void {
  revealTarget()
  addEventListener("hashchange", revealTarget)
  document.addEventListener("click", (event) => {
    // In the timeline, links are SVG elements, whose `href` is not a string.
    const href = (event.target as Element).closest?.("a")?.getAttribute("href")
    if (!href?.includes("#") || event.defaultPrevented) return
    closeOutline()
    // A link to the current hash fires no hashchange.
    if (new URL(href, location.href).href === location.href) setTimeout(revealTarget)
  })
  // The target may be in the part just loaded.
  document.addEventListener("parts", () => {
    if (pendingHash === location.hash) revealTarget()
  })
}

const MARKED_MS = 2_000

/** Hash without a target on the loaded parts. */
let pendingHash = ""

function revealTarget(): void {
  let id = ""
  try {
    id = decodeURIComponent(location.hash.slice(1))
  } catch {
    return
  }
  const target = id === "" ? null : document.getElementById(id)
  pendingHash = target ? "" : location.hash
  if (!target) return
  if (target.closest(".filtered")) {
    closeFilter()
    target.scrollIntoView({ block: "start", behavior: "instant" })
  }
  const item = target.closest<HTMLElement>(".item")
  if (item) revealItem(item)
}

/** Shows an item, whatever the view or filter hides, unfolds it and marks it for 2 s. */
function revealItem(item: HTMLElement): void {
  if (currentView() === "conversation" && item.matches(hiddenInConversation)) showView("work")
  for (let ancestor = item.parentElement; ancestor; ancestor = ancestor.parentElement)
    if (ancestor instanceof HTMLDetailsElement) openPermanently(ancestor)
  const own = query<HTMLDetailsElement>(":scope > details", item)
  if (own) openPermanently(own)
  item.scrollIntoView({ block: "start", behavior: "instant" })
  item.classList.add("marked")
  setTimeout(() => item.classList.remove("marked"), MARKED_MS)
}

function closeOutline(): void {
  const outline = query("#_outline")
  if (outline?.matches(":popover-open")) outline.hidePopover()
}
