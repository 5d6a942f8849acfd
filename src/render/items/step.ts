import type { ToolPart } from "../../session/model.ts"
import { formatDuration } from "../format.ts"
import { itemBudget } from "../highlight/highlight.ts"
import { clip } from "../html/truncate.ts"
import { toolCallOf } from "../tools/registry.ts"
import type { StepBlock, StepView } from "../view.ts"
import { outputBlocks } from "./step-blocks.ts"
import { type BlockContext, renderBlocks } from "./tool-blocks.ts"

/** View of a tool call: action, object, outcome and duration, with blocks of details. */
export async function stepOf(part: ToolPart, context: Omit<BlockContext, "budget">): Promise<StepView> {
  const took = part.start !== undefined && part.end !== undefined ? part.end - part.start : undefined
  const call = toolCallOf(part)
  const row = call.row(context)
  const blocks = await renderBlocks(call.blocks(context), part, { ...context, budget: itemBudget() })
  const step: StepView = {
    category: call.category,
    folder: "",
    object: "",
    mono: true,
    open: false,
    node: "other",
    duration: formatDuration(took),
    took: Math.max(0, took ?? 0),
    slow: (took ?? 0) >= 10_000,
    ...defaultOutcome(part),
    ...(part.status === "completed" && row.node === "changed" && linesOf(blocks)),
    ...row,
    blocks,
  }
  step.object = clip(step.object, 400)
  step.folder = clip(step.folder, 300)
  if (part.status === "error" && row.tone !== "plain") {
    step.blocks.push(...outputBlocks(part.error, "bad"))
    step.tone = "bad"
    step.node = "failed"
    step.open = true
  }
  return step
}

/** Outcome of a call in a word, for tools without one of their own. */
function defaultOutcome({ status, error }: ToolPart): Pick<StepView, "outcome" | "tone"> {
  if (status === "pending") return { outcome: "waiting", tone: "waiting" }
  if (status === "running") return { outcome: "still running", tone: "waiting" }
  if (status === "completed") return { outcome: "", tone: "plain" }
  return { outcome: /abort/i.test(error) ? "stopped" : "failed", tone: "bad" }
}

/** Lines added and removed by the diffs of a step. */
function linesOf(blocks: readonly StepBlock[]): Pick<StepView, "lines"> {
  const lines = { additions: 0, deletions: 0 }
  const diffs = blocks.filter((block) => block.type === "diff")
  for (const { additions, deletions } of diffs) {
    lines.additions += additions
    lines.deletions += deletions
  }
  return diffs.length > 0 ? { lines } : {}
}
