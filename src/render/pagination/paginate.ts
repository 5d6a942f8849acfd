import type { Weight } from "../html/weight.ts"
import type { MessageFragment } from "../message-fragment.ts"
import { isPrompt } from "../message-fragment.ts"
import { weighMessage } from "./weigh-message.ts"

/** No page takes more. */
export const PAGE: Weight = { bytes: 300_000, elements: 6_000 }

/**
 * What a page takes beside its messages: titles, links to other parts and to what failed, and the colours that every page
 * may have beyond what its messages foretell.
 */
const FRAME: Weight = { bytes: 50_000, elements: 800 }
/** What the first page takes beyond that, for its header. */
const HEAD: Weight = { bytes: 40_000, elements: 1_000 }

/** What a page has left for messages, whichever page it is. */
export const BODY: Weight = {
  bytes: PAGE.bytes - FRAME.bytes - HEAD.bytes,
  elements: PAGE.elements - FRAME.elements - HEAD.elements,
}

/** How full the page is that is being filled. */
export interface PageFill {
  weight: Weight
  messages: number
}

export const emptyPage = (): PageFill => ({ weight: HEAD, messages: 0 })

/**
 * Where pages end: decided from the messages so far alone, so that a session that goes on changes no earlier page. A
 * page ends where the next message could be too much for it, and before a prompt once it is more than half full. `fill` is
 * kept up to date.
 */
export function pageBreaks(fill: PageFill = emptyPage()): (message: MessageFragment) => boolean {
  const full = (weight: Weight, share: number) =>
    weight.bytes > (PAGE.bytes - FRAME.bytes) * share || weight.elements > (PAGE.elements - FRAME.elements) * share
  return (message) => {
    const own = weighMessage(message)
    const { weight } = fill
    const sum = { bytes: weight.bytes + own.bytes, elements: weight.elements + own.elements }
    const breaks = fill.messages > 0 && (full(sum, 1) || (full(weight, 0.6) && isPrompt(message)))
    fill.weight = breaks ? { bytes: own.bytes, elements: own.elements } : sum
    fill.messages = breaks ? 1 : fill.messages + 1
    return breaks
  }
}
