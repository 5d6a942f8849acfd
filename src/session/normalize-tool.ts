import { usableID } from "./ids.ts"
import type { FilePart, Json, JsonFields, ToolPart } from "./model.ts"
import { fields, isFields, optionalText, optionalTime, text, type UnknownFields } from "./read-json.ts"

const statuses = ["pending", "running", "completed", "error"] as const

/** Normalizes a tool part. Returns a sentence if a required field is missing. */
export function normalizeTool(part: UnknownFields, id: string, attachments: FilePart[]): ToolPart | string {
  const tool = optionalText(part["tool"])
  if (tool === undefined) return "The tool's name is missing."
  if (!isFields(part["state"])) return "The state of the call is missing."
  const state = part["state"]
  const status = statuses.find((each) => each === state["status"])
  if (status === undefined) return "The status of the call is missing or unknown."
  const time = fields(state["time"])
  return {
    id,
    type: "tool",
    tool,
    status,
    title: text(state["title"]),
    input: (state["input"] ?? {}) as Json,
    output: text(state["output"]),
    metadata: fields(state["metadata"]) as JsonFields,
    error: status === "error" ? text(state["error"]) : "",
    errorType: "",
    start: optionalTime(time["start"]),
    end: optionalTime(time["end"]),
    compacted: optionalTime(time["compacted"]),
    attachments,
    isByUser: false,
    subagent: tool === "task" ? subagentOf(state) : undefined,
  }
}

/** Session of the subagent that a `task` call refers to: in the metadata, in older versions only in the output. */
function subagentOf(state: UnknownFields): ToolPart["subagent"] {
  if (typeof fields(state["input"])["prompt"] !== "string") return undefined
  const { sessionId, background } = fields(state["metadata"])
  const output = text(state["output"])
  const named = /^<task id="(ses_\w{1,60})"/.exec(output) ?? /^task_id: (ses_\w{1,60})/.exec(output)
  const sessionID = usableID(sessionId) ?? named?.[1]
  const isBackground = background === true || /^<task id="[^"\n]*" state="running"/.test(output)
  return sessionID === undefined ? undefined : { sessionID, isBackground }
}
