import type { Message } from "../../session/model.ts"
import type { ItemContext } from "../items/item-context.ts"
import { itemsOf } from "../items/items.ts"
import type { LinkRecord, PageLinks } from "../links.ts"
import { type DrawnItem, drawItem } from "./draw-item.ts"
import type { PageRenderer } from "./page-renderer.ts"
import type { Turn } from "./prompt-summary.ts"

/** A page that is not complete: plain values, stored in checkpoints. Its items can be rendered from it. */
export interface PageDraft {
  number: number
  /** Number of prompts on earlier pages. */
  promptsBefore: number
  /** The prompts that begin on this page. */
  turns: Turn[]
  messages: PlacedMessage[]
}

/** The items of a message, from one to before another, that are on a page. */
export interface PlacedMessage {
  message: Message
  /** Number of the message's prompt in the session. */
  prompt: number
  from: number
  to: number
}

export const newDraft = (number: number, promptsBefore: number): PageDraft => ({
  number,
  promptsBefore,
  turns: [],
  messages: [],
})

/** Adds an item of a message; items must come in order. */
export function placeItem({ messages }: PageDraft, message: Message, prompt: number, index: number): void {
  const last = messages.at(-1)
  if (last?.message === message && last.to === index) last.to++
  else messages.push({ message, prompt, from: index, to: index + 1 })
}

/** How a session's items are rendered. */
export interface Drawing {
  renderer: PageRenderer
  linksTo: (record: LinkRecord) => PageLinks
  contextOf: (message: Message) => ItemContext
}

/** Renders the items of a message, in order. */
export async function* drawItems(
  message: Message,
  prompt: number,
  { renderer, linksTo, contextOf }: Drawing,
): AsyncGenerator<DrawnItem> {
  for await (const item of itemsOf(message, prompt, contextOf(message))) yield await drawItem(item, renderer, linksTo)
}

/** Renders the items of a draft again, after a checkpoint was loaded. */
export async function redraw({ messages }: PageDraft, drawing: Drawing): Promise<DrawnItem[]> {
  const items: DrawnItem[] = []
  for (const { message, prompt, from, to } of messages) {
    let index = 0
    for await (const item of drawItems(message, prompt, drawing)) {
      if (index >= from && index < to) items.push(item)
      index++
    }
  }
  return items
}
