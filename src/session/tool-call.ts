import { usableID } from "./ids.ts"
import type { ToolCall, ToolPart } from "./model.ts"
import { fields, isFields, list, optionalAmount, text, texts, type UnknownFields } from "./read-json.ts"
import { editCall, patchCall, writeCall } from "./tool-call-edit.ts"
import { readCall } from "./tool-call-read.ts"

/** A tool call with checked types; its fields are not yet interpreted. */
export interface RawCall {
  tool: string
  status: ToolPart["status"]
  input: UnknownFields
  /** Output that the model received. */
  output: string
  metadata: UnknownFields
  error: string
  /** The call has attachments, such as an image that was read. */
  attached: boolean
}

type CallParser = (call: RawCall) => ToolCall | undefined

const PARSERS = new Map<string, CallParser>([
  ["bash", bashCall],
  ["read", readCall],
  ["write", writeCall],
  ["edit", editCall],
  ["multiedit", editCall],
  ["apply_patch", patchCall],
  // Name of `apply_patch` in OpenCode before 1.0.
  ["patch", patchCall],
  ["glob", searchCall],
  ["grep", searchCall],
  ["list", searchCall],
  ["todowrite", todoCall],
  ["task", taskCall],
  ["webfetch", webfetchCall],
  ["websearch", websearchCall],
  ["question", questionCall],
  ["skill", skillCall],
  ["invalid", invalidCall],
])

/** Parses a call; `generic` if the tool is unknown or its arguments are invalid. Never throws. */
export function toolCall(call: RawCall): ToolCall {
  return PARSERS.get(call.tool)?.(call) ?? { kind: "generic" }
}

function bashCall({ status, input, output, metadata, error }: RawCall): ToolCall | undefined {
  const { command } = input
  if (typeof command !== "string") return undefined
  const exit = metadata["exit"] === null ? null : optionalInteger(metadata["exit"])
  return {
    kind: "bash",
    command,
    description: text(input["description"]),
    exit,
    ending: bashEnding(status, exit, output, error),
    truncated: metadata["truncated"] === true || output.startsWith("...output truncated..."),
  }
}

type Bash = Extract<ToolCall, { kind: "bash" }>

// OpenCode gives the reason why a command ended only in a block after its output. The command can print such a block as
// well, so it counts only without an exit status.
function bashEnding(status: ToolPart["status"], exit: Bash["exit"], output: string, error: string): Bash["ending"] {
  if (typeof exit === "number") return "exited"
  if (status === "error") return /\babort/i.test(error) ? "aborted" : "unknown"
  if (status !== "completed") return "unknown"
  const note = output.slice(Math.max(output.lastIndexOf("<shell_metadata>"), output.lastIndexOf("<bash_metadata>"), 0))
  if (!/^<(?:shell|bash)_metadata>/.test(note)) return "unknown"
  if (/\btimeout\b/.test(note)) return "timed-out"
  return /\babort/i.test(note) ? "aborted" : "unknown"
}

function optionalInteger(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

function searchCall({ tool, input, metadata }: RawCall): ToolCall | undefined {
  const by = tool === "glob" || tool === "grep" ? tool : "list"
  const { pattern } = input
  if (by !== "list" && typeof pattern !== "string") return undefined
  if (by === "list" && input["path"] !== undefined && typeof input["path"] !== "string") return undefined
  return {
    kind: "search",
    by,
    pattern: text(pattern),
    path: text(input["path"]),
    include: text(input["include"]),
    count: optionalAmount(metadata[by === "grep" ? "matches" : "count"]),
  }
}

function todoCall({ input, metadata }: RawCall): ToolCall | undefined {
  const todos = Array.isArray(input["todos"]) ? input["todos"] : metadata["todos"]
  if (!Array.isArray(todos) || !todos.every((todo) => typeof fields(todo)["content"] === "string")) return undefined
  return {
    kind: "todowrite",
    todos: todos.map((todo) => ({
      content: text(fields(todo)["content"]),
      status: text(fields(todo)["status"]),
      priority: text(fields(todo)["priority"]),
    })),
  }
}

function taskCall({ input, metadata, output }: RawCall): ToolCall | undefined {
  const { prompt } = input
  if (typeof prompt !== "string") return undefined
  const named = /^<task id="(ses_\w{1,60})"/.exec(output) ?? /^task_id: (ses_\w{1,60})/.exec(output)
  return {
    kind: "task",
    description: text(input["description"]),
    prompt,
    agent: text(input["subagent_type"]),
    sessionID: usableID(metadata["sessionId"]) ?? named?.[1],
    background: metadata["background"] === true || /^<task id="[^"\n]*" state="running"/.test(output),
    result: taskResult(output),
  }
}

// Newer versions put the result between tags, older ones put tags after it.
function taskResult(output: string): string {
  const tag = "<task_result>"
  const start = output.indexOf(tag)
  const end = output.lastIndexOf("</task_result>")
  if (start >= 0 && end >= start + tag.length) return output.slice(start + tag.length, end).trim()
  const note = output.lastIndexOf("<task_metadata>")
  return (note < 0 ? output : output.slice(0, note)).trim()
}

function webfetchCall({ input }: RawCall): ToolCall | undefined {
  return typeof input["url"] === "string"
    ? { kind: "webfetch", url: input["url"], format: text(input["format"]) }
    : undefined
}

function websearchCall({ input }: RawCall): ToolCall | undefined {
  return typeof input["query"] === "string" ? { kind: "websearch", query: input["query"] } : undefined
}

function questionCall({ status, input, metadata, error }: RawCall): ToolCall | undefined {
  const { questions } = input
  if (!Array.isArray(questions) || !questions.every((item) => typeof fields(item)["question"] === "string")) {
    return undefined
  }
  const answers = list(metadata["answers"])
  return {
    kind: "question",
    questions: questions.map((item, index) => {
      const question = fields(item)
      return {
        question: text(question["question"]),
        header: text(question["header"]),
        multiple: question["multiple"] === true,
        options: list(question["options"])
          .filter(isFields)
          .map((option) => ({ label: text(option["label"]), description: text(option["description"]) })),
        answers: texts(answers[index]),
      }
    }),
    dismissed: status === "error" && /\b(?:dismissed|rejected)\b/.test(error),
  }
}

function skillCall({ input }: RawCall): ToolCall | undefined {
  return typeof input["name"] === "string" ? { kind: "skill", name: input["name"] } : undefined
}

function invalidCall({ input }: RawCall): ToolCall | undefined {
  const { tool, error } = input
  if (typeof tool !== "string" || typeof error !== "string") return undefined
  return { kind: "invalid", tool, reason: error }
}
