import { all, root } from "./dom.ts"

/** Where on the screen reading begins: below what stays at the top. Pixels from the top of the window. */
export const line = (): number => Number.parseFloat(getComputedStyle(root).scrollPaddingTop) || 0

const isShown = (element: Element): boolean => element.getClientRects().length > 0

/** An item and how far from the top of the window it is. */
export interface Place {
  item: HTMLElement
  top: number
}

/** The item that is being read: the first that reaches below the line. */
export function placeNow(): Place | undefined {
  const from = line()
  for (const item of all("#_main .item")) {
    const { top, bottom } = item.getBoundingClientRect()
    if (bottom > from + 1 && isShown(item)) {
      // Of a run that is open, the step.
      const inner = all(".item", item).find((one) => one.getBoundingClientRect().bottom > from + 1 && isShown(one))
      return inner ? { item: inner, top: inner.getBoundingClientRect().top } : { item, top }
    }
  }
  return undefined
}

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
