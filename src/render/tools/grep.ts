import { definedFields, fields } from "../../session/read-json.ts"
import { type SearchCall, search, searchCall, searchInput, searchRow } from "./search.ts"
import type { Tool } from "./tool.ts"

export const grep: Tool<SearchCall> = {
  ...search,
  names: ["grep"],
  category: "search",
  read(part) {
    if (typeof fields(part.input)["pattern"] !== "string") return undefined
    const { output, metadata } = part
    // OpenCode 2 says the number only in its output.
    const found = /^Found (\d{1,9}) match/.exec(output)?.[1]
    return searchCall(part, metadata["matches"] ?? (found === undefined ? undefined : Number(found)))
  },
  row: (call, _, context) => searchRow(call, "Searched", ["match", "matches"], context),
  published: (call) => ({ input: searchInput(call), metadata: definedFields({ matches: call.count }) }),
}
