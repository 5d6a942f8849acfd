import type { Json, JsonFields, ToolPart } from "../../session/model.ts"
import type { ToolCategory } from "../tool-category.ts"
import type { StepView } from "../view.ts"
import type { ToolBlock } from "./tool-block.ts"

/**
 * Everything about one tool of OpenCode: how its calls are read, and what becomes of them on pages, in Markdown, in
 * `session.json`, on the timeline and among the changed files. `Call` is what `read` makes of a call; all else is told
 * from that.
 */
export interface Tool<Call> {
  /** Names by which models call it, in OpenCode 1 and 2. */
  names: readonly string[]
  /** Parses a call of either generation. Undefined if its arguments are invalid: it is then shown as `other`. */
  read(part: ToolPart): Call | undefined
  /** Place among the acts of a session: in counts, in summary lines and in collapsed runs. */
  category: ToolCategory
  /** Mark of a completed call on the timeline, besides the work of its message. */
  mark(call: Call): TimelineAct | undefined
  /** How the call failed, as a predicate (`ended with exit 2`); undefined if it did not. */
  failure(call: Call, part: ToolPart): string | undefined
  /** The row of its step; what it leaves out is the same for all tools. */
  row(call: Call, part: ToolPart, context: PathContext): ToolRow
  /** Content of its step, in order, uncut. Pages, Markdown and the files of a share are made of it. */
  blocks(call: Call, part: ToolPart, context: PathContext): ToolBlock[]
  /** Files that a completed call changed. */
  changes(call: Call): FileChange[]
  /** Reduces a call of OpenCode 1 to the fields that pages show and those that OpenCode needs to continue. */
  published(call: Call, part: ToolPart): PublishedCall
}

/** `passed`: a command succeeded; `changed`: files changed. */
export type TimelineAct = "passed" | "changed"

/** Folder to which paths are shown relative. */
export interface PathContext {
  /** The session's working directory, or "". */
  directory: string
}

export type ToolRow = Pick<StepView, "verb"> &
  Partial<Pick<StepView, "object" | "folder" | "mono" | "outcome" | "tone" | "node" | "open" | "lines">>

/** One change of one file. */
export interface FileChange {
  path: string
  /** Unified diff, or "" if the session has none. */
  patch: string
  additions: number
  deletions: number
  status: "added" | "deleted" | "modified" | "renamed"
  /** The file's former name, if it was moved. */
  from?: string
  /** `patch` holds the full new text; the previous content is unknown. */
  isOverwrite?: boolean
}

export interface PublishedCall {
  input: Json
  metadata: JsonFields
  /** Output that the model received; default: unchanged. */
  output?: string
}

/** For tools that change no files. */
export const changesNothing = (): FileChange[] => []

/** For tools whose calls leave no mark. */
export const unmarked = (): undefined => undefined

/** For tools that fail only as calls: an error is all that can go wrong. */
export const failsAsCall = (_: unknown, { status }: ToolPart): string | undefined =>
  status === "error" ? "failed" : undefined

/** Output of a completed call. */
export const outputOf = ({ status, output }: ToolPart): string => (status === "completed" ? output : "")
