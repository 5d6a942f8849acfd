import { announce } from "./announce.ts"
import { query } from "./dom.ts"
import { closeFilter, openFilter } from "./filter.ts"
import { openHelp } from "./help.ts"
import { readingLine } from "./scroll-anchor.ts"
import { shownPrompts } from "./scroll-spy.ts"
import { toggleSideBySide } from "./side-by-side.ts"
import { nextTheme } from "./theme.ts"
import { nextView } from "./views.ts"

const actions: Record<string, () => void> = {
  j: () => jumpToPrompt(1),
  k: () => jumpToPrompt(-1),
  t: nextView,
  d: nextTheme,
  s: toggleSideBySide,
  "/": openFilter,
  "?": openHelp,
  Escape: closeFilter,
}

/** Handles shortcuts, except in text fields, in dialogs and with modifier keys. */
export function addKeyboardShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    const target = event.target as Element
    if (target.closest?.("input:not([type=radio]), textarea, select, dialog")) return
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
    if (!action) return
    if (event.key !== "Escape") event.preventDefault()
    action()
  })
}

/** The last prompt jumped to, and the scroll position right after it. */
let lastJump: { prompt: HTMLElement; scrollY: number } | undefined

function jumpToPrompt(step: 1 | -1): void {
  const prompts = shownPrompts()
  const line = readingLine()
  const top = (prompt: HTMLElement) => prompt.getBoundingClientRect().top
  let to: HTMLElement | undefined
  // Near the end of a page, the prompt jumped to may not reach the reading line: count from it, not from the line.
  if (lastJump && lastJump.scrollY === scrollY && prompts.includes(lastJump.prompt))
    to = prompts[prompts.indexOf(lastJump.prompt) + step]
  else if (step > 0) to = prompts.find((prompt) => top(prompt) > line + 2)
  else to = prompts.findLast((prompt) => top(prompt) < line - 2)
  if (!to) {
    loadOtherPart(step)
    return
  }
  to.scrollIntoView({ block: "start", behavior: "instant" })
  const focused = query("h2 a", to) ?? to
  if (focused === to) to.tabIndex = -1
  focused.focus({ preventScroll: true })
  lastJump = { prompt: to, scrollY }
}

/** Requests the neighbouring part; navigates to its page if no listener loads it. */
function loadOtherPart(step: 1 | -1): void {
  const link = query<HTMLAnchorElement>(`.pager a[rel=${step > 0 ? "next" : "prev"}]`)
  const retryJump = () => jumpToPrompt(step)
  document.addEventListener("parts", retryJump, { once: true })
  const isLoading = !document.dispatchEvent(new CustomEvent("more", { cancelable: true, detail: step }))
  if (isLoading) return
  document.removeEventListener("parts", retryJump)
  if (link) location.href = link.href
  else announce(`This is the ${step > 0 ? "last" : "first"} ${query(".changed-file") ? "file" : "prompt"}.`)
}
