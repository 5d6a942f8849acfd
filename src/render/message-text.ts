import {
  type Json,
  MAX_JSON_CHARS,
  MAX_JSON_LINES,
  type Message,
  type ToolPart,
  type UserMessage,
} from "../session/model.ts"
import { excerpt, type TruncationLimits } from "./html/truncate.ts"

/** Everything that is kept of unknown content is shown. An escaped character has six bytes at most. */
const JSON_LIMITS: TruncationLimits = { lines: MAX_JSON_LINES, bytes: 6 * MAX_JSON_CHARS, head: 0.7 }

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

/** JSON of a value in lines, without its middle if it is long. Values nested too deeply for JSON.stringify give a note. */
export function boundedJson(value: Json): string {
  try {
    return excerpt(JSON.stringify(value, null, 2) ?? "", JSON_LIMITS)
  } catch {
    return "(nested too deeply to be shown)"
  }
}
