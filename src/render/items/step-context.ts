import type { ToolCall, ToolPart } from "../../session/model.ts"
import type { Budget } from "../highlight/highlight.ts"
import type { StepBlock, StepView } from "../view.ts"

/** What a step needs to know of the share around it. */
export interface StepContext {
  /** How much code may still be coloured of what is seen without opening anything, and of what is folded. */
  budget: Budget
  folded: Budget
  /** The folder the session worked in: paths are shown below it. */
  directory: string
  /** The page of a child session, by its id. */
  childPage: (sessionID: string) => string | undefined
}

/** A tool call understood as one kind. */
export type Kind<K extends ToolCall["kind"]> = Extract<ToolCall, { kind: K }>

/** What is particular to a kind of tool; the rest of the row is the same for all. */
export type Drawn = Partial<StepView> & { verb: string; blocks: StepBlock[] }

/** How a call ended, in a word, as far as that is the same for all tools. */
export function ending({ status, error }: ToolPart): Pick<StepView, "outcome" | "tone"> {
  if (status === "pending") return { outcome: "waiting", tone: "waiting" }
  if (status === "running") return { outcome: "still running", tone: "waiting" }
  if (status === "completed") return { outcome: "", tone: "plain" }
  const denied = /user rejected permission|user has specified a rule/i.test(error)
  return { outcome: denied ? "not allowed" : /abort/i.test(error) ? "stopped" : "failed", tone: "bad" }
}

/** A path as the row of a step shows it: the folder apart from the name. */
export function located(path: string, context: StepContext): { folder: string; object: string } {
  const short = shorten(path, context)
  const slash = Math.max(short.lastIndexOf("/", short.length - 2), short.lastIndexOf("\\", short.length - 2)) + 1
  return { folder: short.slice(0, slash), object: short.slice(slash) }
}

/** A path as it is seen from the session's folder. */
export function shorten(path: string, { directory }: Pick<StepContext, "directory">): string {
  if (directory === "" || !path.startsWith(directory)) return path
  const rest = path.slice(directory.length)
  if (rest === "") return "."
  return /^[/\\]/.test(rest) ? rest.slice(1) : path
}
