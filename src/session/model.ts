/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * A session that is understood. Made by `normalizeSession`; every field is safe to read, none is safe to print
 * without escaping. Times are milliseconds since 1970, costs US dollars.
 */
export interface Session {
  info: SessionInfo
  /**
   * In order, one at a time; every call starts at the first. What the user undid (`revert`) is left out.
   * @param read how far they were read before: those that come after are given; kept up to date
   */
  messages(read?: MessagesRead): AsyncIterable<Message>
  /** The ids of all subagents' sessions in the record, named by a call or not. */
  childIDs: ReadonlySet<string>
  /** The subagents' sessions that a task call in the messages read so far names, oldest first. No others belong to a share. */
  children(read: MessagesRead): Session[]
}

/** How far the messages of a session were read: what reading on needs to know of those before. Plain values. */
export interface MessagesRead {
  messages: number
  /** The ids that messages and parts have, and which of those had to be told apart how often. */
  given: Set<string>
  repeated: Map<string, number>
  /** The task calls in them, by the session that they name. */
  tasks: Map<string, TaskCalls>
}

/** The calls that started or resumed one subagent's session. */
export interface TaskCalls {
  count: number
  /** When the last of them ended, in milliseconds since 1970; Infinity where that is not known. */
  ended: number
}

export const nothingRead = (): MessagesRead => ({
  messages: 0,
  given: new Set(),
  repeated: new Map(),
  tasks: new Map(),
})

export interface SessionInfo {
  id: string
  title: string
  /** The folder the session worked in, or "". */
  directory: string
  parentID: string | undefined
  agent: string | undefined
  model: string | undefined
  /** OpenCode's version that wrote it, or "". */
  version: string
  created: number | undefined
  updated: number | undefined
  /** The record as it was; of a session that is `published`, as it stands in `session.json`. */
  raw: Json
}

export interface Tokens {
  /** As the provider counted, if the session says so. */
  total: number | undefined
  input: number
  output: number
  reasoning: number
  cacheRead: number
  cacheWrite: number
}

export interface FileDiff {
  file: string
  /** A unified diff, or "". */
  patch: string
  additions: number
  deletions: number
  status: "added" | "deleted" | "modified" | "renamed"
}

interface MessageBase {
  id: string
  created: number | undefined
  parts: Part[]
  /** The message as it was; of a session that is `published`, as it stands in `session.json`. */
  raw: Json
}

export interface UserMessage extends MessageBase {
  role: "user"
  agent: string | undefined
  model: string | undefined
  provider: string | undefined
  /** The files that changed while this prompt was worked on. */
  diffs: FileDiff[]
}

export interface AssistantMessage extends MessageBase {
  role: "assistant"
  agent: string | undefined
  model: string | undefined
  provider: string | undefined
  /** The prompt that it answers. */
  parentID: string | undefined
  /** The folder it worked in, or "": that of the session at the time, wherever the session has moved since. */
  cwd: string
  completed: number | undefined
  cost: number
  tokens: Tokens
  /** Why the model stopped: `stop`, `tool-calls`, `length`, … */
  finish: string | undefined
  error: MessageError | undefined
  /** The text is a summary that took the place of the conversation before it. */
  compaction: boolean
}

/** A message of which not even the role could be read. `parts` is empty. */
export interface MalformedMessage extends MessageBase {
  role: "malformed"
  reason: string
}

export type Message = UserMessage | AssistantMessage | MalformedMessage

/** Whether a message is what a person said, rather than what OpenCode has put into their mouth. Prompts are numbered from 1. */
export const isPrompt = (message: Message): message is UserMessage =>
  message.role === "user" &&
  message.parts.some(
    (part) => (part.type === "text" && !part.synthetic) || part.type === "file" || part.type === "subtask",
  )

export interface MessageError {
  /** `APIError`, `MessageAbortedError`, `ProviderAuthError`, … */
  name: string
  message: string
  statusCode: number | undefined
  retryable: boolean | undefined
  /** Whose credentials were refused. */
  provider: string | undefined
}

interface PartBase {
  id: string
}

export interface TextPart extends PartBase {
  type: "text"
  text: string
  /** Written by OpenCode, not by the person: the content of a mentioned file, a reminder. */
  synthetic: boolean
  ignored: boolean
  start: number | undefined
  end: number | undefined
}

export interface ReasoningPart extends PartBase {
  type: "reasoning"
  text: string
  start: number | undefined
  end: number | undefined
}

export interface FilePart extends PartBase {
  type: "file"
  /** `image/png`, …; lower case, without parameters; "" if the session does not say. */
  mime: string
  filename: string
  /** `data:`, `file:` or `http(s):`, or "" */
  url: string
  /** As mentioned in the prompt (`@src/math.ts`), or undefined. */
  mention: string | undefined
  synthetic: boolean
}

export interface AgentPart extends PartBase {
  type: "agent"
  name: string
}

export interface CompactionPart extends PartBase {
  type: "compaction"
  auto: boolean
  /** The first message that OpenCode still sends to the model beside the summary. */
  tailStartID: string | undefined
}

export interface RetryPart extends PartBase {
  type: "retry"
  attempt: number
  error: MessageError
  created: number | undefined
}

export interface SubtaskPart extends PartBase {
  type: "subtask"
  agent: string
  description: string
  prompt: string
}

export interface StepPart extends PartBase {
  type: "step-start" | "step-finish" | "snapshot"
}

/** The files that a step touched; the diffs themselves are in the user message. */
export interface PatchPart extends PartBase {
  type: "patch"
  files: string[]
}

/** A part of a kind that this version does not know. */
export interface UnknownPart extends PartBase {
  type: "unknown"
  kind: string
  raw: Json
}

/** A part of a known kind that lacks what the kind needs, or no object at all. */
export interface MalformedPart extends PartBase {
  type: "malformed"
  kind: string
  reason: string
  raw: Json
}

export interface ToolPart extends PartBase {
  type: "tool"
  /** The tool's name as the model called it. */
  tool: string
  status: "pending" | "running" | "completed" | "error"
  title: string
  /** What the tool was given, as it was. */
  input: Json
  /** What it answered; "" while it runs or when it failed. */
  output: string
  /** What of that the model was given; of long outputs, less. */
  modelOutput: string
  /** Why it failed; "" otherwise. */
  error: string
  start: number | undefined
  end: number | undefined
  /** When OpenCode stopped sending the output to the model. */
  compacted: number | undefined
  attachments: FilePart[]
  /** The call understood, by the tool's kind. */
  call: ToolCall
}

export type Part =
  | TextPart
  | ReasoningPart
  | FilePart
  | AgentPart
  | CompactionPart
  | RetryPart
  | SubtaskPart
  | StepPart
  | PatchPart
  | ToolPart
  | UnknownPart
  | MalformedPart

export interface Todo {
  content: string
  /** `pending`, `in_progress`, `completed`, `cancelled`, or what else the session says. */
  status: string
  priority: string
}

export interface Question {
  question: string
  header: string
  multiple: boolean
  options: { label: string; description: string }[]
  /** The labels chosen, or a text of one's own; empty if not answered. */
  answers: string[]
}

export interface PatchedFile {
  path: string
  /** Where the file went, of a move. */
  movedTo: string | undefined
  change: "add" | "update" | "delete" | "move"
  /** A unified diff, or "". */
  patch: string
  additions: number
  deletions: number
}

/** A compiler's or linter's complaint that a tool brought back. */
export interface Diagnostic {
  file: string
  line: number | undefined
  severity: "error" | "warning" | "information" | "hint"
  message: string
}

export type ToolCall =
  | {
      kind: "bash"
      command: string
      description: string
      /** undefined: not known (a shell run by hand, still running); null: ended without one (timeout, abort). */
      exit: number | null | undefined
      ending: "exited" | "timed-out" | "aborted" | "unknown"
      truncated: boolean
    }
  | {
      kind: "read"
      path: string
      content:
        | { type: "file"; text: string; firstLine: number; totalLines: number | undefined; truncated: boolean }
        | { type: "directory"; entries: string[] }
        | { type: "other" }
    }
  | { kind: "write"; path: string; content: string; existed: boolean | undefined; diagnostics: Diagnostic[] }
  | {
      /** edit and multiedit */
      kind: "edit"
      path: string
      changes: { before: string; after: string; all: boolean }[]
      /** A unified diff, or "" when the session has none: then `changes` is all there is. */
      patch: string
      additions: number | undefined
      deletions: number | undefined
      diagnostics: Diagnostic[]
    }
  | { kind: "apply_patch"; files: PatchedFile[]; patchText: string; diagnostics: Diagnostic[] }
  | {
      kind: "search"
      by: "glob" | "grep" | "list"
      pattern: string
      path: string
      include: string
      /** Files (glob, list) or matches (grep) found, if the session says. */
      count: number | undefined
    }
  | { kind: "todowrite"; todos: Todo[] }
  | {
      kind: "task"
      description: string
      prompt: string
      agent: string
      /** The child session, if it is known. */
      sessionID: string | undefined
      /** It goes on after the call has ended. */
      background: boolean
      result: string
    }
  | { kind: "webfetch"; url: string; format: string }
  | { kind: "websearch"; query: string }
  | { kind: "question"; questions: Question[]; dismissed: boolean }
  | { kind: "skill"; name: string }
  | { kind: "invalid"; tool: string; reason: string }
  | { kind: "generic" }
