import {
  type AssistantMessage,
  type FilePart,
  isUserCommand,
  type Message,
  type Part,
  type SubtaskPart,
  type TextPart,
  USER_COMMAND_NOTE,
  type UserMessage,
} from "../../session/model.ts"
import { formatDuration, timestampOf } from "../format.ts"
import { attachmentOf, type StoredFile } from "../html/attachment.ts"
import { emptyHtml } from "../html/safe-html.ts"
import { clip, OUTPUT_LIMITS, PROSE_LIMITS, truncate } from "../html/truncate.ts"
import { renderMarkdown } from "../markdown/markdown.ts"
import { boundedJson, isPrompt, type MessageFragment, promptText } from "../message-fragment.ts"
import type { PageItem, PromptSummary, StepBlock } from "../view.ts"
import { answerMeta, describeAnswerError } from "./answer-meta.ts"
import { attachmentView } from "./attachment-view.ts"
import { eventItems } from "./event-items.ts"
import { stepOf } from "./step.ts"
import { cutView, outputBlocks, storedFilesOf } from "./step-blocks.ts"
import type { BlockContext } from "./tool-blocks.ts"

export interface ItemContext extends BlockContext {
  /** Start time of the session, in milliseconds since 1970. */
  startedAt: number | undefined
}

/** Files of the share that a message's items link to. */
export function* filesOfMessage(message: Message): Generator<StoredFile> {
  const prompt = message.role === "user" ? truncate(promptText(message), PROSE_LIMITS).fullText : undefined
  if (prompt) yield prompt
  if (message.role === "event" && message.event.kind === "skill") {
    const { fullText } = truncate(message.event.text, OUTPUT_LIMITS)
    if (fullText) yield fullText
  }
  for (const part of message.parts) {
    if (part.type === "tool") yield* storedFilesOf(part)
    if (part.type === "file") {
      const { file } = attachmentOf(part)
      if (file) yield file
    }
    if (part.type === "subtask") {
      const { fullText } = truncate(part.prompt, OUTPUT_LIMITS)
      if (fullText) yield fullText
    }
    if (part.type === "reasoning" || part.type === "text") {
      if (message.role === "user" && !(part.type === "text" && part.synthetic)) continue
      const { fullText } = truncate(part.text, message.role === "user" ? OUTPUT_LIMITS : PROSE_LIMITS)
      if (fullText) yield fullText
    }
  }
}

/**
 * Items of a message, in page order.
 * @param number the prompt's number in the session, from 1, if the message is a prompt
 * @param promptSummary results of this prompt, if known
 */
export async function itemsOf(
  message: MessageFragment,
  number: number,
  context: ItemContext,
  promptSummary?: PromptSummary | undefined,
): Promise<PageItem[]> {
  const moment = timestampOf(message.created, context.startedAt)
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
  if (message.role === "user") return userItems(message, number, context, promptSummary)
  if (message.role === "event") return eventItems(message, context)
  const items: PageItem[] = []
  if (message.compaction) return [await compactionItem(message, context)]
  for (const part of message.parts) {
    const item = await assistantItem(part, context)
    // Text parts have no time of their own: the first gets the message's.
    const time = startTimeOf(part) ?? (items.length === 0 ? message.created : undefined)
    if (item) items.push({ ...item, moment: timestampOf(time, context.startedAt) })
  }
  if (!isUserCommand(message)) items.push(...answerMeta(message))
  if (message.error)
    items.push({
      kind: "note",
      // No id of a session contains a dot.
      anchor: `${message.id}.error`,
      moment: timestampOf(message.completed ?? message.created, context.startedAt),
      ...describeAnswerError(message.error),
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

/** First words of a prompt, as one line without Markdown marks. */
const promptLabel = (text: string): string =>
  clip(
    text
      .slice(0, 400)
      .replace(/^\s*(?:#{1,6}\s+|[-+]\s+|(?:>\s*)+)|[`*]+/gm, "")
      .replace(/\s+/g, " ")
      .trim(),
    90,
  )

/** References to files and agents in a prompt's text. */
const mentionsOf = (message: UserMessage): string[] =>
  message.parts
    .flatMap((part) => (part.type === "agent" ? `@${part.name}` : part.type === "file" ? (part.mention ?? "") : ""))
    .filter((mention) => mention.length > 1)
    .slice(0, 50)

async function userItems(
  message: UserMessage & MessageFragment,
  number: number,
  context: ItemContext,
  promptSummary: PromptSummary | undefined,
): Promise<PageItem[]> {
  const moment = timestampOf(message.created, context.startedAt)
  const hidden = message.parts.flatMap((part): StepBlock[] =>
    part.type === "subtask" ? subtaskBlocks(part) : isShownInsert(part) ? outputBlocks(part.text) : [],
  )
  const files = message.parts.filter((part): part is FilePart => part.type === "file")
  const items: PageItem[] = []
  if (isPrompt(message) || hidden.length > 0 || files.length > 0) {
    const text = promptText(message)
    const shown = truncate(text, PROSE_LIMITS)
    items.push({
      kind: "prompt",
      anchor: message.isContinuation ? "" : message.id,
      moment,
      number: isPrompt(message) ? number : 0,
      long: text.length > 400,
      label: promptLabel(text) || clip(files.map(({ filename }) => filename).join(", "), 90),
      body: await renderMarkdown(shown.head, context.budget, { breaks: true, mentions: mentionsOf(message) }),
      cut: cutView(shown),
      summary: promptSummary,
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
    if (part.type === "unknown" || part.type === "malformed") items.push(rawItem(part, moment))
  }
  return items
}

/** Text that OpenCode inserted into a prompt. The note before a command of the user's says nothing. */
const isShownInsert = (part: Part): part is TextPart =>
  part.type === "text" && part.synthetic && part.text !== USER_COMMAND_NOTE

const subtaskBlocks = ({ agent, prompt }: SubtaskPart): StepBlock[] => [
  { type: "caption", text: `Task for ${clip(agent, 100) || "a subagent"}` },
  ...outputBlocks(prompt),
]

async function assistantItem(part: Part, context: ItemContext): Promise<PageItem | undefined> {
  const base = { anchor: part.id, moment: undefined }
  switch (part.type) {
    case "text": {
      if (part.ignored || part.synthetic || part.text.trim() === "") return undefined
      const shown = truncate(part.text, PROSE_LIMITS)
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
      const shown = truncate(part.text, PROSE_LIMITS)
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
        summary: undefined,
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
      return rawItem(part, undefined)
    default:
      // Step, snapshot and patch parts are internals of OpenCode.
      return undefined
  }
}

async function compactionItem(message: AssistantMessage, context: ItemContext): Promise<PageItem> {
  const text = message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n")
  return {
    kind: "compaction",
    anchor: message.id,
    moment: timestampOf(message.created, context.startedAt),
    title: "Summary of the conversation so far",
    body: text ? await renderMarkdown(truncate(text, PROSE_LIMITS).head, context.budget) : undefined,
  }
}

function rawItem(part: Extract<Part, { type: "unknown" | "malformed" }>, moment: PageItem["moment"]): PageItem {
  const title =
    part.type === "unknown"
      ? `A part of the kind “${clip(part.kind, 100)}”, which this version does not know`
      : `A part that cannot be read: ${part.reason}`
  return { kind: "raw", anchor: part.id, moment, title, json: boundedJson(part.raw) }
}

const startTimeOf = (part: Part): number | undefined =>
  part.type === "tool" || part.type === "reasoning" ? part.start : undefined
