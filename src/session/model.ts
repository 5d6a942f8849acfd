/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export type JsonFields = { [key: string]: Json }

/** Limits for the JSON of unknown content, as it is stored and shown: indented by two spaces. */
export const MAX_JSON_CHARS = 4_000
export const MAX_JSON_LINES = 160

/**
 * A normalized session. Made by `normalizeSession`; every field is safe to read, none is safe to print without
 * escaping. Times are milliseconds since 1970, costs US dollars.
 */
export interface Session {
  info: SessionInfo
  /**
   * Yields the messages in order; every call starts at the first. Messages that the user undid (`revert`) are left out.
   * @param read position after an earlier read: reading starts there; updated in place
   */
  messages(read?: ReadPosition): AsyncIterable<Message>
  /** Ids of all subagent sessions in the record, whether a task call refers to them or not. */
  childIDs: ReadonlySet<string>
  /**
   * Subagent sessions that a task call in the messages read so far refers to, oldest first. Only these belong to a
   * share.
   */
  children(read: ReadPosition): Session[]
}

/** Read position in the messages of a session, with the state that is needed to continue there. Plain values. */
export interface ReadPosition {
  messages: number
  /** Assigned ids of messages and parts, and per duplicate id how often it was seen. */
  given: Set<string>
  repeated: Map<string, number>
  /** Id of the prompt that OpenCode 1 inserted for a command of the user's, whose answer has the command. */
  commandOf: string | undefined
  /** Calls of subagents read so far, by the id of the session that they refer to. */
  tasks: Map<string, TaskCalls>
}

/** Calls that started or resumed one subagent session. */
export interface TaskCalls {
  count: number
  /** End of the last call, in milliseconds since 1970; Infinity if unknown. */
  ended: number
}

export const startOfSession = (): ReadPosition => ({
  messages: 0,
  given: new Set(),
  repeated: new Map(),
  commandOf: undefined,
  tasks: new Map(),
})

export interface SessionInfo {
  id: string
  title: string
  /** Working directory of the session, or "". */
  directory: string
  parentID: string | undefined
  agent: string | undefined
  model: string | undefined
  /** Version of OpenCode that wrote the session, or "". */
  version: string
  created: number | undefined
  updated: number | undefined
  /** The record as it was; of a session that is `published`, as it stands in `session.json`. */
  raw: Json
}

export interface Tokens {
  /** Total that the provider reported, if any. */
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
  /** Files changed while this prompt was processed. */
  diffs: FileDiff[]
}

export interface AssistantMessage extends MessageBase {
  role: "assistant"
  agent: string | undefined
  model: string | undefined
  provider: string | undefined
  /** Id of the prompt that this message answers. */
  parentID: string | undefined
  /** Working directory of this message, or "". Differs from the session's if the session has moved since. */
  cwd: string
  completed: number | undefined
  cost: number
  tokens: Tokens
  /** Finish reason: `stop`, `tool-calls`, `length`, … */
  finish: string | undefined
  error: MessageError | undefined
  /** The text is a summary that replaced the conversation before it. */
  compaction: boolean
}

/** A message without a readable role. `parts` is empty. */
export interface MalformedMessage extends MessageBase {
  role: "malformed"
  reason: string
}

/** Something in a session of OpenCode 2 that is neither a prompt nor an answer. */
export interface EventMessage extends MessageBase {
  role: "event"
  event: SessionEvent
}

export type SessionEvent =
  /** The user's own shell command (`!ls`). `parts` has it as a tool call. */
  | { kind: "shell" }
  /** The user's own use of a skill, and the text of that skill. */
  | { kind: "skill"; name: string; text: string }
  | { kind: "agent"; agent: string; previous: string | undefined }
  | { kind: "model"; model: string; provider: string | undefined; previous: string | undefined }
  /** The session moved to another folder. */
  | { kind: "location"; directory: string; previous: string | undefined }
  /** The end of a turn: `succeeded`, `failed` or `interrupted`. Pages have no row for it. */
  | { kind: "idle"; outcome: string }
  /** A message that is never shared; its text is gone. Pages have no row for it. */
  | { kind: "hidden" }
  /** A type that this version does not know. */
  | { kind: "unknown"; type: string }

export type Message = UserMessage | AssistantMessage | EventMessage | MalformedMessage

/** Text of the prompt that OpenCode 1 inserts before a command of the user's. */
export const USER_COMMAND_NOTE = "The following tool was executed by the user"

/** Whether a message only announces a command of the user's. */
export const isCommandNote = (message: Message): boolean =>
  message.role === "user" &&
  message.parts.length > 0 &&
  message.parts.every((part) => part.type === "text" && part.synthetic && part.text === USER_COMMAND_NOTE)

/** Whether a message has nothing but commands of the user's. */
export const isUserCommand = ({ parts }: Message): boolean =>
  parts.some((part) => part.type === "tool" && part.isByUser) &&
  parts.every((part) => part.type !== "text" && (part.type !== "tool" || part.isByUser))

/** Whether a message is a prompt: written by a person, not inserted by OpenCode. Prompts are numbered from 1. */
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
  /** Provider that rejected the credentials. */
  provider: string | undefined
}

interface PartBase {
  id: string
}

export interface TextPart extends PartBase {
  type: "text"
  text: string
  /** Inserted by OpenCode, not written by the person: the content of a mentioned file, a reminder. */
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
  /** Media type, such as `image/png`: lower case, without parameters; "" if unknown. */
  mime: string
  filename: string
  /** `data:`, `file:` or `http(s):` URL, or "". */
  url: string
  /** Mention in the prompt (`@src/math.ts`), if any. */
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
  /** Id of the first message that OpenCode still sends to the model after the summary. */
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
  /** Name of the slash command that the user typed, or "". */
  command: string
}

export interface StepPart extends PartBase {
  type: "step-start" | "step-finish" | "snapshot"
}

/** Files that a step changed; their diffs are in the user message. */
export interface PatchPart extends PartBase {
  type: "patch"
  files: string[]
}

/** A part of a type that this version does not know. */
export interface UnknownPart extends PartBase {
  type: "unknown"
  kind: string
  raw: Json
}

/** A part of a known type without its required fields, or a part that is not an object. */
export interface MalformedPart extends PartBase {
  type: "malformed"
  kind: string
  reason: string
  raw: Json
}

/** A tool call as the session has it; `render/tools` says what it means. */
export interface ToolPart extends PartBase {
  type: "tool"
  /** Tool name as the model called it. */
  tool: string
  status: "pending" | "running" | "completed" | "error"
  title: string
  /** Arguments of the call, unchanged. */
  input: Json
  /** Output that the model received. */
  output: string
  /** OpenCode's metadata of the call, unchanged. */
  metadata: JsonFields
  /** Error message; "" if the call did not fail. */
  error: string
  /** Kind of the error in OpenCode 2 (`aborted`, `tool.execution`), or "". */
  errorType: string
  start: number | undefined
  end: number | undefined
  /** Time since when OpenCode no longer sends the output to the model. */
  compacted: number | undefined
  attachments: FilePart[]
  /** The user's own command (`!ls`), not a call of the model. */
  isByUser: boolean
  /** Session of the subagent that the call started or resumed, if known. */
  subagent: { sessionID: string; isBackground: boolean } | undefined
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
