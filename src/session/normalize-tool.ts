import type { FilePart, Json, ToolPart } from "./model.ts"
import { fields, isFields, optionalText, optionalTime, text, type UnknownFields } from "./read-json.ts"
import { toolCall } from "./tool-call.ts"

const statuses = ["pending", "running", "completed", "error"] as const

/** Normalizes a tool part. Returns a sentence if a required field is missing. */
export function normalizeTool(part: UnknownFields, id: string, attachments: FilePart[]): ToolPart | string {
  const tool = optionalText(part["tool"])
  if (tool === undefined) return "The tool's name is missing."
  if (!isFields(part["state"])) return "The state of the call is missing."
  const state = part["state"]
  const status = statuses.find((each) => each === state["status"])
  if (status === undefined) return "The status of the call is missing or unknown."
  const metadata = fields(state["metadata"])
  const time = fields(state["time"])
  const output = status === "completed" ? completeOutput(tool, text(state["output"]), metadata) : ""
  return {
    id,
    type: "tool",
    tool,
    status,
    title: text(state["title"]),
    input: (state["input"] ?? {}) as Json,
    output,
    modelOutput: text(state["output"]),
    error: status === "error" ? text(state["error"]) : "",
    start: optionalTime(time["start"]),
    end: optionalTime(time["end"]),
    compacted: optionalTime(time["compacted"]),
    attachments,
    call: toolCall({
      tool,
      status,
      input: fields(state["input"]),
      output: text(state["output"]),
      metadata,
      error: text(state["error"]),
      attached: attachments.length > 0,
    }),
  }
}

// The model receives only the end of a long output; the metadata has more of it.
function completeOutput(tool: string, output: string, metadata: UnknownFields): string {
  const kept = text(metadata["output"])
  return tool === "bash" && metadata["truncated"] === true && kept.length > output.length ? kept : output
}
