import type { ToolPart } from "../../session/model.ts"
import { definedFields, fields, optionalAmount, text } from "../../session/read-json.ts"
import { formatCount } from "../format.ts"
import { shortenPath } from "./paths.ts"
import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

export interface SearchCall {
  pattern: string
  path: string
  include: string
  /** Number of files or matches found, if known. */
  count: number | undefined
}

/** Common part of `glob`, `grep` and `list`. */
export const search: Omit<Tool<SearchCall>, "names" | "read" | "category" | "row" | "published"> = {
  mark: unmarked,
  failure: failsAsCall,
  blocks: (_, part) => outputBlock(outputOf(part)),
  changes: changesNothing,
}

/** @param count the number found, if the session has it */
export function searchCall({ input }: ToolPart, count: unknown): SearchCall {
  const { pattern, path, include } = fields(input)
  return { pattern: text(pattern), path: text(path), include: text(include), count: optionalAmount(count) }
}

/** @param found what is found, in singular and plural */
export function searchRow(
  { pattern, path, include, count }: SearchCall,
  verb: string,
  [one, many]: [string, string],
  context: { directory: string },
) {
  const where = [path && `in ${shortenPath(path, context)}`, include && `(${include})`].filter(Boolean).join(" ")
  return {
    verb,
    object: pattern ? [pattern, where].filter(Boolean).join(" ") : shortenPath(path, context) || ".",
    ...(count !== undefined && { outcome: formatCount(count, one, many) }),
    node: "looked" as const,
  }
}

export const searchInput = ({ pattern, path, include }: SearchCall) =>
  definedFields({ pattern, path: path || undefined, include: include || undefined })
