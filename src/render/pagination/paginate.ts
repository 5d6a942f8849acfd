import type { PageSize } from "../html/size-estimate.ts"
import { isPrompt, type MessageFragment } from "../message-fragment.ts"
import { estimateMessage } from "./message-size.ts"

/** Hard limit of a page. */
export const PAGE_LIMIT: PageSize = { bytes: 300_000, elements: 6_000 }

/**
 * Reserve for everything but messages: titles, links to other parts and to failed steps, and the highlighting that
 * every page may have beyond the estimate.
 */
const FRAME_SIZE: PageSize = { bytes: 50_000, elements: 800 }
/** Reserve for the first page's header. */
const HEADER_SIZE: PageSize = { bytes: 40_000, elements: 1_000 }

/** Size left for messages on any page. */
export const BODY_LIMIT: PageSize = {
  bytes: PAGE_LIMIT.bytes - FRAME_SIZE.bytes - HEADER_SIZE.bytes,
  elements: PAGE_LIMIT.elements - FRAME_SIZE.elements - HEADER_SIZE.elements,
}

/** Fill level of the current page. */
export interface PageFill {
  size: PageSize
  messages: number
}

export const emptyPage = (): PageFill => ({ size: HEADER_SIZE, messages: 0 })

/**
 * Returns a function that tells whether a message starts a new page. Depends on earlier messages only, so that a
 * growing session never changes earlier pages. A page ends before a message that might not fit, and before a prompt
 * once it is more than 60 % full. Updates `fill`.
 */
export function pageBreaks(fill: PageFill = emptyPage()): (message: MessageFragment) => boolean {
  const exceeds = (weight: PageSize, share: number) =>
    weight.bytes > (PAGE_LIMIT.bytes - FRAME_SIZE.bytes) * share ||
    weight.elements > (PAGE_LIMIT.elements - FRAME_SIZE.elements) * share
  return (message) => {
    const messageSize = estimateMessage(message)
    const { size } = fill
    const sum = { bytes: size.bytes + messageSize.bytes, elements: size.elements + messageSize.elements }
    const breaks = fill.messages > 0 && (exceeds(sum, 1) || (exceeds(size, 0.6) && isPrompt(message)))
    fill.size = breaks ? { bytes: messageSize.bytes, elements: messageSize.elements } : sum
    fill.messages = breaks ? 1 : fill.messages + 1
    return breaks
  }
}
