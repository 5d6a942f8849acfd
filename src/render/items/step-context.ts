import type { ToolCall, ToolPart } from "../../session/model.ts"
import type { HighlightBudget } from "../highlight/highlight.ts"
import type { StepBlock, StepView } from "../view.ts"

/** Context of a step within the share. */
export interface StepContext {
  budget: HighlightBudget
  /** The session's working directory; paths below it are shown relative to it. */
  directory: string
  /** File name of a child session's page, by the session's id. */
  childPage: (sessionID: string) => string | undefined
}

/** The variant of `ToolCall` with this kind. */
export type ToolCallOf<K extends ToolCall["kind"]> = Extract<ToolCall, { kind: K }>

/** The parts of a step's view that depend on its tool; the rest is the same for all. */
export type StepDisplay = Partial<StepView> & { verb: string; blocks: StepBlock[] }

/** Outcome of a call in a word, for tools without one of their own. */
export function defaultOutcome({ status, error }: ToolPart): Pick<StepView, "outcome" | "tone"> {
  if (status === "pending") return { outcome: "waiting", tone: "waiting" }
  if (status === "running") return { outcome: "still running", tone: "waiting" }
  if (status === "completed") return { outcome: "", tone: "plain" }
  const denied = /user rejected permission|user has specified a rule/i.test(error)
  return { outcome: denied ? "not allowed" : /abort/i.test(error) ? "stopped" : "failed", tone: "bad" }
}

/** A path split for display: the folder apart from the name. */
export function splitPath(path: string, context: StepContext): { folder: string; object: string } {
  const short = shortenPath(path, context)
  const slash = Math.max(short.lastIndexOf("/", short.length - 2), short.lastIndexOf("\\", short.length - 2)) + 1
  return { folder: short.slice(0, slash), object: short.slice(slash) }
}

/** A path relative to the session's directory, if it is below it. */
export function shortenPath(path: string, { directory }: Pick<StepContext, "directory">): string {
  if (directory === "" || !path.startsWith(directory)) return path
  const rest = path.slice(directory.length)
  if (rest === "") return "."
  return /^[/\\]/.test(rest) ? rest.slice(1) : path
}
