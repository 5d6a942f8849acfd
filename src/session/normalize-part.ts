import { type IDAssigner, usableID } from "./ids.ts"
import { mediaType } from "./media-type.ts"
import type { FilePart, Json, MalformedPart, MessageError, Part } from "./model.ts"
import { normalizeTool } from "./normalize-tool.ts"
import {
  amount,
  fields,
  isFields,
  list,
  optionalAmount,
  optionalText,
  optionalTime,
  text,
  texts,
  type UnknownFields,
} from "./read-json.ts"

/**
 * Normalizes one part. Never throws.
 * @param fallback id of a part without a usable one
 */
export function normalizePart(raw: unknown, ids: IDAssigner, fallback: string): Part {
  const part = fields(raw)
  const id = ids(part["id"], fallback)
  const malformed = (reason: string): MalformedPart => ({
    id,
    type: "malformed",
    kind: text(part["type"]),
    reason,
    raw: (raw ?? null) as Json,
  })
  if (!isFields(raw)) return malformed("The part is not an object.")
  switch (part["type"]) {
    case "text": {
      if (typeof part["text"] !== "string") return malformed("The text is missing.")
      const time = fields(part["time"])
      return {
        id,
        type: "text",
        text: part["text"],
        synthetic: part["synthetic"] === true,
        ignored: part["ignored"] === true,
        start: optionalTime(time["start"]),
        end: optionalTime(time["end"]),
      }
    }
    case "reasoning": {
      if (typeof part["text"] !== "string") return malformed("The text is missing.")
      const time = fields(part["time"])
      return {
        id,
        type: "reasoning",
        text: part["text"],
        start: optionalTime(time["start"]),
        end: optionalTime(time["end"]),
      }
    }
    case "file":
      return filePart(part, id) ?? malformed("The file has neither a name nor a URL.")
    case "agent": {
      const name = optionalText(part["name"])
      return name === undefined ? malformed("The agent's name is missing.") : { id, type: "agent", name }
    }
    case "compaction":
      return { id, type: "compaction", auto: part["auto"] === true, tailStartID: usableID(part["tail_start_id"]) }
    case "retry":
      if (!isFields(part["error"])) return malformed("The reason for the retry is missing.")
      return {
        id,
        type: "retry",
        attempt: amount(part["attempt"]),
        error: messageError(part["error"]),
        created: optionalTime(fields(part["time"])["created"]),
      }
    case "subtask": {
      if (typeof part["prompt"] !== "string") return malformed("The subtask's prompt is missing.")
      const { agent, description, prompt, command } = part
      const texts = { agent: text(agent), description: text(description), command: text(command) }
      return { id, type: "subtask", ...texts, prompt }
    }
    case "step-start":
    case "step-finish":
    case "snapshot":
      return { id, type: part["type"] }
    case "patch":
      if (!Array.isArray(part["files"])) return malformed("The list of files is missing.")
      return { id, type: "patch", files: texts(part["files"]) }
    case "tool": {
      const attachments = list(fields(part["state"])["attachments"]).flatMap((attachment, index) => {
        const name = `${id}-file-${index + 1}`
        return filePart(fields(attachment), ids(fields(attachment)["id"], name)) ?? []
      })
      const tool = normalizeTool(part, id, attachments)
      return typeof tool === "string" ? malformed(tool) : tool
    }
    default:
      if (typeof part["type"] !== "string") return malformed("The part has no type.")
      return { id, type: "unknown", kind: part["type"], raw: raw as Json }
  }
}

/**
 * Normalizes an error as OpenCode writes it: `{name, data: {message, …}}`. Takes only fields of `data` that are safe to
 * show.
 */
export function messageError(raw: unknown): MessageError {
  const error = fields(raw)
  const data = fields(error["data"])
  const retryable = data["isRetryable"]
  return {
    name: optionalText(error["name"]) ?? "Error",
    message: optionalText(data["message"]) ?? optionalText(error["message"]) ?? text(raw),
    statusCode: optionalAmount(data["statusCode"]),
    retryable: typeof retryable === "boolean" ? retryable : undefined,
    provider: optionalText(data["providerID"]),
  }
}

function filePart(part: UnknownFields, id: string): FilePart | undefined {
  const url = text(part["url"])
  const filename = text(part["filename"])
  if (url === "" && filename === "") return undefined
  const mention = optionalText(fields(fields(part["source"])["text"])["value"])
  return {
    id,
    type: "file",
    mime: mediaType(text(part["mime"])),
    filename,
    url: /^(?:data|file|https?):/i.test(url) ? url : "",
    mention,
    synthetic: part["synthetic"] === true,
  }
}
