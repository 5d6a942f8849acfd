import { fields } from "../../session/read-json.ts"
import { changesNothing, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

interface InvalidCall {
  /** The tool that the model meant. */
  tool: string
  reason: string
}

/** A call that OpenCode found invalid, before any tool ran. */
export const invalid: Tool<InvalidCall> = {
  names: ["invalid"],
  category: "other",
  read({ input }) {
    const { tool, error } = fields(input)
    return typeof tool === "string" && typeof error === "string" ? { tool, reason: error } : undefined
  },
  mark: unmarked,
  failure: () => "failed",
  row: ({ tool }) => ({ verb: "Invalid", object: tool, outcome: "no such call", tone: "bad", node: "failed" }),
  blocks: ({ reason }) => outputBlock(reason, "bad"),
  changes: changesNothing,
  published: ({ tool, reason }) => ({ input: { tool, error: reason }, metadata: {} }),
}
