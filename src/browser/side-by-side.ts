import { addAction, createButton, query, root } from "./dom.ts"
import { readPreference, savePreference } from "./preferences.ts"
import { changeInPlace } from "./scroll-anchor.ts"

let button: HTMLButtonElement | undefined

/** Turns side-by-side diffs on or off; the style sheet applies them where the viewport is wide enough. */
export function setSideBySide(isOn = readPreference("split") === "yes"): void {
  if (isOn) root.dataset["split"] = ""
  else delete root.dataset["split"]
  if (button) button.ariaPressed = String(isOn)
}

/** Adds the button as soon as a diff is loaded. */
export function addSideBySideButton(): void {
  addButtonForDiffs()
  document.addEventListener("parts", addButtonForDiffs)
}

function addButtonForDiffs(): void {
  if (button || !query(".diff")) return
  button = addAction(createButton("Side by side", toggleSideBySide))
  button.classList.add("wide")
  setSideBySide("split" in root.dataset)
}

export function toggleSideBySide(): void {
  if (!button || button.getClientRects().length === 0) return
  changeInPlace(() => setSideBySide(!("split" in root.dataset)))
  savePreference("split", "split" in root.dataset ? "yes" : "no")
}
