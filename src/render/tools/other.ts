import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

/** Any tool that has no file of its own (a plugin's, an MCP server's), and calls with invalid arguments. */
export const other: Tool<Record<never, never>> = {
  names: [],
  read: () => ({}),
  category: "other",
  mark: unmarked,
  failure: failsAsCall,
  row: (_, { tool }) => ({ verb: "Called", object: tool }),
  blocks: (_, part) => [{ type: "fields", value: part.input }, { type: "attachments" }, ...outputBlock(outputOf(part))],
  changes: changesNothing,
  published: (_, { input }) => ({ input, metadata: {} }),
}
