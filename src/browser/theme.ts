import { announce } from "./announce.ts"
import { addAction, createButton, root } from "./dom.ts"
import { readPreference, savePreference } from "./preferences.ts"

const THEME_LABELS = { auto: "Auto", light: "Light", dark: "Dark" } as const
type Theme = keyof typeof THEME_LABELS
const THEMES = Object.keys(THEME_LABELS) as Theme[]

let theme: Theme = THEMES.find((name) => name === readPreference("theme")) ?? "auto"
let button: HTMLButtonElement | undefined

/**
 * Applies the chosen colour scheme ("auto" follows the system). Needs the root element only, so that it can run first.
 */
export function applyTheme(): void {
  if (theme === "auto") delete root.dataset["theme"]
  else root.dataset["theme"] = theme
  if (!button) return
  button.textContent = THEME_LABELS[theme]
  button.ariaLabel = `${THEME_LABELS[theme]}, colour scheme`
}

export function addThemeButton(): void {
  button = addAction(createButton("", nextTheme))
  applyTheme()
}

export function nextTheme(): void {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] as Theme
  savePreference("theme", theme)
  applyTheme()
  announce(`Colours: ${THEME_LABELS[theme]}`)
}
