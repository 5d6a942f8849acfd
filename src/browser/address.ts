import { showEntries } from "./entries.ts"
import { canFetch } from "./pages.ts"
import { parts } from "./parts.ts"
import { placeNow } from "./place.ts"

/**
 * Where several parts are loaded, lets the address say which of them is being read and from which item on, so that the
 * page comes back to it when it is loaded again, and the address can be copied.
 */
export function keepAddress(): void {
  if (!canFetch) return
  let timer = 0
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer)
      timer = window.setTimeout(note, 200)
    },
    { passive: true },
  )
}

function note(): void {
  const loaded = parts()
  const item = loaded.length > 1 ? placeNow()?.item : undefined
  const part = item?.closest<HTMLElement>(".part")
  if (!item || !part) return
  showEntries(part, loaded)
  const hash = item.id && `#${item.id}`
  // The place is in the address: how far down the page it was says nothing on a page with other parts.
  history.scrollRestoration = "manual"
  history.replaceState(history.state, "", `${part.dataset["page"]}${location.search}${hash}`)
}
