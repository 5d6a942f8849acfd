import type { FilePart, Json, Part, ToolPart } from "./model.ts"
import { errorRecord, messageID, timeRecord } from "./published-fields.ts"
import { definedFields } from "./read-json.ts"

/** Message that a part belongs to. */
export interface PartOwner {
  sessionID: string | undefined
  messageID: string
  /** Text of the prompt. */
  text: string
}

/** Record of a part in `session.json`. */
export function partRecord(part: Part, owner: PartOwner): Json {
  if (part.type === "unknown" || part.type === "malformed") return part.raw
  const { sessionID, messageID: inMessage } = owner
  return definedFields({ id: part.id, sessionID, messageID: inMessage, type: part.type, ...fieldsOf(part, owner) })
}

type KnownPart = Exclude<Part, { type: "unknown" | "malformed" }>

function fieldsOf(part: KnownPart, owner: PartOwner): { [key: string]: Json | undefined } {
  switch (part.type) {
    case "text": {
      const { text, synthetic, ignored, start, end } = part
      return { text, synthetic: synthetic || undefined, ignored: ignored || undefined, time: timeRecord(start, end) }
    }
    case "reasoning":
      return { text: part.text, time: timeRecord(part.start, part.end) }
    case "file":
      return fileFields(part, owner)
    case "agent":
      return { name: part.name }
    case "compaction":
      return { auto: part.auto, tail_start_id: messageID(part.tailStartID) }
    case "retry":
      return { attempt: part.attempt, error: errorRecord(part.error), time: definedFields({ created: part.created }) }
    case "subtask":
      return {
        prompt: part.prompt,
        description: part.description,
        agent: part.agent,
        command: part.command || undefined,
      }
    case "patch":
      return { files: part.files }
    case "tool":
      // Pages do not show the provider's call id, and OpenCode requires only that it is unique.
      return { callID: part.id, tool: part.tool, state: stateOf(part, owner) }
    default:
      return {}
  }
}

function fileFields({ mime, filename, url, mention, synthetic }: FilePart, { text }: PartOwner) {
  const start = mention === undefined ? -1 : text.indexOf(mention)
  return {
    mime,
    filename: filename || undefined,
    url,
    synthetic: synthetic || undefined,
    source:
      mention !== undefined && start >= 0
        ? { type: "file", path: filename, text: { value: mention, start, end: start + mention.length } }
        : undefined,
  }
}

function stateOf(part: ToolPart, owner: PartOwner): Json {
  const { status, input, output, metadata, error, start, end, compacted, attachments } = part
  const isCompleted = status === "completed"
  return definedFields({
    status,
    input,
    raw: status === "pending" ? "" : undefined,
    output: isCompleted || output !== "" ? output : undefined,
    title: isCompleted ? "" : undefined,
    error: status === "error" ? error : undefined,
    metadata: isCompleted || Object.keys(metadata).length > 0 ? metadata : undefined,
    time: status === "pending" ? timeRecord(start, end) : definedFields({ start, end, compacted }),
    attachments: attachments.length === 0 ? undefined : attachments.map((file) => partRecord(file, owner)),
  })
}
