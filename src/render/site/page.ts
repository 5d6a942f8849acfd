import { createHash } from "node:crypto"
import type { Message } from "../../session/model.ts"
import { collapseRuns } from "../items/collapsed-runs.ts"
import { type ItemContext, itemsOf } from "../items/items.ts"
import { isPrompt, type MessageFragment, toolsOf } from "../message-fragment.ts"
import { estimateMessage, sumSizes } from "../pagination/message-size.ts"
import type { PageItem, PageView, PromptSummary } from "../view.ts"
import { failuresOf, outlineOf } from "./outline.ts"

/**
 * Highlighting budget of each page beyond the estimate for its messages. The estimate covers all code unless nearly
 * every character is a token of its own. Folded code has a budget of its own, so that visible code is highlighted
 * first.
 */
const EXTRA_HIGHLIGHTED_CHARS = 2_000

/** Input of a page, before rendering. */
export interface PageSource {
  view: Omit<PageView, "items" | "outline" | "failures" | "moreFailures">
  messages: MessageFragment[]
  /** Number of prompts on earlier pages. */
  promptsBefore: number
  /** Result of each prompt on this page, if known. */
  promptSummaries: (PromptSummary | undefined)[]
  context: Omit<ItemContext, "budget" | "foldedBudget">
}

/** The page function: renders a view to a full HTML document. */
export type RenderPage = (view: PageView) => Promise<string>

let loadedPage: Promise<typeof import("#page")> | undefined
/** Imports the prebuilt page once: every `import()` resolves its specifier anew. */
function loadPrebuiltPage() {
  loadedPage ??= import("#page")
  return loadedPage
}

/** Renders with this package's prebuilt page, loaded on first use. Throws if a component fails. */
export const prebuiltPage: RenderPage = async (view) => (await loadPrebuiltPage()).renderPage(view)

/** Working directory of a message; "" if unknown. */
export const workingDirectoryOf = (message: Message): string => (message.role === "assistant" ? message.cwd : "")

/** Style and script shared by all pages of a share, as one file. */
export interface PageSheet {
  /** `page-<hash>.css` */
  path: string
  /** The style, with the script in it as a string. */
  content: string
  style: string
  script: string
}

/** Style sheet of the prebuilt page. */
export const prebuiltSheet = async (): Promise<PageSheet> => (await loadPrebuiltPage()).sheet

/** Builds the view of a page from its messages. */
export async function buildPageView({
  view,
  messages,
  promptsBefore,
  promptSummaries,
  context,
}: PageSource): Promise<PageView> {
  const { code, foldedCode } = sumSizes(messages.map(estimateMessage))
  const budgets = {
    budget: { charsLeft: EXTRA_HIGHLIGHTED_CHARS + code },
    foldedBudget: { charsLeft: EXTRA_HIGHLIGHTED_CHARS + foldedCode },
  }
  const items: PageItem[] = []
  let prompts = 0
  for (const message of messages) {
    if (isPrompt(message)) prompts++
    const promptSummary = isPrompt(message) ? promptSummaries[prompts - 1] : undefined
    const directory = workingDirectoryOf(message) || context.directory
    items.push(
      ...(await itemsOf(message, promptsBefore + prompts, { ...context, directory, ...budgets }, promptSummary)),
    )
  }
  return { ...view, outline: outlineOf(items), ...failuresOf(items), items: collapseRuns(items) }
}

/**
 * Hash of all inputs of a page.
 * @param records the messages' records as JSON
 */
export function pageInputHash(
  { view, promptsBefore, promptSummaries, context, messages }: PageSource,
  records: readonly string[],
): string {
  const children = messages
    .flatMap(toolsOf)
    .map(({ subagent }) => (subagent && context.childPage(subagent.sessionID)) || "")
  const hash = createHash("sha256")
  // Include the session's directory only if a message depends on it.
  const directory = messages.some((message) => message.role === "assistant" && message.cwd === "") && context.directory
  hash.update(JSON.stringify([view, promptsBefore, promptSummaries, context.startedAt, directory, children]))
  for (const record of records) hash.update(record).update("\0")
  return hash.digest("hex")
}
