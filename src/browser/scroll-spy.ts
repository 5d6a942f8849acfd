import { createElement, query, queryAll, root } from "./dom.ts"
import { readingLine } from "./scroll-anchor.ts"

let prompts: HTMLElement[] = []
let current: HTMLElement | undefined
let isScheduled = false

/** Highlights in the outline the prompt that is being read. */
export function highlightCurrentPrompt(): void {
  const collectPrompts = () => {
    prompts = queryAll("#_main :is(.prompt, .changed-file)")
    current = undefined
    updateCurrent()
  }
  collectPrompts()
  document.addEventListener("parts", collectPrompts)
  addEventListener(
    "scroll",
    () => {
      if (isScheduled) return
      isScheduled = true
      requestAnimationFrame(() => {
        isScheduled = false
        updateCurrent()
      })
    },
    { passive: true },
  )
}

/** Loaded prompts that are visible; on pages of changes, the files. */
export const shownPrompts = (): HTMLElement[] => prompts.filter((prompt) => prompt.getClientRects().length > 0)

/**
 * The current prompt is the last one that begins above a threshold: near the top, moving down over the last screen of
 * the page, since prompts at its end could never reach the top.
 */
function updateCurrent(): void {
  const top = readingLine() + 48
  const scrollRange = root.scrollHeight - innerHeight
  const endProgress =
    scrollRange > 0 ? Math.max(0, 1 - (scrollRange - scrollY) / Math.min(scrollRange, innerHeight)) : 0
  const threshold = top + (innerHeight - top) * endProgress
  const candidates = "filter" in root.dataset ? shownPrompts() : prompts
  let found = candidates[0]
  for (let from = 0, to = candidates.length; from < to; ) {
    const middle = (from + to) >> 1
    const prompt = candidates[middle] as HTMLElement
    if (prompt.getBoundingClientRect().top <= threshold) {
      found = prompt
      from = middle + 1
    } else to = middle
  }
  if (found !== current) markInOutline(found)
  current = found
}

function markInOutline(prompt: HTMLElement | undefined): void {
  const outline = query("#_outline")
  if (!outline || !prompt) return
  for (const link of queryAll("[aria-current]", outline)) link.ariaCurrent = null
  const links = queryAll<HTMLAnchorElement>(".prompts a", outline)
  const link = links.find(({ hash }) => hash.slice(1) === prompt.id)
  if (!link) return
  link.ariaCurrent = "true"
  const position = query(".here", outline) ?? createElement("small", "here")
  if (!position.isConnected) outline.prepend(position)
  position.textContent = [link, links.at(-1)].map((each) => each && query("b", each)?.textContent).join(" / ")
  // Scrolls the outline, never the page.
  const [inner, outer] = [link.getBoundingClientRect(), outline.getBoundingClientRect()]
  if (inner.top < outer.top || inner.bottom > outer.bottom)
    outline.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2
}
