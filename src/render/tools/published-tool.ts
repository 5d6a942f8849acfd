import type { ToolPart } from "../../session/model.ts"
import { toolCallOf } from "./registry.ts"

/** Reduces a call to the fields that pages show and those that OpenCode needs to continue. */
export const publishedTool = (part: ToolPart): Pick<ToolPart, "input" | "output" | "metadata"> => ({
  output: part.output,
  ...toolCallOf(part).published(),
})
