import { one } from "./dom.ts"
import { closeFilter } from "./filter.ts"
import { openForGood } from "./folds.ts"
import { leftOut, show, view } from "./views.ts"

/** Shows what the address points to, now and whenever it changes: what is folded or hidden would swallow the link. */
export function lookAfterHash(): void {
  revealTarget()
  addEventListener("hashchange", revealTarget)
  document.addEventListener("click", (event) => {
    // Links in the strip are SVG's, whose addresses are no texts.
    const href = (event.target as Element).closest?.("a")?.getAttribute("href")
    if (!href?.includes("#") || event.defaultPrevented) return
    closeOutline()
    // A link to where one is already changes nothing in the address.
    if (new URL(href, location.href).href === location.href) setTimeout(revealTarget)
  })
  // What the address points to may have arrived only now.
  document.addEventListener("parts", () => {
    if (awaited === location.hash) revealTarget()
  })
}

/** The hash that nothing on the page answered to. */
let awaited = ""

function revealTarget(): void {
  let id = ""
  try {
    id = decodeURIComponent(location.hash.slice(1))
  } catch {
    return
  }
  const target = id === "" ? null : document.getElementById(id)
  awaited = target ? "" : location.hash
  if (!target) return
  if (target.closest(".filtered")) {
    closeFilter()
    target.scrollIntoView({ block: "start", behavior: "instant" })
  }
  const item = target.closest<HTMLElement>(".item")
  if (item) reveal(item)
}

/** Shows an item, whatever its view hides or folds, and marks it for a moment. */
function reveal(item: HTMLElement): void {
  if (view() === "conversation" && item.matches(leftOut)) show("work")
  for (let around = item.parentElement; around; around = around.parentElement)
    if (around instanceof HTMLDetailsElement) openForGood(around)
  const own = one<HTMLDetailsElement>(":scope > details", item)
  if (own) openForGood(own)
  item.scrollIntoView({ block: "start", behavior: "instant" })
  item.classList.add("marked")
  setTimeout(() => item.classList.remove("marked"), 2000)
}

function closeOutline(): void {
  const outline = one("#_outline")
  if (outline?.matches(":popover-open")) outline.hidePopover()
}
