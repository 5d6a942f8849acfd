import type { Omission } from "../omissions.ts"
import { fields, isFields, list, type UnknownFields } from "../read-json.ts"

/** Removes content from a message of OpenCode 2; see `omit`. */
export function omitFromMessageV2(message: UnknownFields, leaves: ReadonlySet<Omission>): UnknownFields {
  switch (message["type"]) {
    case "user":
      return "files" in message
        ? { ...message, files: list(message["files"]).map((file) => promptFile(file, leaves)) }
        : message
    case "assistant":
      return { ...message, content: list(message["content"]).flatMap((part) => contentPart(fields(part), leaves)) }
    case "shell":
      if (!leaves.has("tool-output") || !isFields(message["output"])) return message
      return { ...message, output: { ...message["output"], output: "" } }
    case "skill":
      return leaves.has("tool-output") ? { ...message, text: "" } : message
    default:
      return message
  }
}

/** A file of a prompt; one with a `uri` was read from disk by OpenCode. */
function promptFile(value: unknown, leaves: ReadonlySet<Omission>): UnknownFields {
  const file = fields(value)
  const isRead = fields(file["source"])["type"] === "uri"
  return leaves.has("attachments") || (isRead && leaves.has("tool-output")) ? { ...file, data: "" } : file
}

function contentPart(part: UnknownFields, leaves: ReadonlySet<Omission>): UnknownFields[] {
  if (part["type"] === "reasoning") return leaves.has("reasoning") ? [] : [part]
  if (part["type"] !== "tool") return [part]
  const state = fields(part["state"])
  if (leaves.has("tool-output")) return [{ ...part, state: withoutOutput(state) }]
  if (!leaves.has("attachments") || !("content" in state)) return [part]
  const content = list(state["content"]).map((piece) => {
    const { uri, ...file } = fields(piece)
    return file["type"] === "file" ? { ...file, uri: "" } : piece
  })
  return [{ ...part, state: { ...state, content } }]
}

/** Metadata that is kept because pages need it and it is not content: the subagent session, the answers, the calls. */
const KEPT_METADATA = ["sessionID", "sessionId", "answers", "exit", "status"]

function withoutOutput(state: UnknownFields): UnknownFields {
  const metadata = fields(state["metadata"])
  const kept = KEPT_METADATA.flatMap((name) => (name in metadata ? [[name, metadata[name]]] : []))
  const calls = list(metadata["toolCalls"]).map(fields)
  return {
    ...state,
    // OpenCode requires one piece of content at least.
    ...("content" in state && { content: [{ type: "text", text: "" }] }),
    ...("error" in state && { error: { ...fields(state["error"]), message: "" } }),
    ...("metadata" in state && {
      metadata: {
        ...Object.fromEntries(kept),
        ...(calls.length > 0 && { toolCalls: calls.map(({ tool, status }) => ({ tool, status })) }),
      },
    }),
  }
}
