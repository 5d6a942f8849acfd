import { createHash } from "node:crypto"
import type { Message } from "../session/model.ts"
import { type ItemContext, isPrompt, itemsOf, toolsOf } from "./items.ts"
import type { Item, PageView } from "./view.ts"

/** Code on one page is coloured up to this many characters; what comes after is plain. The same on every machine. */
const COLOURED = 60_000

/** A page before it is drawn. */
export interface Page {
  view: Omit<PageView, "items">
  messages: Message[]
  /** Prompts on earlier pages. */
  promptsBefore: number
  context: Omit<ItemContext, "budget">
}

/** The page function: a view becomes a whole HTML document. */
export type RenderPage = (view: PageView) => Promise<string>

/** The prebuilt page of this package, loaded when it is first used. Throws when it fails. */
export const prebuiltPage: RenderPage = async (view) => (await import("#page")).renderPage("/", { page: view })

/** What a page shows, from its messages. */
export async function viewOf({ view, messages, promptsBefore, context }: Page): Promise<PageView> {
  const budget = { left: COLOURED }
  const items: Item[] = []
  let prompts = promptsBefore
  for (const message of messages) {
    if (isPrompt(message)) prompts++
    items.push(...(await itemsOf(message, prompts, { ...context, budget })))
  }
  return { ...view, items }
}

/** A hash of all that a page is made from: of its messages, the texts of their records are given. */
export function inputOf({ view, promptsBefore, context, messages }: Page, records: readonly string[]): string {
  const children = messages
    .flatMap(toolsOf)
    .map(
      ({ call }) => (call.kind === "task" && call.sessionID !== undefined && context.childPage(call.sessionID)) || "",
    )
  const hash = createHash("sha256")
  hash.update(JSON.stringify([view, promptsBefore, context.began, context.directory, children]))
  for (const record of records) hash.update(record).update("\0")
  return hash.digest("hex")
}
