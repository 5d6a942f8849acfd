import type { Json } from "../../session/model.ts"
import { fields } from "../../session/read-json.ts"
import { changesNothing, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

interface InvalidCall {
  /** The tool that the model meant. */
  tool: string
  reason: string
  /** Arguments of a tool that does not exist. */
  input: Json
}

/** A call that OpenCode found invalid, before any tool ran; in OpenCode 2 under the name of the tool that it lacks. */
export const invalid: Tool<InvalidCall> = {
  names: ["invalid"],
  category: "other",
  read({ tool: name, input, errorType }) {
    if (errorType === "tool.unknown") return { tool: name, reason: "", input }
    const { tool, error } = fields(input)
    return typeof tool === "string" && typeof error === "string" ? { tool, reason: error, input: {} } : undefined
  },
  mark: unmarked,
  failure: () => "failed",
  row: ({ tool }) => ({ verb: "Invalid", object: tool, outcome: "no such call", tone: "bad", node: "failed" }),
  blocks: ({ reason, input }) => [{ type: "fields", value: input }, ...outputBlock(reason, "bad")],
  changes: changesNothing,
  published: ({ tool, reason }) => ({ input: { tool, error: reason }, metadata: {} }),
}
