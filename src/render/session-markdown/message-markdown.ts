import {
  type EventMessage,
  isPrompt,
  type Message,
  type Part,
  type SessionInfo,
  type UserMessage,
} from "../../session/model.ts"
import { describeAnswerEnd, describeAnswerError } from "../items/answer-meta.ts"
import { rowOf } from "../items/event-items.ts"
import { promptText } from "../message-text.ts"
import { collapseSpace, escapeInline, fencedBlock } from "./escape-markdown.ts"
import { nestedMarkdown } from "./nested-markdown.ts"
import { toolMarkdown } from "./tool-markdown.ts"

/** Heading of a session in `session.md`. */
export function headingMarkdown({ id, title, created, parentID }: SessionInfo): string {
  const date = created !== undefined && Math.abs(created) <= 8.64e15 ? new Date(created).toISOString().slice(0, 10) : ""
  const about = [parentID && id ? `Session \`${id}\` of a subagent` : "", date].filter(Boolean).join(", ")
  const heading = `# ${escapeInline(title) || "Untitled session"}\n`
  return `${parentID ? "\n---\n\n" : ""}${heading}${about && `\n${about}\n`}`
}

/**
 * A message in `session.md`. A prompt is a section, each part of its answer a section below it: texts as they were
 * written, with their headings lowered, everything else in fenced blocks. Long outputs are truncated with a note;
 * prompts and answers never are.
 * @param number the prompt's number in the session, from 1, if the message is a prompt
 */
export function messageMarkdown(message: Message, number = 0): string {
  const sections = message.role === "user" ? promptSections(message, number) : answerSections(message)
  return sections.length === 0 ? "" : `\n${sections.join("\n\n")}\n`
}

function promptSections(message: UserMessage, number: number): string[] {
  const text = nestedMarkdown(promptText(message).trim())
  const said = isPrompt(message) ? [`## Prompt ${number}`, ...(text === "" ? [] : [text])] : []
  return [...said, ...message.parts.flatMap(insertMarkdown)]
}

/** Parts of a prompt other than its text. */
function insertMarkdown(part: Part): string[] {
  switch (part.type) {
    case "file":
      return [`*Attached: ${escapeInline(part.filename || part.mime)}*`]
    case "compaction":
      return ["*The conversation was summarised here.*"]
    case "subtask":
      return [`*Task for ${escapeInline(part.agent)}:*`, fencedBlock(part.prompt, "markdown")]
    default:
      return []
  }
}

function answerSections(message: Exclude<Message, UserMessage>): string[] {
  if (message.role === "malformed") return [`*A message that cannot be read: ${escapeInline(message.reason)}*`]
  if (message.role === "event") return eventSections(message)
  if (message.compaction) {
    const text = message.parts.flatMap((part) => (part.type === "text" ? part.text : [])).join("\n\n")
    return ["### Summary of the conversation so far", nestedMarkdown(text.trim())]
  }
  const sections = message.parts.flatMap((part, i) => answerMarkdown(part, message.parts[i - 1]))
  if (message.error) {
    const { title, text } = describeAnswerError(message.error)
    sections.push(`### ${escapeInline(title)}`, ...(collapseSpace(text) === "" ? [] : [fencedBlock(text, "text")]))
  } else {
    const end = describeAnswerEnd(message)
    if (end) sections.push(`*${escapeInline([end.title, end.text].filter(Boolean).join(": "))}*`)
  }
  return sections
}

function eventSections(message: EventMessage): string[] {
  const row = rowOf(message)
  return [
    ...(row ? [`*${escapeInline(row.title)}*`] : []),
    ...message.parts.flatMap((part) => answerMarkdown(part, undefined)),
  ]
}

function answerMarkdown(part: Part, before: Part | undefined): string[] {
  switch (part.type) {
    case "text": {
      const text = part.synthetic || part.ignored ? "" : part.text.trim()
      if (text === "") return []
      return [...(before?.type === "text" ? [] : ["### Answer"]), nestedMarkdown(text)]
    }
    case "reasoning":
      return part.text.trim() === "" ? [] : ["### Reasoning", fencedBlock(part.text.trim(), "markdown")]
    case "tool":
      return toolMarkdown(part)
    case "file":
      return [`*Attached: ${escapeInline(part.filename || part.mime)}*`]
    case "retry":
      return [`### Tried again (attempt ${part.attempt})`, fencedBlock(part.error.message, "text")]
    case "unknown":
    case "malformed":
      return [`*A part of the kind ${escapeInline(part.kind)}*`]
    default:
      return []
  }
}
