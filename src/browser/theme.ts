import { addAction, button, root } from "./dom.ts"
import { recall, remember } from "./memory.ts"
import { say } from "./say.ts"

const labels = { auto: "Auto", light: "Light", dark: "Dark" } as const
type Theme = keyof typeof labels
const names = Object.keys(labels) as Theme[]

let theme: Theme = names.find((name) => name === recall("theme")) ?? "auto"
let shown: HTMLButtonElement | undefined

/** Shows the scheme that the reader chose ("auto" is the system's). Needs no more than the root. */
export function showTheme(): void {
  if (theme === "auto") delete root.dataset["theme"]
  else root.dataset["theme"] = theme
  if (!shown) return
  shown.textContent = labels[theme]
  shown.ariaLabel = `${labels[theme]}, colour scheme`
}

export function addThemeButton(): void {
  shown = addAction(button("", nextTheme))
  showTheme()
}

export function nextTheme(): void {
  theme = names[(names.indexOf(theme) + 1) % names.length] as Theme
  remember("theme", theme)
  showTheme()
  say(`Colours: ${labels[theme]}`)
}
