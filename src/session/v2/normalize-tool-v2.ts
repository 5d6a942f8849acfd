import { usableID } from "../ids.ts"
import { mediaType } from "../media-type.ts"
import type { FilePart, Json, JsonFields, ToolPart } from "../model.ts"
import { definedFields, fields, list, optionalAmount, optionalTime, text, type UnknownFields } from "../read-json.ts"
import { contentText } from "./shareable-tool.ts"

const STATUSES: Record<string, ToolPart["status"]> = {
  streaming: "pending",
  running: "running",
  completed: "completed",
  error: "error",
}

/** Normalizes a tool call of OpenCode 2. Sessions migrated from OpenCode 1 keep its names and arguments. */
export function normalizeToolV2(part: UnknownFields, id: string): ToolPart {
  const state = fields(part["state"])
  const tool = text(part["name"])
  const status = STATUSES[text(state["status"])] ?? "pending"
  const time = fields(part["time"])
  const error = fields(state["error"])
  return {
    id,
    type: "tool",
    tool,
    status,
    title: "",
    input: (state["input"] ?? {}) as Json,
    output: contentText(state["content"]),
    metadata: fields(state["metadata"]) as JsonFields,
    error: status === "error" ? text(error["message"]) : "",
    errorType: status === "error" ? text(error["type"]) : "",
    start: optionalTime(time["ran"]) ?? optionalTime(time["created"]),
    end: optionalTime(time["completed"]),
    compacted: undefined,
    attachments: list(state["content"]).flatMap((piece, index) => fileOf(fields(piece), `${id}-file-${index + 1}`)),
    isByUser: false,
    subagent: tool === "subagent" || tool === "task" ? subagentOf(state) : undefined,
  }
}

/** Session of the subagent that a call refers to: in the metadata, or only in the output. */
function subagentOf(state: UnknownFields): ToolPart["subagent"] {
  const { prompt, background } = fields(state["input"])
  if (typeof prompt !== "string") return undefined
  const { sessionID: own, sessionId: migrated, status } = fields(state["metadata"])
  const named = /^<subagent sessionID="([\w-]{1,64})"/.exec(contentText(state["content"]))?.[1]
  const sessionID = usableID(own) ?? usableID(migrated) ?? usableID(named)
  const isBackground = background === true || (state["status"] === "completed" && status === "running")
  return sessionID === undefined ? undefined : { sessionID, isBackground }
}

/** The user's own command (`!ls`) as a tool call. */
export function toolPartOfShell(raw: UnknownFields, id: string): ToolPart {
  const { output, truncated } = fields(raw["output"])
  const isRunning = raw["status"] === "running"
  const time = fields(raw["time"])
  return {
    id,
    type: "tool",
    tool: "shell",
    status: isRunning ? "running" : "completed",
    title: "",
    input: { command: text(raw["command"]) },
    output: text(output),
    metadata: definedFields({
      status: text(raw["status"]),
      exit: isRunning ? undefined : (optionalAmount(raw["exit"]) ?? null),
      truncated: truncated === true || undefined,
    }),
    error: "",
    errorType: "",
    start: optionalTime(time["created"]),
    end: optionalTime(time["completed"]),
    compacted: undefined,
    attachments: [],
    isByUser: true,
    subagent: undefined,
  }
}

function fileOf({ type, uri, mime, name }: UnknownFields, id: string): FilePart[] {
  if (type !== "file") return []
  // A path on the machine is no content.
  const url = text(uri).startsWith("data:") ? text(uri) : ""
  return [
    {
      id,
      type: "file",
      mime: mediaType(text(mime)),
      filename: text(name),
      url,
      mention: undefined,
      synthetic: false,
    },
  ]
}
