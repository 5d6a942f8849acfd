import { createHash } from "node:crypto"
import type { Message } from "../../session/model.ts"
import { type ItemContext, itemsOf } from "../items/items.ts"
import { foldRuns } from "../items/runs.ts"
import { sumOf, weighMessage } from "../pagination/weigh-message.ts"
import type { Piece } from "../piece.ts"
import { isPrompt, toolsOf } from "../piece.ts"
import type { Byline, Item, PageView } from "../view.ts"
import { failuresOf, outlineOf } from "./outline.ts"

/**
 * Code on a page is coloured in proportion to what its messages weigh, which is all of it unless nearly every character
 * is a word of its own; so many more are coloured on any page. What is folded does not take from what is seen.
 */
const COLOURED = 2_000

/** A page before it is drawn. */
export interface Page {
  view: Omit<PageView, "items" | "outline" | "failures" | "moreFailures">
  messages: Piece[]
  /** Prompts on earlier pages. */
  promptsBefore: number
  /** What came of each prompt on this page, as far as it is known. */
  bylines: (Byline | undefined)[]
  context: Omit<ItemContext, "budget" | "folded">
}

/** The page function: a view becomes a whole HTML document. */
export type RenderPage = (view: PageView) => Promise<string>

let built: Promise<typeof import("#page")> | undefined
/** Loads what was built, once: an import is looked up each time. */
function prebuilt() {
  built ??= import("#page")
  return built
}

/** The prebuilt page of this package, loaded when it is first used. Throws when it fails. */
export const prebuiltPage: RenderPage = async (view) => (await prebuilt()).renderPage(view)

/** The folder that a message's paths are in, if it says so. */
export const folderOf = (message: Message): string => (message.role === "assistant" ? message.cwd : "")

/** What the pages of a share have in common, as one file of it. */
export interface Sheet {
  /** `page-<hash>.css` */
  path: string
  /** The style, and the script as a string in it. */
  content: string
  style: string
  script: string
}

/** The sheet that the prebuilt page needs. */
export const prebuiltSheet = async (): Promise<Sheet> => (await prebuilt()).sheet

/** What a page shows, from its messages. */
export async function viewOf({ view, messages, promptsBefore, bylines, context }: Page): Promise<PageView> {
  const { code, folded } = sumOf(messages.map(weighMessage))
  const budgets = { budget: { left: COLOURED + code }, folded: { left: COLOURED + folded } }
  const items: Item[] = []
  let prompts = 0
  for (const message of messages) {
    if (isPrompt(message)) prompts++
    const byline = isPrompt(message) ? bylines[prompts - 1] : undefined
    const directory = folderOf(message) || context.directory
    items.push(...(await itemsOf(message, promptsBefore + prompts, { ...context, directory, ...budgets }, byline)))
  }
  return { ...view, outline: outlineOf(items), ...failuresOf(items), items: foldRuns(items) }
}

/** A hash of all that a page is made from: of its messages, the texts of their records are given. */
export function inputOf({ view, promptsBefore, bylines, context, messages }: Page, records: readonly string[]): string {
  const children = messages
    .flatMap(toolsOf)
    .map(
      ({ call }) => (call.kind === "task" && call.sessionID !== undefined && context.childPage(call.sessionID)) || "",
    )
  const hash = createHash("sha256")
  // Most messages say themselves which folder they are about.
  const directory = messages.some((message) => message.role === "assistant" && message.cwd === "") && context.directory
  hash.update(JSON.stringify([view, promptsBefore, bylines, context.began, directory, children]))
  for (const record of records) hash.update(record).update("\0")
  return hash.digest("hex")
}
