import type { ToolPart } from "../../session/model.ts"
import type { ToolCounts } from "../tool-category.ts"
import { toolCallOf } from "./registry.ts"

/** Counts a call. A failed command counts as a command; any other failed call counts as a failure only. */
export function countTool(counts: ToolCounts, part: ToolPart): void {
  const call = toolCallOf(part)
  if (call.failure() === undefined) counts[call.category]++
  else if (call.category === "run") {
    counts.run++
    counts.failedRuns++
  } else counts.failed++
}
