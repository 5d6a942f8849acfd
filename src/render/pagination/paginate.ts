import { addSizes, fitsInto, type PageSize } from "../html/page-size.ts"

/** Hard limit of a page. */
export const PAGE_LIMIT: PageSize = { bytes: 300_000, elements: 6_000 }

/** Room for what every page has around its items: title, links to other parts and to failed steps. */
const FRAME_SIZE: PageSize = { bytes: 20_000, elements: 300 }
/** Room for the first page's header. */
const HEADER_SIZE: PageSize = { bytes: 40_000, elements: 1_000 }

const CONTENT_LIMIT: PageSize = {
  bytes: PAGE_LIMIT.bytes - FRAME_SIZE.bytes,
  elements: PAGE_LIMIT.elements - FRAME_SIZE.elements,
}
/** From this on, a page ends before the next prompt. */
const FULL_ENOUGH: PageSize = { bytes: CONTENT_LIMIT.bytes * 0.6, elements: CONTENT_LIMIT.elements * 0.6 }

/** Limit of one item, which fits on any page then. */
export const ITEM_LIMIT: PageSize = {
  bytes: CONTENT_LIMIT.bytes - HEADER_SIZE.bytes,
  elements: CONTENT_LIMIT.elements - HEADER_SIZE.elements,
}

/** How full the current page is: plain values, stored in checkpoints. */
export interface PageFill {
  size: PageSize
  items: number
}

/** Fill of a session's first page. */
export const firstPageFill = (): PageFill => ({ size: HEADER_SIZE, items: 0 })

/**
 * Whether an item starts a new page: if the page would become too large with it, or if it is a prompt and the page is
 * more than 60 % full. Depends on earlier items only, so that a page never changes once the next one has begun. Adds
 * the item to `fill`.
 */
export function startsNewPage(fill: PageFill, item: PageSize, isPrompt: boolean): boolean {
  const size = addSizes(fill.size, item)
  const isFull = !fitsInto(size, CONTENT_LIMIT) || (isPrompt && !fitsInto(fill.size, FULL_ENOUGH))
  const starts = fill.items > 0 && isFull
  fill.size = starts ? item : size
  fill.items = starts ? 1 : fill.items + 1
  return starts
}
