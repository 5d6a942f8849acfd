import type { ToolPart } from "../../src/session/model.ts"
import { normalizeMessage } from "../../src/session/normalize.ts"

/** State of a tool call as OpenCode stores it; completed by default. */
interface State {
  status?: string
  input?: unknown
  output?: unknown
  metadata?: unknown
  error?: unknown
  title?: unknown
  attachments?: unknown
}

/** A normalized tool part, the only one of its message. */
export function tool(name: string, state: State): ToolPart {
  const part = { id: "prt_1", type: "tool", tool: name, callID: "call_1", state: { status: "completed", ...state } }
  const [normalized] = normalizeMessage({ info: { role: "assistant" }, parts: [part] }).parts
  if (normalized?.type !== "tool") throw new Error(`not a tool part: ${JSON.stringify(normalized)}`)
  return normalized
}
