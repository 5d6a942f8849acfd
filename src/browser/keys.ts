import { one } from "./dom.ts"
import { closeFilter, openFilter } from "./filter.ts"
import { openHelp } from "./help.ts"
import { shownPrompts } from "./here.ts"
import { line } from "./place.ts"
import { say } from "./say.ts"
import { toggleSplit } from "./split.ts"
import { nextTheme } from "./theme.ts"
import { nextView } from "./views.ts"

const actions: Record<string, () => void> = {
  j: () => toPrompt(1),
  k: () => toPrompt(-1),
  t: nextView,
  d: nextTheme,
  s: toggleSplit,
  "/": openFilter,
  "?": openHelp,
  Escape: closeFilter,
}

/** Lets keys act, except where they are typed into something or belong to the browser. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    const target = event.target as Element
    if (target.closest?.("input:not([type=radio]), textarea, select, dialog")) return
    const act = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
    if (!act) return
    if (event.key !== "Escape") event.preventDefault()
    act()
  })
}

/** The prompt that was gone to last, and where the page was then. */
let last: { prompt: HTMLElement; scrolled: number } | undefined

function toPrompt(step: 1 | -1): void {
  const prompts = shownPrompts()
  const from = line()
  const top = (prompt: HTMLElement) => prompt.getBoundingClientRect().top
  let to: HTMLElement | undefined
  // At the end of a page, what is gone to need not come to the top of it.
  if (last && last.scrolled === scrollY && prompts.includes(last.prompt))
    to = prompts[prompts.indexOf(last.prompt) + step]
  else if (step > 0) to = prompts.find((prompt) => top(prompt) > from + 2)
  else to = prompts.findLast((prompt) => top(prompt) < from - 2)
  if (!to) {
    toOtherPart(step)
    return
  }
  to.scrollIntoView({ block: "start", behavior: "instant" })
  const focused = one("h2 a", to) ?? to
  if (focused === to) to.tabIndex = -1
  focused.focus({ preventScroll: true })
  last = { prompt: to, scrolled: scrollY }
}

/** Asks for the part that follows or comes before; where nobody brings it, its page is gone to. */
function toOtherPart(step: 1 | -1): void {
  const link = one<HTMLAnchorElement>(`.pager a[rel=${step > 0 ? "next" : "prev"}]`)
  const goOn = () => toPrompt(step)
  document.addEventListener("parts", goOn, { once: true })
  const isBrought = !document.dispatchEvent(new CustomEvent("more", { cancelable: true, detail: step }))
  if (isBrought) return
  document.removeEventListener("parts", goOn)
  if (link) location.href = link.href
  else say(`This is the ${step > 0 ? "last" : "first"} ${one(".changed-file") ? "file" : "prompt"}.`)
}
