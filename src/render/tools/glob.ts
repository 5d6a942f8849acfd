import type { ToolPart } from "../../session/model.ts"
import { definedFields, fields } from "../../session/read-json.ts"
import { type SearchCall, search, searchCall, searchInput, searchRow } from "./search.ts"
import type { Tool } from "./tool.ts"

/** OpenCode 2 gives only the list, one absolute path a line. */
function countPaths({ status, output }: ToolPart): number | undefined {
  if (status !== "completed") return undefined
  const paths = output.split("\n").filter((line) => /^(?:[~/]|[A-Za-z]:[\\/])/.test(line)).length
  return paths > 0 || output.startsWith("No files found") ? paths : undefined
}

export const glob: Tool<SearchCall> = {
  ...search,
  names: ["glob"],
  category: "search",
  read(part) {
    if (typeof fields(part.input)["pattern"] !== "string") return undefined
    return searchCall(part, part.metadata["count"] ?? countPaths(part))
  },
  row: (call, _, context) => searchRow(call, "Searched", ["file", "files"], context),
  published: (call) => ({ input: searchInput(call), metadata: definedFields({ count: call.count }) }),
}
