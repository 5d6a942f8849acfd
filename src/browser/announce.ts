import { createElement } from "./dom.ts"

let liveRegion: HTMLElement | undefined
let timer = 0

const READING_MS_PER_CHAR = 120
const MIN_SHOWN_MS = 2_000

/** Adds the live region for `announce`: screen readers read only changes of a region that exists already. */
export function addLiveRegion(): void {
  liveRegion = createElement("p", "status")
  liveRegion.role = "status"
  document.body.append(liveRegion)
}

/** Shows a short message for a moment; screen readers read it aloud. */
export function announce(text: string): void {
  if (!liveRegion) return
  liveRegion.textContent = text
  window.clearTimeout(timer)
  timer = window.setTimeout(
    () => liveRegion?.replaceChildren(),
    Math.max(MIN_SHOWN_MS, READING_MS_PER_CHAR * text.length),
  )
}
