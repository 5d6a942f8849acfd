import { announce } from "./announce.ts"
import { query, queryAll, root } from "./dom.ts"
import { refold, unfold } from "./folds.ts"
import { readPreference, savePreference } from "./preferences.ts"
import { changeInPlace } from "./scroll-anchor.ts"

const VIEWS = ["conversation", "work", "everything"]
const DEFAULT_VIEW = "work"

/** Selector of items that the conversation view hides; see styles/views.css. */
export const hiddenInConversation = ".step:not(.asks), .reasoning"

const radio = (name: string) => query<HTMLInputElement>(`#_view-${name}`)
const asView = (name: string | null | undefined) => VIEWS.find((one) => one === name)

/** The view that the URL asks for, else the last one chosen. */
const requestedView = (): string =>
  asView(new URLSearchParams(location.search).get("view")) ?? asView(readPreference("view")) ?? DEFAULT_VIEW

export const currentView = (): string => asView(query<HTMLInputElement>(".views :checked")?.value) ?? DEFAULT_VIEW

/** The view that was applied last. The radio buttons may be ahead of it. */
let appliedView = DEFAULT_VIEW

const switchObserver = new MutationObserver(() => {
  // Wait until the whole switch is parsed, or its default would override the choice.
  if (!query(".views + *")) return
  checkRequested()
  switchObserver.disconnect()
})

/** Selects the view as soon as its switch is parsed, before the first paint. */
export function applyViewEarly(): void {
  root.dataset["view"] = requestedView()
  switchObserver.observe(document, { childList: true, subtree: true })
}

function checkRequested(): void {
  const input = radio(requestedView())
  if (input) input.checked = true
}

/** Takes over from `applyViewEarly` once the document is complete. */
export function initViews(): void {
  switchObserver.disconnect()
  checkRequested()
  applyView()
  query(".views")?.addEventListener("change", () => chooseView(currentView()))
  document.addEventListener("parts", applyView)
  // On reload, browsers restore form state over what the URL asks for.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted || currentView() === appliedView) return
    checkRequested()
    applyView()
  })
}

/** Switches the view and keeps the reading position. */
export function showView(name: string): void {
  const input = radio(name)
  if (!input) return
  // The radio button may be checked already, but the view is applied only here.
  changeInPlace(() => {
    input.checked = true
    applyView()
  })
}

export function nextView(): void {
  // Pages of changes have no view switch.
  if (!query(".views")) return
  const name = VIEWS[(VIEWS.indexOf(currentView()) + 1) % VIEWS.length] as string
  chooseView(name)
  announce(`View: ${radio(name)?.labels?.[0]?.textContent ?? name}`)
}

function chooseView(name: string): void {
  showView(name)
  savePreference("view", name)
  try {
    history.replaceState(history.state, "", withView(new URL(location.href)))
  } catch {
    // Some browsers refuse to change the URL of a file.
  }
}

/** Sets the URL's view parameter to the current view. */
export function withView(address: URL): URL {
  if (currentView() === DEFAULT_VIEW) address.searchParams.delete("view")
  else address.searchParams.set("view", currentView())
  return address
}

/** Opens and folds what the view asks for. CSS does it visually; `open` also tells assistive technology. */
function applyView(): void {
  appliedView = currentView()
  root.dataset["view"] = appliedView
  if (appliedView === "everything") unfold(queryAll("#_main details"), "everything")
  else refold("everything")
  root.dataset["scripted"] = ""
}
