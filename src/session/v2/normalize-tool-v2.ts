import { usableID } from "../ids.ts"
import { mediaType } from "../media-type.ts"
import type { FilePart, Json, PatchedFile, ToolCall, ToolPart } from "../model.ts"
import {
  amount,
  fields,
  isFields,
  list,
  optionalAmount,
  optionalText,
  optionalTime,
  text,
  type UnknownFields,
} from "../read-json.ts"
import { type RawCall, toolCall } from "../tool-call.ts"
import { numberedLines } from "../tool-call-read.ts"
import { contentText } from "./shareable-tool.ts"

const STATUSES: Record<string, ToolPart["status"]> = {
  streaming: "pending",
  running: "running",
  completed: "completed",
  error: "error",
}

/** Normalizes a tool call of OpenCode 2. Sessions migrated from OpenCode 1 keep its names and arguments. */
export function normalizeToolV2(part: UnknownFields, id: string): ToolPart {
  const state = fields(part["state"])
  const tool = text(part["name"])
  const status = STATUSES[text(state["status"])] ?? "pending"
  const metadata = fields(state["metadata"])
  const time = fields(part["time"])
  const said = contentText(state["content"])
  const attachments = list(state["content"]).flatMap((piece, index) => fileOf(fields(piece), `${id}-file-${index + 1}`))
  const error = status === "error" ? text(fields(state["error"])["message"]) : ""
  const exit = optionalAmount(metadata["exit"])
  const output = tool === "shell" && exit ? withoutExitLine(said, exit) : said
  return {
    id,
    type: "tool",
    tool,
    status,
    title: "",
    input: (state["input"] ?? {}) as Json,
    output: status === "error" ? "" : output,
    modelOutput: said,
    error,
    start: optionalTime(time["ran"]) ?? optionalTime(time["created"]),
    end: optionalTime(time["completed"]),
    compacted: undefined,
    attachments,
    call: callOf({
      tool,
      status,
      input: fields(state["input"]),
      output: said,
      metadata,
      error,
      errorType: text(fields(state["error"])["type"]),
      attached: attachments.length > 0,
    }),
  }
}

/** The user's own command (`!ls`) as a tool call. */
export function toolPartOfShell(raw: UnknownFields, id: string): ToolPart {
  const { output, truncated } = fields(raw["output"])
  const isRunning = raw["status"] === "running"
  const exit = optionalAmount(raw["exit"])
  const time = fields(raw["time"])
  const command = text(raw["command"])
  const endings: Record<string, "exited" | "timed-out" | "aborted"> = {
    exited: "exited",
    timeout: "timed-out",
    killed: "aborted",
  }
  return {
    id,
    type: "tool",
    tool: "shell",
    status: isRunning ? "running" : "completed",
    title: "",
    input: { command },
    output: text(output),
    modelOutput: text(output),
    error: "",
    start: optionalTime(time["created"]),
    end: optionalTime(time["completed"]),
    compacted: undefined,
    attachments: [],
    call: {
      kind: "bash",
      command,
      description: "",
      exit: isRunning ? undefined : (exit ?? null),
      ending: endings[text(raw["status"])] ?? "unknown",
      truncated: truncated === true,
    },
  }
}

interface RawCallV2 extends RawCall {
  errorType: string
}

function callOf(call: RawCallV2): ToolCall {
  const isV1 = "filePath" in call.input
  const parse = !isV1 && Object.hasOwn(PARSERS, call.tool) ? PARSERS[call.tool] : undefined
  return parse?.(call) ?? toolCall(call)
}

const PARSERS: Record<string, (call: RawCallV2) => ToolCall | undefined> = {
  shell: shellCall,
  read: readCall,
  write: writeCall,
  edit: editCall,
  patch: patchCall,
  glob: searchCall,
  grep: searchCall,
  subagent: subagentCall,
  skill: skillCall,
  execute: executeCall,
}

function shellCall({ input, metadata, status, errorType, output }: RawCallV2): ToolCall | undefined {
  const { command, description } = input
  if (typeof command !== "string") return undefined
  const exit = optionalAmount(metadata["exit"])
  const ending = (): Extract<ToolCall, { kind: "bash" }>["ending"] => {
    if (metadata["timeout"] === true) return "timed-out"
    if (status === "error") return /^(?:aborted|tool\.interrupted)$/.test(errorType) ? "aborted" : "unknown"
    return exit === undefined ? "unknown" : "exited"
  }
  return {
    kind: "bash",
    command,
    description: text(description),
    exit: exit ?? (status === "completed" && metadata["status"] !== "running" ? null : undefined),
    ending: ending(),
    truncated: metadata["truncated"] === true || /^\.\.\.output truncated\.\.\./.test(output),
  }
}

/** OpenCode adds a line for the model to the output of a failed command. */
function withoutExitLine(output: string, exit: number): string {
  const line = `Command exited with code ${exit}.`
  const trimmed = output.trimEnd()
  return trimmed.endsWith(line) ? trimmed.slice(0, -line.length).trimEnd() : output
}

function readCall({ input, output, attached }: RawCallV2): ToolCall | undefined {
  const { path } = input
  if (typeof path !== "string") return undefined
  const heading = attached ? null : /^Read file [^\n]*\n/.exec(output)
  const found = heading && numberedLines(output.slice(heading[0].length).split("\n"))
  return { kind: "read", path, content: found ?? { type: "other" } }
}

function writeCall({ input, output, status }: RawCallV2): ToolCall | undefined {
  const { path, content } = input
  if (typeof path !== "string" || typeof content !== "string") return undefined
  const existed = status === "completed" ? !output.startsWith("Created ") : undefined
  return { kind: "write", path, content, existed, diagnostics: [] }
}

function editCall({ input, metadata }: RawCallV2): ToolCall | undefined {
  const { path, oldString, newString, replaceAll } = input
  if (typeof path !== "string" || typeof oldString !== "string" || typeof newString !== "string") return undefined
  const file = fields(list(metadata["files"])[0])
  return {
    kind: "edit",
    path,
    changes: [{ before: oldString, after: newString, all: replaceAll === true }],
    patch: text(file["patch"]),
    additions: optionalAmount(file["additions"]),
    deletions: optionalAmount(file["deletions"]),
    diagnostics: [],
  }
}

const CHANGES: Record<string, PatchedFile["change"]> = { added: "add", modified: "update", deleted: "delete" }

function patchCall(call: RawCallV2): ToolCall | undefined {
  const parsed = toolCall({ ...call, tool: "apply_patch", metadata: {} })
  const files = list(call.metadata["files"])
    .filter(isFields)
    .flatMap((file): PatchedFile[] => {
      const [path, change] = [optionalText(file["file"]), CHANGES[text(file["status"])]]
      if (path === undefined || change === undefined) return []
      const counts = { additions: amount(file["additions"]), deletions: amount(file["deletions"]) }
      return [{ path, movedTo: undefined, change, patch: text(file["patch"]), ...counts }]
    })
  return parsed.kind === "apply_patch" && files.length > 0 ? { ...parsed, files } : parsed
}

function searchCall(call: RawCallV2): ToolCall | undefined {
  const { tool, output, status } = call
  const parsed = toolCall(call)
  if (parsed.kind !== "search" || status !== "completed") return parsed
  const found = /^Found (\d{1,9}) match/.exec(output)?.[1]
  const lines = output.split("\n").filter((line) => /^(?:\/|[A-Za-z]:\\)/.test(line)).length
  return { ...parsed, count: tool === "glob" ? lines : found === undefined ? undefined : Number(found) }
}

function subagentCall({ input, metadata, output, status }: RawCallV2): ToolCall | undefined {
  const { prompt } = input
  if (typeof prompt !== "string") return undefined
  const opening = /^<subagent sessionID="([\w-]{1,64})"[^>\n]{0,80}>/.exec(output)
  const closing = output.lastIndexOf("</subagent>")
  const result = opening ? output.slice(opening[0].length, closing < opening[0].length ? undefined : closing) : output
  return {
    kind: "task",
    description: text(input["description"]),
    prompt,
    agent: text(input["agent"]),
    sessionID: usableID(metadata["sessionID"]) ?? usableID(opening?.[1]),
    background: input["background"] === true || (status === "completed" && metadata["status"] === "running"),
    result: result.trim(),
  }
}

function skillCall({ input }: RawCallV2): ToolCall | undefined {
  const name = optionalText(input["id"]) ?? optionalText(input["name"])
  return name === undefined ? undefined : { kind: "skill", name }
}

function executeCall({ input, metadata }: RawCallV2): ToolCall | undefined {
  const { code } = input
  if (typeof code !== "string") return undefined
  const calls = list(metadata["toolCalls"])
    .filter(isFields)
    .map((call) => ({ tool: text(call["tool"]), status: text(call["status"]), input: (call["input"] ?? null) as Json }))
  return { kind: "execute", code, calls }
}

function fileOf({ type, uri, mime, name }: UnknownFields, id: string): FilePart[] {
  if (type !== "file") return []
  // A path on the machine is no content.
  const url = text(uri).startsWith("data:") ? text(uri) : ""
  return [
    {
      id,
      type: "file",
      mime: mediaType(text(mime)),
      filename: text(name),
      url,
      mention: undefined,
      synthetic: false,
    },
  ]
}
