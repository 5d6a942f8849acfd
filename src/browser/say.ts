import { make } from "./dom.ts"

let status: HTMLElement | undefined
let timer = 0

/** Has a live region, so that what is said later is read aloud. */
export function prepareToSay(): void {
  status = make("p", "status")
  status.role = "status"
  document.body.append(status)
}

/** Says something in passing: shown for a moment, and read aloud by screen readers. */
export function say(text: string): void {
  if (!status) return
  status.textContent = text
  window.clearTimeout(timer)
  // Long enough to be read.
  timer = window.setTimeout(() => status?.replaceChildren(), Math.max(2000, 120 * text.length))
}
