import { isPrompt as isSaid, type Json, type Message, type ToolPart, type UserMessage } from "../session/model.ts"
import { clip } from "./html/cut.ts"

// What all ask of a message who weigh, count or draw it.

/** A message, or a part of one that is too heavy for a page. */
export type Piece = Message & {
  /** This is not where the message begins. */
  continues?: true
}

/** Whether a message is a prompt that a person wrote (or attached), rather than OpenCode's own doing. */
export const isPrompt = (message: Piece): message is UserMessage => !message.continues && isSaid(message)

/** What a person wrote as one prompt. */
export const ownText = (message: UserMessage): string =>
  message.parts
    .flatMap((part) =>
      part.type === "subtask"
        ? part.description
        : part.type === "text" && !part.synthetic && !part.ignored
          ? part.text
          : [],
    )
    .join("\n\n")

/** What was done to what, for counting. */
export const toolsOf = (message: Message): ToolPart[] =>
  message.parts.filter((part): part is ToolPart => part.type === "tool")

/** A value as it stands in the session, bounded. Nesting can be too deep to be written. */
export function asJson(value: Json): string {
  try {
    const text = JSON.stringify(value, null, 2) ?? ""
    return clip(text, 4_000)
  } catch {
    return "(nested too deeply to be shown)"
  }
}
