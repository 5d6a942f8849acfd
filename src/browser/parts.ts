import { all, one, root } from "./dom.ts"
import { takeEntries } from "./entries.ts"
import { goBack, type Place, placeNow } from "./place.ts"
import { keepOriginals } from "./renew.ts"

/** Before or after what is loaded. */
export type Side = "prev" | "next"

/** The parts of the session that are loaded, in order. */
export const parts = (): HTMLElement[] => all("#_main > .part")

/** The link to the part before or after those that are loaded. */
export const linkTo = (side: Side): HTMLAnchorElement | null => one<HTMLAnchorElement>(`#_main > .pager a[rel=${side}]`)

const around = {
  prev: "main > .pager:not(.part ~ *)",
  next: "main > .part ~ :is(.pager, .live)",
}

/** Adds a fetched page's part to what is loaded, and its entries in the outline, and links on from there. */
export function addPart(page: Document, side: Side): HTMLElement {
  const part = document.importNode(one("main > .part", page) as HTMLElement, true)
  for (const twin of all("[id]", part)) if (document.getElementById(twin.id)) twin.removeAttribute("id")
  const place = side === "prev" ? placeNow() : undefined
  const loaded = parts()
  if (canRest) for (const each of loaded) rest(each)
  if (side === "prev") loaded[0]?.before(part)
  else loaded.at(-1)?.after(part)
  takeSide(page, side)
  if (side === "next") takeLive(page)
  if (isLive()) keepOriginals(part.children)
  takeEntries(part, page, parts())
  goBack(place)
  return part
}

/** Where a browser does not keep the place when something above it turns out higher or lower, nothing may. */
const canRest = CSS.supports("overflow-anchor", "auto")

/** Lets the browser leave a part out of its work while it is far from what is seen: some of them are 100,000 elements. */
function rest(part: HTMLElement): void {
  if (part.classList.contains("resting")) return
  part.style.containIntrinsicBlockSize = `auto ${part.offsetHeight}px`
  part.classList.add("resting")
}

/** Links on to where a fetched page links on. Returns whether that is elsewhere than before. */
export function takeSide(page: Document, side: Side): boolean {
  const old = all(around[side])
  const taken = all(around[side], page).map((element) => document.importNode(element, true))
  if (old.length === taken.length && old.every((element, i) => element.isEqualNode(taken[i] as Node))) return false
  for (const element of old) element.remove()
  if (side === "prev") one("#_main")?.prepend(...taken)
  else one("#_main")?.append(...taken)
  return true
}

export const isLive = (): boolean => "live" in root.dataset

/** From the last part on, the session may go on although it did not say so before. */
function takeLive(page: Document): void {
  if ("live" in page.documentElement.dataset) root.dataset["live"] = ""
}

/** Tells the rest of the script that there are new items. */
export const announceParts = (): boolean => document.dispatchEvent(new CustomEvent("parts"))

/** Changes what is loaded, and leaves what is being read where it is on the screen. */
export function keepPlace(change: () => void): void {
  const place = scrollY > 0 ? placeNow() : undefined
  change()
  goBack(place && inPlace(place))
}

/** An item that was replaced is followed by the one of the same id. */
function inPlace({ item, top }: Place): Place {
  const now = item.isConnected ? item : document.getElementById(item.id)
  return { item: now ?? item, top }
}

let queue = Promise.resolve()

/** Lets one change of what is loaded wait for the other. */
export function inTurn(task: () => Promise<void>): Promise<void> {
  queue = queue.then(task, task)
  return queue
}
