import { all, root } from "./dom.ts"

/** Where on the screen reading begins: below what stays at the top. Pixels from the top of the window. */
export const line = (): number => Number.parseFloat(getComputedStyle(root).scrollPaddingTop) || 0

/** Neither hidden nor folded away; what is folded away may have a place, too. */
const isShown = (element: Element): boolean => element.checkVisibility()

/** An item and how far from the top of the window it is. */
export interface Place {
  item: HTMLElement
  top: number
  /** Those that begin below it on the screen, for when it is not shown any more. */
  below?: Place[]
}

/**
 * The item that is being read: the first that begins in the upper half of the screen, since one that began above it may
 * grow; else the one that fills it.
 */
export function placeNow(): Place | undefined {
  const from = line()
  let filling: Place | undefined
  const beginning: Place[] = []
  for (const item of all("#_main > .part").flatMap(itemsBelow)) {
    const { top, bottom } = item.getBoundingClientRect()
    if (bottom <= from + 1 || !isShown(item)) continue
    if (top > innerHeight / 2) {
      if (!filling && beginning.length === 0) filling = { item, top }
      break
    }
    // Of a run that is open, the step.
    if (top >= from - 1) beginning.push({ item, top })
    else filling = { item, top }
  }
  const [first, ...below] = beginning
  return first ? { ...first, below } : filling
}

/** Of a part that has been read, nothing is looked at: there may be many. */
const itemsBelow = (part: HTMLElement): HTMLElement[] =>
  part.getBoundingClientRect().bottom > line() ? all(".item", part) : []

/** Makes a change that may move everything on the page, and leaves the reader's place where it is on the screen. */
export function stay(change: () => void): void {
  awake(() => {
    // Browsers that keep the place themselves would do it again in the next frame.
    root.style.overflowAnchor = "none"
    const place = placeNow()
    change()
    goBack(place)
    afterFrames(() => root.style.removeProperty("overflow-anchor"))
  })
}

/** Makes a change of what is shown with all parts at work: those at rest would go on to be as high as they were. */
export function awake(change: () => void): void {
  const resting = all(".part.resting")
  for (const part of resting) part.classList.remove("resting")
  change()
  // By then, browsers have taken note of how high they are now.
  afterFrames(() => {
    for (const part of resting) part.classList.add("resting")
  })
}

const afterFrames = (act: () => void) => requestAnimationFrame(() => requestAnimationFrame(act))

/** Brings an item back to where it was on the screen or, if it is not shown any more, what stands for it to the line. */
export function goBack(place: Place | undefined): void {
  if (!place?.item.isConnected) return
  let { item, top } = [place, ...(place.below ?? [])].find((each) => isShown(each.item)) ?? place
  if (!isShown(item)) {
    const items = all("#_main .item")
    const at = items.indexOf(item)
    // A sentence stands before the steps that it is about.
    const order = item.matches(".sentence") ? items.slice(at) : items.slice(0, at).reverse()
    const next = order.find(isShown) ?? items.find(isShown)
    if (!next) return
    item = next
    top = Math.max(line(), Math.min(top, innerHeight / 2))
  }
  scrollBy({ top: item.getBoundingClientRect().top - top, behavior: "instant" })
}
