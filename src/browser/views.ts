import { all, one, root } from "./dom.ts"
import { refold, unfold } from "./folds.ts"
import { recall, remember } from "./memory.ts"
import { stay } from "./place.ts"
import { say } from "./say.ts"

const names = ["conversation", "work", "everything"]
const usual = "work"

/** Items that the conversation leaves out; see styles/views.css. */
export const leftOut = ".step:not(.asks), .reasoning"

const radio = (name: string) => one<HTMLInputElement>(`#_view-${name}`)
const known = (name: string | null | undefined) => names.find((one) => one === name)

/** The view that the link asks for, else the one of last time. */
const wanted = (): string => known(new URLSearchParams(location.search).get("view")) ?? known(recall("view")) ?? usual

export const view = (): string => known(one<HTMLInputElement>(".views :checked")?.value) ?? usual

/** The view that is shown, for what has to be done beside choosing it. */
let shown = usual

const early = new MutationObserver(() => {
  // Whole, or the choice that is written in the page would come after this one.
  if (!one(".views + *")) return
  chooseWanted()
  early.disconnect()
})

/** Chooses the view as soon as its switch is there, which is before anything is painted. */
export function showViewEarly(): void {
  root.dataset["view"] = wanted()
  early.observe(document, { childList: true, subtree: true })
}

function chooseWanted(): void {
  const wish = radio(wanted())
  if (wish) wish.checked = true
}

/** Takes over when the document is complete. */
export function lookAfterViews(): void {
  early.disconnect()
  chooseWanted()
  settle()
  one(".views")?.addEventListener("change", () => choose(view()))
  document.addEventListener("parts", settle)
  // On reload, browsers put back what was chosen before, whatever the link says.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted || view() === shown) return
    chooseWanted()
    settle()
  })
}

/** Shows another view, and leaves the reader's place where it is. */
export function show(name: string): void {
  const after = radio(name)
  if (!after) return
  // The choice may have been made already; what is shown is that of before it.
  stay(() => {
    after.checked = true
    settle()
  })
}

export function nextView(): void {
  // The pages of what changed have one view only.
  if (!one(".views")) return
  const name = names[(names.indexOf(view()) + 1) % names.length] as string
  choose(name)
  say(`View: ${radio(name)?.labels?.[0]?.textContent ?? name}`)
}

function choose(name: string): void {
  show(name)
  remember("view", name)
  try {
    history.replaceState(history.state, "", withView(new URL(location.href)))
  } catch {
    // Some browsers leave the address of a file alone.
  }
}

/** An address that leads to the view that is shown. */
export function withView(address: URL): URL {
  if (view() === usual) address.searchParams.delete("view")
  else address.searchParams.set("view", view())
  return address
}

/** Opens and folds what the view asks for. The style sheet does it too, but does not tell those who cannot see. */
function settle(): void {
  shown = view()
  root.dataset["view"] = shown
  if (shown === "everything") unfold(all("#_main details"), "everything")
  else refold("everything")
  root.dataset["scripted"] = ""
}
