import { all, root } from "./dom.ts"

/** Where on the screen reading begins: below what stays at the top. Pixels from the top of the window. */
export const line = (): number => Number.parseFloat(getComputedStyle(root).scrollPaddingTop) || 0

/** Neither hidden nor folded away; what is folded away may have a place, too. */
const isShown = (element: Element): boolean => element.checkVisibility()

/** An item and how far from the top of the window it is. */
export interface Place {
  item: HTMLElement
  top: number
}

/**
 * The item that is being read: the first that begins in the upper half of the screen, since one that began above it may
 * grow; else the one that fills it.
 */
export function placeNow(): Place | undefined {
  const from = line()
  let filling: Place | undefined
  for (const item of all("#_main > .part").flatMap(itemsBelow)) {
    const { top, bottom } = item.getBoundingClientRect()
    if (bottom <= from + 1 || !isShown(item)) continue
    if (top > innerHeight / 2) return filling ?? { item, top }
    if (top >= from - 1) return { item, top }
    // Of a run that is open, the step.
    filling = { item, top }
  }
  return filling
}

/** Of a part that has been read, nothing is looked at: there may be many. */
const itemsBelow = (part: HTMLElement): HTMLElement[] =>
  part.getBoundingClientRect().bottom > line() ? all(".item", part) : []

/** Brings an item back to where it was on the screen or, if it is not shown any more, what stands for it to the line. */
export function goBack(place: Place | undefined): void {
  if (!place?.item.isConnected) return
  let { item, top } = place
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
