import type { Json } from "../../session/model.ts"

/** A block of a step's content as the session has it: whole, and not yet markup. */
export type ToolBlock =
  | { type: "caption"; text: string }
  /** Plain text, such as the output of a tool. */
  | { type: "output"; text: string; tone: "bad" | "plain" }
  | { type: "terminal"; command: string; output: string }
  /** Content of a file; `first` is the number of its first line. */
  | { type: "code"; text: string; path: string; first: number }
  /** Unified diffs of files, which share the limits of one. */
  | { type: "diffs"; files: DiffContent[] }
  /** Changes of one file without a diff. */
  | { type: "replacements"; path: string; note: string; changes: { before: string; after: string }[] }
  | { type: "prose"; text: string; tone: "asked" | "answered"; kind: ProseKind; name: string }
  | { type: "todos"; todos: Todo[] }
  /** Tools that a program called. */
  | { type: "calls"; calls: { tool: string; status: string; input: Json | undefined }[] }
  | { type: "questions"; questions: Question[]; isDismissed: boolean }
  /** Any value, as rows of names and values. */
  | { type: "fields"; value: Json }
  /** `paths`: the files that the call changed; messages about others are apart. */
  | { type: "diagnostics"; diagnostics: Diagnostic[]; paths: string[] }
  /** Files that the tool returned. */
  | { type: "attachments" }
  | { type: "subagent"; sessionID: string; title: string }
  | { type: "address"; url: string }

/** How much of a text is shown: the task of a subagent, a search engine's results, or an answer. */
export type ProseKind = "task" | "search" | "answer"

export interface DiffContent {
  /** Path that is shown; "" if the step's row has it. */
  label: string
  /** Path by whose extension the language is told. */
  path: string
  /** The change in a word, or "". */
  note: string
  patch: string
  additions: number
  deletions: number
}

export interface Todo {
  content: string
  /** `pending`, `in_progress`, `completed`, `cancelled`, or another value from the session. */
  status: string
}

export interface Question {
  question: string
  multiple: boolean
  options: { label: string; description: string }[]
  /** Chosen labels or a custom answer; empty if unanswered. */
  answers: string[]
}

/** A compiler or linter message in a tool's result. */
export interface Diagnostic {
  file: string
  line: number | undefined
  severity: "error" | "warning" | "information" | "hint"
  message: string
}

/** A block of plain text, unless it is blank. */
export const outputBlock = (text: string, tone: "bad" | "plain" = "plain"): ToolBlock[] =>
  text.trim() === "" ? [] : [{ type: "output", text, tone }]
