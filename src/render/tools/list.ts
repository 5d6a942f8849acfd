import { definedFields, fields } from "../../session/read-json.ts"
import { type SearchCall, search, searchCall, searchInput, searchRow } from "./search.ts"
import type { Tool } from "./tool.ts"

export const list: Tool<SearchCall> = {
  ...search,
  names: ["list"],
  category: "list",
  read(part) {
    const { path } = fields(part.input)
    return path === undefined || typeof path === "string" ? searchCall(part, part.metadata["count"]) : undefined
  },
  row: (call, _, context) => searchRow(call, "Listed", ["file", "files"], context),
  published({ pattern, ...call }) {
    const input = searchInput({ pattern, ...call })
    if (pattern === "") delete input["pattern"]
    return { input, metadata: definedFields({ count: call.count }) }
  },
}
