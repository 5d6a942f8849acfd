import { addAction, button, one, root } from "./dom.ts"
import { recall, remember } from "./memory.ts"
import { stay } from "./place.ts"

let shown: HTMLButtonElement | undefined

/** Shows diffs side by side if the reader chose that; the style sheet does it where there is room. */
export function showSplit(split = recall("split") === "yes"): void {
  if (split) root.dataset["split"] = ""
  else delete root.dataset["split"]
  if (shown) shown.ariaPressed = String(split)
}

/** Adds a button for it as soon as there is a diff on the page. */
export function lookAfterDiffs(): void {
  addButton()
  document.addEventListener("parts", addButton)
}

function addButton(): void {
  if (shown || !one(".diff")) return
  shown = addAction(button("Side by side", toggleSplit))
  shown.classList.add("wide")
  showSplit("split" in root.dataset)
}

export function toggleSplit(): void {
  if (!shown || shown.getClientRects().length === 0) return
  stay(() => showSplit(!("split" in root.dataset)))
  remember("split", "split" in root.dataset ? "yes" : "no")
}
