import { showOutlineAround } from "./outline.ts"
import { canFetch } from "./pages.ts"
import { parts } from "./parts.ts"
import { currentAnchor } from "./scroll-anchor.ts"

const SCROLL_DEBOUNCE_MS = 200

/**
 * Once several parts are loaded, keeps the URL at the part and item being read, so that a reload returns to them and
 * the URL can be copied.
 */
export function syncUrl(): void {
  if (!canFetch) return
  let timer = 0
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer)
      timer = window.setTimeout(writeUrl, SCROLL_DEBOUNCE_MS)
    },
    { passive: true },
  )
}

function writeUrl(): void {
  const loaded = parts()
  const item = loaded.length > 1 ? currentAnchor()?.item : undefined
  const part = item?.closest<HTMLElement>(".part")
  if (!item || !part) return
  showOutlineAround(part, loaded)
  const hash = item.id && `#${item.id}`
  // The URL holds the position: a scroll offset would be wrong on a page with other parts loaded.
  history.scrollRestoration = "manual"
  history.replaceState(history.state, "", `${part.dataset["page"]}${location.search}${hash}`)
}
