import { fields } from "../../session/read-json.ts"
import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

export const webfetch: Tool<{ url: string }> = {
  names: ["webfetch"],
  category: "fetch",
  read({ input }) {
    const { url } = fields(input)
    return typeof url === "string" ? { url } : undefined
  },
  mark: unmarked,
  failure: failsAsCall,
  row: ({ url }) => ({ verb: "Fetched", object: url, node: "looked" }),
  blocks: ({ url }, part) => [{ type: "address", url }, ...outputBlock(outputOf(part))],
  changes: changesNothing,
  published: ({ url }) => ({ input: { url }, metadata: {} }),
}
