import { definedFields, fields } from "../../session/read-json.ts"
import { type SearchCall, search, searchCall, searchInput, searchRow } from "./search.ts"
import type { Tool } from "./tool.ts"

export const glob: Tool<SearchCall> = {
  ...search,
  names: ["glob"],
  category: "search",
  read(part) {
    if (typeof fields(part.input)["pattern"] !== "string") return undefined
    return searchCall(part, part.metadata["count"])
  },
  row: (call, _, context) => searchRow(call, "Searched", ["file", "files"], context),
  published: (call) => ({ input: searchInput(call), metadata: definedFields({ count: call.count }) }),
}
