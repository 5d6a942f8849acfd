import {
  type AssistantMessage,
  isPrompt,
  isUserCommand,
  type Message,
  type Part,
  type SubtaskPart,
  type TextPart,
  USER_COMMAND_NOTE,
  type UserMessage,
} from "../../session/model.ts"
import { formatDuration, timestampOf } from "../format.ts"
import { itemBudget } from "../highlight/highlight.ts"
import { attachmentOf } from "../html/attachment.ts"
import { textBytes } from "../html/text-bytes.ts"
import { clip, DATA_LIMITS, excerpt } from "../html/truncate.ts"
import { renderProse } from "../markdown/markdown.ts"
import { PROMPT_LIMITS, PROSE_LIMITS } from "../markdown/prose-limits.ts"
import { boundedJson, promptText } from "../message-text.ts"
import type { PageItem, StepBlock } from "../view.ts"
import { answerMeta, describeAnswerEnd, describeAnswerError } from "./answer-meta.ts"
import { attachmentView } from "./attachment-view.ts"
import { eventItems } from "./event-items.ts"
import type { ItemContext } from "./item-context.ts"
import { stepOf } from "./step.ts"
import { outputBlocks } from "./step-blocks.ts"

/**
 * Items of a message, in page order, one at a time. None depends on another message.
 * @param number the prompt's number in the session, from 1, if the message is a prompt
 */
export async function* itemsOf(message: Message, number: number, context: ItemContext): AsyncGenerator<PageItem> {
  if (message.role === "user") yield* userItems(message, number, context)
  else if (message.role === "assistant") yield* assistantItems(message, context)
  else if (message.role === "event") yield* await eventItems(message, context)
  else
    yield {
      kind: "raw",
      anchor: message.id,
      moment: timestampOf(message.created, context.startedAt),
      title: `A message that cannot be read: ${message.reason}`,
      json: boundedJson(message.raw),
    }
}

async function* assistantItems(message: AssistantMessage, context: ItemContext): AsyncGenerator<PageItem> {
  if (message.compaction) return yield await compactionItem(message, context)
  let isFirst = true
  const first = () => {
    const own = isFirst ? { message: message.id } : {}
    isFirst = false
    return own
  }
  for (const part of message.parts) {
    const item = await assistantItem(part, context)
    // Text parts have no time of their own: the first gets the message's.
    const time = startTimeOf(part) ?? (isFirst ? message.created : undefined)
    if (item) yield { ...item, ...first(), moment: timestampOf(time, context.startedAt) }
  }
  for (const item of isUserCommand(message) ? [] : answerMeta(message)) yield { ...item, ...first() }
  const end = describeAnswerEnd(message)
  if (message.error)
    yield {
      kind: "note",
      // No id of a session contains a dot.
      anchor: `${message.id}.error`,
      ...first(),
      moment: timestampOf(message.completed ?? message.created, context.startedAt),
      ...describeAnswerError(message.error),
    }
  else if (end)
    yield {
      kind: "note",
      anchor: `${message.id}.end`,
      ...first(),
      moment: undefined,
      tone: "plain",
      ...end,
    }
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

async function* userItems(message: UserMessage, number: number, context: ItemContext): AsyncGenerator<PageItem> {
  const moment = timestampOf(message.created, context.startedAt)
  const isAsked = isPrompt(message)
  const text = promptText(message)
  const base = { kind: "prompt", moment, long: text.length > 400, summary: undefined } as const
  for (const [i, { attachments, hidden }] of packedEnclosures(message, isAsked).entries())
    if (i > 0) yield { ...base, anchor: "", number: 0, label: "", body: [], attachments, hidden }
    else {
      const label = promptLabel(text) || clip(attachments.map(({ name }) => name).join(", "), 90)
      const body = await promptBody(message, text)
      yield { ...base, anchor: message.id, number: isAsked ? number : 0, label, body, attachments, hidden }
    }
  for (const part of message.parts) {
    const item = insertedItem(part)
    if (item) yield { ...item, moment }
  }
}

type Enclosures = Pick<Extract<PageItem, { kind: "prompt" }>, "attachments" | "hidden">

/** Bytes of files' names and of inserted texts that one item shows; further ones follow in items of their own. */
const MAX_ENCLOSURES_BYTES = 60_000

/** Enclosures of a user message, as many together as fit. One pack at least for a prompt. */
function packedEnclosures(message: UserMessage, isAsked: boolean): Enclosures[] {
  const packs: Enclosures[] = isAsked ? [{ attachments: [], hidden: [] }] : []
  let left = MAX_ENCLOSURES_BYTES
  const packFor = (bytes: number) => {
    const last = packs.at(-1)
    if (last && bytes <= left) left -= bytes
    else {
      packs.push({ attachments: [], hidden: [] })
      left = MAX_ENCLOSURES_BYTES - bytes
    }
    return packs.at(-1)!
  }
  for (const part of message.parts)
    if (part.type === "file") {
      const view = attachmentView(attachmentOf(part))
      packFor(500 + 3 * textBytes(view.name) + textBytes(view.externalUrl ?? "")).attachments.push(view)
    } else {
      const blocks = part.type === "subtask" ? subtaskBlocks(part) : isShownInsert(part) ? outputBlocks(part.text) : []
      for (const block of blocks) packFor(200 + ("text" in block ? textBytes(block.text) : 0)).hidden.push(block)
    }
  return packs
}

const promptBody = (message: UserMessage, text: string) =>
  renderProse(text, PROMPT_LIMITS, itemBudget(), { breaks: true, mentions: mentionsOf(message) })

function insertedItem(part: Part): PageItem | undefined {
  const base = { anchor: part.id, moment: undefined }
  switch (part.type) {
    case "compaction": {
      const title = part.auto ? "The conversation was summarised to make room" : "The conversation was summarised"
      return { ...base, kind: "compaction", title, body: [] }
    }
    case "unknown":
    case "malformed":
      return rawItem(part)
    default:
      return undefined
  }
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
      return { ...base, kind: "prose", body: await renderProse(part.text, PROSE_LIMITS, itemBudget()) }
    }
    case "reasoning": {
      if (part.text.trim() === "") return undefined
      const took = part.start !== undefined && part.end !== undefined ? part.end - part.start : undefined
      const gist = part.text
        .replace(/[*_`#]+/g, "")
        .trim()
        .split("\n", 1)[0]!
        .slice(0, 200)
      return {
        ...base,
        kind: "reasoning",
        gist,
        body: await renderProse(part.text, PROSE_LIMITS, itemBudget()),
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
        body: [],
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
        text: excerpt(part.error.message, DATA_LIMITS),
      }
    case "unknown":
    case "malformed":
      return rawItem(part)
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
    body: await renderProse(text, PROSE_LIMITS, itemBudget()),
  }
}

function rawItem(part: Extract<Part, { type: "unknown" | "malformed" }>): PageItem {
  const title =
    part.type === "unknown"
      ? `A part of the kind “${clip(part.kind, 100)}”, which this version does not know`
      : `A part that cannot be read: ${part.reason}`
  return { kind: "raw", anchor: part.id, moment: undefined, title, json: boundedJson(part.raw) }
}

const startTimeOf = (part: Part): number | undefined =>
  part.type === "tool" || part.type === "reasoning" ? part.start : undefined
