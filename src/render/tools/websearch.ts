import { fields } from "../../session/read-json.ts"
import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"

export const websearch: Tool<{ query: string }> = {
  names: ["websearch"],
  category: "search",
  read({ input }) {
    const { query } = fields(input)
    return typeof query === "string" ? { query } : undefined
  },
  mark: unmarked,
  failure: failsAsCall,
  row: ({ query }) => ({ verb: "Searched", object: query, mono: false, node: "looked" }),
  blocks(_, part) {
    const text = outputOf(part)
    return text.trim() === "" ? [] : [{ type: "prose", text, tone: "answered", kind: "search", name: "answer" }]
  },
  changes: changesNothing,
  published: ({ query }) => ({ input: { query }, metadata: {} }),
}
