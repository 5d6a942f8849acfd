import { all, make, one, root } from "./dom.ts"
import { line } from "./place.ts"

let prompts: HTMLElement[] = []
let current: HTMLElement | undefined
let waiting = false

/** Shows in the outline which prompt is being read. */
export function lookWhereWeAre(): void {
  const collect = () => {
    prompts = all("#_main :is(.prompt, .changed-file)")
    current = undefined
    look()
  }
  collect()
  document.addEventListener("parts", collect)
  addEventListener(
    "scroll",
    () => {
      if (waiting) return
      waiting = true
      requestAnimationFrame(() => {
        waiting = false
        look()
      })
    },
    { passive: true },
  )
}

/** The prompts of what is loaded that are shown; where files are what a page is made of, those. */
export const shownPrompts = (): HTMLElement[] => prompts.filter((prompt) => prompt.getClientRects().length > 0)

/**
 * The prompt that is read is the last that begins above a line: near the top, and lower and lower over the last screen of
 * the page, or what is at its end would never be it.
 */
function look(): void {
  const near = line() + 48
  const range = root.scrollHeight - innerHeight
  const end = range > 0 ? Math.max(0, 1 - (range - scrollY) / Math.min(range, innerHeight)) : 0
  const below = near + (innerHeight - near) * end
  const list = "filter" in root.dataset ? shownPrompts() : prompts
  let found = list[0]
  for (let from = 0, to = list.length; from < to; ) {
    const middle = (from + to) >> 1
    const prompt = list[middle] as HTMLElement
    if (prompt.getBoundingClientRect().top <= below) {
      found = prompt
      from = middle + 1
    } else to = middle
  }
  if (found !== current) tell(found)
  current = found
}

function tell(prompt: HTMLElement | undefined): void {
  const outline = one("#_outline")
  if (!outline || !prompt) return
  for (const link of all("[aria-current]", outline)) link.ariaCurrent = null
  const links = all<HTMLAnchorElement>(".prompts a", outline)
  const link = links.find(({ hash }) => hash.slice(1) === prompt.id)
  if (!link) return
  link.ariaCurrent = "true"
  const here = one(".here", outline) ?? make("small", "here")
  if (!here.isConnected) outline.prepend(here)
  here.textContent = [link, links.at(-1)].map((each) => each && one("b", each)?.textContent).join(" / ")
  // Only within the outline: the page itself stays where it is.
  const [inner, outer] = [link.getBoundingClientRect(), outline.getBoundingClientRect()]
  if (inner.top < outer.top || inner.bottom > outer.bottom)
    outline.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2
}
