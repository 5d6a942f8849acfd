import { isPrompt as isSaid, type Json, type Message, type ToolPart, type UserMessage } from "../session/model.ts"
import { clip } from "./html/truncate.ts"

/** A message, or a part of one that is too large for a page. */
export type MessageFragment = Message & {
  /** Not the first fragment of its message. */
  isContinuation?: true
}

/** Whether a message is a prompt written (or attached) by a person, not inserted by OpenCode. */
export const isPrompt = (message: MessageFragment): message is UserMessage => !message.isContinuation && isSaid(message)

/** A person's own text in a prompt. */
export const promptText = (message: UserMessage): string =>
  message.parts
    .flatMap((part) =>
      part.type === "subtask"
        ? [part.command && `/${part.command}`, part.description].filter(Boolean).join(" ")
        : part.type === "text" && !part.synthetic && !part.ignored
          ? part.text
          : [],
    )
    .join("\n\n")

/** Tool calls of a message. */
export const toolsOf = (message: Message): ToolPart[] =>
  message.parts.filter((part): part is ToolPart => part.type === "tool")

/** JSON of a value in one line. Values nested too deeply for JSON.stringify give a note. */
export function shortJson(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    return "(nested too deeply to be shown)"
  }
}

/** JSON of a value, bounded in length. Values nested too deeply for JSON.stringify give a note. */
export function boundedJson(value: Json): string {
  try {
    const text = JSON.stringify(value, null, 2) ?? ""
    return clip(text, 4_000)
  } catch {
    return "(nested too deeply to be shown)"
  }
}
