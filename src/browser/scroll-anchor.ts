import { queryAll, root } from "./dom.ts"

/** The line at which reading begins: below the sticky header. Pixels from the top of the viewport. */
export const readingLine = (): number => Number.parseFloat(getComputedStyle(root).scrollPaddingTop) || 0

/** Folded-away elements have a box, too, so that `getClientRects` is not enough. */
const isShown = (element: Element): boolean => element.checkVisibility()

/** An item and its distance from the top of the viewport, in pixels. */
export interface ScrollAnchor {
  item: HTMLElement
  top: number
  /** Items below it on the screen, as fallbacks if it gets hidden. */
  below?: ScrollAnchor[]
}

/**
 * The item being read: the first that begins in the upper half of the viewport, since one that began above it may
 * grow; else the one that spans the viewport.
 */
export function currentAnchor(): ScrollAnchor | undefined {
  const line = readingLine()
  let spanning: ScrollAnchor | undefined
  const starting: ScrollAnchor[] = []
  for (const item of queryAll("#_main > .part").flatMap(itemsAtOrBelowLine)) {
    const { top, bottom } = item.getBoundingClientRect()
    if (bottom <= line + 1 || !isShown(item)) continue
    if (top > innerHeight / 2) {
      if (!spanning && starting.length === 0) spanning = { item, top }
      break
    }
    // In an open run, the step rather than the run.
    if (top >= line - 1) starting.push({ item, top })
    else spanning = { item, top }
  }
  const [first, ...below] = starting
  return first ? { ...first, below } : spanning
}

/** Skips parts above the line as a whole: there may be many. */
const itemsAtOrBelowLine = (part: HTMLElement): HTMLElement[] =>
  part.getBoundingClientRect().bottom > readingLine() ? queryAll(".item", part) : []

/** Makes a change that may move everything on the page, and keeps the reading position. */
export function changeInPlace(change: () => void): void {
  withRenderedParts(() => {
    // Browsers with scroll anchoring would adjust a second time in the next frame.
    root.style.overflowAnchor = "none"
    const anchor = currentAnchor()
    change()
    restoreAnchor(anchor)
    afterTwoFrames(() => root.style.removeProperty("overflow-anchor"))
  })
}

/** Makes a change with all parts rendered: skipped ones would keep their previous height. */
export function withRenderedParts(change: () => void): void {
  const skipped = queryAll(".part.resting")
  for (const part of skipped) part.classList.remove("resting")
  change()
  // By the second frame, browsers have measured the new heights.
  afterTwoFrames(() => {
    for (const part of skipped) part.classList.add("resting")
  })
}

const afterTwoFrames = (act: () => void) => requestAnimationFrame(() => requestAnimationFrame(act))

/**
 * Scrolls the anchor back to where it was or, if it is hidden now, its nearest visible neighbour to the reading line.
 */
export function restoreAnchor(anchor: ScrollAnchor | undefined): void {
  if (!anchor?.item.isConnected) return
  let { item, top } = [anchor, ...(anchor.below ?? [])].find((each) => isShown(each.item)) ?? anchor
  if (!isShown(item)) {
    const items = queryAll("#_main .item")
    const at = items.indexOf(item)
    // A summary line stands before the steps that it summarises.
    const neighbours = item.matches(".sentence") ? items.slice(at) : items.slice(0, at).reverse()
    const next = neighbours.find(isShown) ?? items.find(isShown)
    if (!next) return
    item = next
    top = Math.max(readingLine(), Math.min(top, innerHeight / 2))
  }
  scrollBy({ top: item.getBoundingClientRect().top - top, behavior: "instant" })
}
