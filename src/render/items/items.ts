import type { AssistantMessage, FilePart, Message, Part, UserMessage } from "../../session/model.ts"
import { formatDuration, timestampOf } from "../format.ts"
import { attachmentOf, type StoredFile } from "../html/attachment.ts"
import { clip, cut, OUTPUT, PROSE } from "../html/cut.ts"
import { emptyHtml } from "../html/safe-html.ts"
import { renderMarkdown } from "../markdown/markdown.ts"
import { boundedJson, isPrompt, type MessageFragment, promptText } from "../message-fragment.ts"
import type { PageItem, PromptSummary, StepBlock } from "../view.ts"
import { errorInWords, metaOf } from "./answer-end.ts"
import { attachmentView } from "./attachment-view.ts"
import { stepOf } from "./step.ts"
import { cutView, filesOfTool, output } from "./step-blocks.ts"
import type { StepContext } from "./step-context.ts"

export interface ItemContext extends StepContext {
  /** When the session began. */
  began: number | undefined
}

/** Every file that a message brings into the share beside its pages. */
export function* filesOf(message: Message): Generator<StoredFile> {
  const prompt = message.role === "user" ? cut(promptText(message), PROSE).whole : undefined
  if (prompt) yield prompt
  for (const part of message.parts) {
    if (part.type === "tool") yield* filesOfTool(part)
    if (part.type === "file") {
      const { file } = attachmentOf(part)
      if (file) yield file
    }
    if (part.type === "reasoning" || part.type === "text") {
      if (message.role === "user" && !(part.type === "text" && part.synthetic)) continue
      const { whole } = cut(part.text, message.role === "user" ? OUTPUT : PROSE)
      if (whole) yield whole
    }
  }
}

/**
 * A message as what a page shows of it, in order.
 * @param number of this prompt in the session, from 1, if the message is one
 * @param byline what came of this prompt, if that is known
 */
export async function itemsOf(
  message: MessageFragment,
  number: number,
  context: ItemContext,
  byline?: PromptSummary | undefined,
): Promise<PageItem[]> {
  const moment = timestampOf(message.created, context.began)
  if (message.role === "malformed")
    return [
      {
        kind: "raw",
        anchor: message.id,
        moment,
        title: `A message that cannot be read: ${message.reason}`,
        json: boundedJson(message.raw),
      },
    ]
  if (message.role === "user") return userItems(message, number, context, byline)
  const items: PageItem[] = []
  if (message.compaction) return [await compaction(message, context)]
  for (const part of message.parts) {
    const item = await assistantItem(part, context)
    // Text does not say when it was written; the message does, for its first part.
    const time = timeOf(part) ?? (items.length === 0 ? message.created : undefined)
    if (item) items.push({ ...item, moment: timestampOf(time, context.began) })
  }
  items.push(...metaOf(message))
  if (message.error)
    items.push({
      kind: "note",
      // With a dot, which no id of a session has.
      anchor: `${message.id}.error`,
      moment: timestampOf(message.completed ?? message.created, context.began),
      ...errorInWords(message.error),
    })
  else if (message.finish === "length")
    items.push({
      kind: "note",
      anchor: `${message.id}.end`,
      moment: undefined,
      tone: "plain",
      title: "Cut off",
      text: "The model reached its limit of output before it was done.",
    })
  if (items[0] && !message.isContinuation) items[0].message = message.id
  return items
}

/** The first words of a prompt, as one line without Markdown's marks. */
const labelOf = (text: string): string =>
  clip(
    text
      .slice(0, 400)
      .replace(/^\s*(?:#{1,6}\s+|[-+]\s+|(?:>\s*)+)|[`*]+/gm, "")
      .replace(/\s+/g, " ")
      .trim(),
    90,
  )

/** How files and agents are named in the text of a prompt. */
const mentionsOf = (message: UserMessage): string[] =>
  message.parts
    .flatMap((part) => (part.type === "agent" ? `@${part.name}` : part.type === "file" ? (part.mention ?? "") : ""))
    .filter((mention) => mention.length > 1)
    .slice(0, 50)

async function userItems(
  message: UserMessage & MessageFragment,
  number: number,
  context: ItemContext,
  byline: PromptSummary | undefined,
): Promise<PageItem[]> {
  const moment = timestampOf(message.created, context.began)
  const hidden = message.parts.flatMap((part): StepBlock[] =>
    part.type === "text" && part.synthetic ? output(part.text) : [],
  )
  const files = message.parts.filter((part): part is FilePart => part.type === "file")
  const items: PageItem[] = []
  if (isPrompt(message) || hidden.length > 0 || files.length > 0) {
    const text = promptText(message)
    const shown = cut(text, PROSE)
    items.push({
      kind: "prompt",
      anchor: message.isContinuation ? "" : message.id,
      moment,
      number: isPrompt(message) ? number : 0,
      long: text.length > 400,
      label: labelOf(text) || clip(files.map(({ filename }) => filename).join(", "), 90),
      body: await renderMarkdown(shown.head, context.budget, { breaks: true, mentions: mentionsOf(message) }),
      cut: cutView(shown),
      byline,
      attachments: files.map((file) => attachmentView(attachmentOf(file))),
      hidden,
    })
  }
  for (const part of message.parts) {
    if (part.type === "compaction")
      items.push({
        kind: "compaction",
        anchor: part.id,
        moment,
        title: part.auto ? "The conversation was summarised to make room" : "The conversation was summarised",
        body: undefined,
      })
    if (part.type === "subtask")
      items.push({
        kind: "note",
        anchor: part.id,
        moment,
        tone: "plain",
        title: `Task for ${clip(part.agent, 100) || "a subagent"}`,
        text: clip(part.prompt, 4_000),
      })
    if (part.type === "unknown" || part.type === "malformed") items.push(raw(part, moment))
  }
  return items
}

async function assistantItem(part: Part, context: ItemContext): Promise<PageItem | undefined> {
  const base = { anchor: part.id, moment: undefined }
  switch (part.type) {
    case "text": {
      if (part.ignored || part.synthetic || part.text.trim() === "") return undefined
      const shown = cut(part.text, PROSE)
      return { ...base, kind: "prose", body: await renderMarkdown(shown.head, context.budget), cut: cutView(shown) }
    }
    case "reasoning": {
      if (part.text.trim() === "") return undefined
      const took = part.start !== undefined && part.end !== undefined ? part.end - part.start : undefined
      const gist = part.text
        .replace(/[*_`#]+/g, "")
        .trim()
        .split("\n", 1)[0]!
        .slice(0, 200)
      const shown = cut(part.text, PROSE)
      const body = await renderMarkdown(shown.head, context.budget)
      return {
        ...base,
        kind: "reasoning",
        gist,
        body,
        cut: cutView(shown),
        duration: formatDuration(took),
        took: Math.max(0, took ?? 0),
      }
    }
    case "tool":
      return { ...base, kind: "step", step: await stepOf(part, context) }
    case "file": {
      const attachment = attachmentView(attachmentOf(part))
      return {
        ...base,
        kind: "prompt",
        number: 0,
        label: "",
        long: false,
        body: emptyHtml,
        cut: undefined,
        byline: undefined,
        attachments: [attachment],
        hidden: [],
      }
    }
    case "retry":
      return {
        ...base,
        kind: "note",
        tone: "plain",
        title: `Tried again (attempt ${part.attempt})`,
        text: clip(part.error.message, 4_000),
      }
    case "unknown":
    case "malformed":
      return raw(part, undefined)
    default:
      // Steps, snapshots and patches say how OpenCode worked, not what was said or done.
      return undefined
  }
}

async function compaction(message: AssistantMessage, context: ItemContext): Promise<PageItem> {
  const text = message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n")
  return {
    kind: "compaction",
    anchor: message.id,
    moment: timestampOf(message.created, context.began),
    title: "Summary of the conversation so far",
    body: text ? await renderMarkdown(cut(text, PROSE).head, context.budget) : undefined,
  }
}

function raw(part: Extract<Part, { type: "unknown" | "malformed" }>, moment: PageItem["moment"]): PageItem {
  const title =
    part.type === "unknown"
      ? `A part of the kind “${clip(part.kind, 100)}”, which this version does not know`
      : `A part that cannot be read: ${part.reason}`
  return { kind: "raw", anchor: part.id, moment, title, json: boundedJson(part.raw) }
}

const timeOf = (part: Part): number | undefined =>
  part.type === "tool" || part.type === "reasoning" ? part.start : undefined
