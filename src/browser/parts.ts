import { query, queryAll, root } from "./dom.ts"
import { mergeOutline } from "./outline.ts"
import { recordOriginals } from "./reconcile.ts"
import { currentAnchor, restoreAnchor, type ScrollAnchor } from "./scroll-anchor.ts"

/** Before or after the loaded parts. */
export type Side = "prev" | "next"

/** Loaded parts of the session, in order. */
export const parts = (): HTMLElement[] => queryAll("#_main > .part")

/** The link to the part before or after the loaded ones. */
export const pagerLink = (side: Side): HTMLAnchorElement | null =>
  query<HTMLAnchorElement>(`#_main > .pager a[rel=${side}]`)

const PAGER_SELECTORS = {
  prev: "main > .pager:not(.part ~ *)",
  next: "main > .part ~ :is(.pager, .live)",
}

/** Adds a fetched page's part to the loaded ones, with its outline entries and its links to further parts. */
export function addPart(page: Document, side: Side): HTMLElement {
  const part = document.importNode(query("main > .part", page) as HTMLElement, true)
  for (const duplicate of queryAll("[id]", part))
    if (document.getElementById(duplicate.id)) duplicate.removeAttribute("id")
  const anchor = side === "prev" ? currentAnchor() : undefined
  const loaded = parts()
  if (supportsScrollAnchoring) for (const each of loaded) skipRendering(each)
  if (side === "prev") loaded[0]?.before(part)
  else loaded.at(-1)?.after(part)
  importPager(page, side)
  if (side === "next") importLive(page)
  if (isLive()) recordOriginals(part.children)
  mergeOutline(part, page, parts())
  restoreAnchor(anchor)
  return part
}

/** Without scroll anchoring, the page would jump when a skipped part turns out higher or lower than estimated. */
const supportsScrollAnchoring = CSS.supports("overflow-anchor", "auto")

/** Lets the browser skip rendering a part while it is off-screen: some have 100,000 elements. */
function skipRendering(part: HTMLElement): void {
  if (part.classList.contains("resting")) return
  part.style.containIntrinsicBlockSize = `auto ${part.offsetHeight}px`
  part.classList.add("resting")
}

/** Imports a fetched page's link to its neighbour. Returns whether anything changed. */
export function importPager(page: Document, side: Side): boolean {
  const old = queryAll(PAGER_SELECTORS[side])
  const imported = queryAll(PAGER_SELECTORS[side], page).map((element) => document.importNode(element, true))
  if (old.length === imported.length && old.every((element, i) => element.isEqualNode(imported[i] as Node)))
    return false
  for (const element of old) element.remove()
  if (side === "prev") query("#_main")?.prepend(...imported)
  else query("#_main")?.append(...imported)
  return true
}

export const isLive = (): boolean => "live" in root.dataset

/** The session may have become live since this page was loaded. */
function importLive(page: Document): void {
  if ("live" in page.documentElement.dataset) root.dataset["live"] = ""
}

/** Notifies the other modules of new items. */
export const dispatchParts = (): boolean => document.dispatchEvent(new CustomEvent("parts"))

/** Changes the loaded parts and keeps the reading position. */
export function keepScrollAnchor(change: () => void): void {
  const anchor = scrollY > 0 ? currentAnchor() : undefined
  change()
  restoreAnchor(anchor && reanchored(anchor))
}

/** A replaced item is followed by the one with the same id. */
function reanchored({ item, top }: ScrollAnchor): ScrollAnchor {
  const now = item.isConnected ? item : document.getElementById(item.id)
  return { item: now ?? item, top }
}

let queue = Promise.resolve()

/** Serializes changes of the loaded parts. */
export function runExclusive(task: () => Promise<void>): Promise<void> {
  queue = queue.then(task, task)
  return queue
}
