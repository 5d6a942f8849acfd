import { fields, isFields, list, optionalText, text, type UnknownFields } from "./read-json.ts"

/**
 * Converts a message of OpenCode 0.1 and 0.2, which stored parts inside the message, to `{info, parts}`. The old form
 * is `{id, role, parts, metadata}`, where the metadata holds times, the cost and the result of each tool call. Never
 * throws.
 */
export function upgradeMessage(old: UnknownFields): UnknownFields {
  const { id, role, parts, metadata } = old
  const meta = fields(metadata)
  const { assistant, time, sessionID, error, tool } = meta
  const { system: _, ...answer } = fields(assistant)
  const ids = { messageID: id, sessionID }
  const name = text(id).replace(/^msg/, "prt")
  return {
    info: { id, role, sessionID, time, ...answer, ...(error !== undefined && { error }) },
    parts: list(parts).map((part, index) => ({
      ...upgradePart(part, fields(tool)),
      ...ids,
      id: `${name}-${padded(index + 1)}`,
    })),
  }
}

// OpenCode sorts parts by id.
const padded = (position: number) => String(position).padStart(5, "0")

/** Whether a stored message has the form of OpenCode 0.1 and 0.2. */
export const isLegacyMessage = (stored: UnknownFields): boolean =>
  Array.isArray(stored["parts"]) && isFields(stored["metadata"])

function upgradePart(part: unknown, tools: UnknownFields): UnknownFields {
  if (!isFields(part)) return { type: "unknown", value: part }
  if (part["type"] === "file" && part["mime"] === undefined) return { ...part, mime: part["mediaType"] }
  return part["type"] === "tool-invocation" ? upgradeToolCall(fields(part["toolInvocation"]), tools) : part
}

function upgradeToolCall(
  { toolCallId, toolName, args, state, result }: UnknownFields,
  tools: UnknownFields,
): UnknownFields {
  const found = typeof toolCallId === "string" && Object.hasOwn(tools, toolCallId) ? tools[toolCallId] : undefined
  const call = { type: "tool", tool: toolName, callID: toolCallId }
  const input = args ?? {}
  if (state !== "result") return { ...call, state: { status: state === "call" ? "running" : "pending", input } }
  const { title, time, ...metadata } = fields(found)
  // A failed call has no metadata, or `error` in it.
  if (found === undefined || metadata["error"] === true)
    return {
      ...call,
      state: { status: "error", input, error: optionalText(metadata["message"]) ?? text(result), time },
    }
  const said = output(metadata)
  return {
    ...call,
    state: {
      status: "completed",
      input,
      title,
      time,
      output: said ?? result,
      metadata: said === undefined ? metadata : { ...metadata, output: said },
    },
  }
}

/** Output of a command, which was stored as two texts. */
function output({ stdout, stderr }: UnknownFields): string | undefined {
  if (typeof stdout !== "string" && typeof stderr !== "string") return undefined
  return [text(stdout), text(stderr)].filter((said) => said !== "").join("\n")
}
