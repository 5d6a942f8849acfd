import type { Message, UserMessage } from "../../session/model.ts"
import { formatCount, formatDuration } from "../format.ts"
import { toolsOf } from "../message-text.ts"
import { type ToolCounts, totalSteps, zeroToolCounts } from "../tool-category.ts"
import { countTool } from "../tools/count-tool.ts"
import type { PromptSummary } from "../view.ts"

/** A prompt and all work for it until the next prompt. It may span pages. */
export interface Turn {
  startedAt: number | undefined
  endedAt: number | undefined
  toolCounts: ToolCounts
  files: number
  additions: number
  deletions: number
  isAborted: boolean
  /** The next prompt has come or the session has ended: the turn is final. */
  isOver: boolean
}

/** Starts the turn of a prompt. */
export function newTurn({ created, diffs }: UserMessage): Turn {
  const total = (kind: "additions" | "deletions") => diffs.reduce((all, diff) => all + diff[kind], 0)
  return {
    startedAt: created,
    endedAt: undefined,
    toolCounts: zeroToolCounts(),
    files: new Set(diffs.map(({ file }) => file)).size,
    additions: total("additions"),
    deletions: total("deletions"),
    isAborted: false,
    isOver: false,
  }
}

/** Adds a message's work to its turn. */
export function addToTurn(turn: Turn, message: Message): void {
  for (const part of toolsOf(message)) countTool(turn.toolCounts, part)
  if (message.role !== "assistant") return
  const ended = message.completed ?? message.created
  if (ended !== undefined) turn.endedAt = Math.max(turn.endedAt ?? 0, ended)
  turn.isAborted = message.error?.name === "MessageAbortedError"
}

/** Results of a prompt; undefined while its turn is not over, or if nothing was done. */
export function summarizeTurn({
  startedAt,
  endedAt,
  toolCounts,
  files,
  additions,
  deletions,
  isAborted,
  isOver,
}: Turn): PromptSummary | undefined {
  const steps = totalSteps(toolCounts)
  const failed = toolCounts.failed + toolCounts.failedRuns
  const took = startedAt !== undefined && endedAt !== undefined && endedAt > startedAt ? endedAt - startedAt : undefined
  if (!isOver || (steps === 0 && files === 0 && took === undefined && !isAborted)) return undefined
  return {
    duration: formatDuration(took),
    steps: steps === 0 ? "" : `${formatCount(steps, "step")}${failed > 0 ? `, ${failed} failed` : ""}`,
    files: files === 0 ? "" : formatCount(files, "file"),
    additions,
    deletions,
    stopped: isAborted,
  }
}

/** Whether more is expected after the last message: an answer is missing or incomplete. */
export function isUnfinished(last: Message | undefined): boolean {
  if (last?.role === "user") return true
  if (last?.role !== "assistant" || last.error) return false
  return last.completed === undefined || last.finish === "tool-calls"
}
