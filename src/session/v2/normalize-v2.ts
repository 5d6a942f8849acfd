import { type IDAssigner, usableID } from "../ids.ts"
import { splitInserted } from "../inserted-text.ts"
import { mediaType } from "../media-type.ts"
import type {
  AssistantMessage,
  EventMessage,
  FilePart,
  Json,
  Message,
  MessageError,
  Part,
  SessionEvent,
  SessionInfo,
  Tokens,
  UserMessage,
} from "../model.ts"
import {
  amount,
  fields,
  isFields,
  list,
  optionalAmount,
  optionalText,
  optionalTime,
  text,
  texts,
  type UnknownFields,
} from "../read-json.ts"
import { normalizeToolV2, toolPartOfShell } from "./normalize-tool-v2.ts"

/** Normalizes `info` of OpenCode 2. `raw` has no mark of an undo, which refers to messages that are left out. */
export function sessionInfoV2(info: UnknownFields, id: string): SessionInfo {
  const time = fields(info["time"])
  const { revert: _undone, ...kept } = info
  return {
    id,
    title: text(info["title"]),
    directory: text(fields(info["location"])["directory"]),
    parentID: usableID(info["parentID"]),
    agent: optionalText(info["agent"]),
    model: optionalText(fields(info["model"])["id"]),
    version: "",
    created: optionalTime(time["created"]),
    updated: optionalTime(time["updated"]),
    raw: kept as Json,
  }
}

/**
 * Normalizes a message of OpenCode 2. An `assistant` message is one step of an answer, as in OpenCode 1; what is neither
 * a prompt nor an answer becomes an event.
 * @param position number of the message from 1; the id of a message without a usable one is made from it
 */
export function normalizeMessageV2(raw: UnknownFields, ids: IDAssigner, position: number): Message {
  const id = ids(raw["id"], `message-${position}`)
  const base = { id, created: optionalTime(fields(raw["time"])["created"]), raw: raw as Json }
  const partID = (index: number, wanted?: unknown) => ids(wanted, `${id}-${index + 1}`)
  switch (raw["type"]) {
    case "user":
      return { ...base, ...promptOf(raw, partID) }
    case "assistant":
      return { ...base, ...answerOf(raw, partID) }
    case "compaction":
      return { ...base, ...summaryOf(raw, partID) }
    case "shell":
      return { ...base, role: "event", event: { kind: "shell" }, parts: [toolPartOfShell(raw, partID(0))] }
    default:
      return { ...base, role: "event", event: eventOf(raw), parts: [] } satisfies EventMessage
  }
}

type PartID = (index: number, wanted?: unknown) => string
type RoleFields<M extends Message> = Omit<M, "id" | "created" | "raw">

/** First line of a subagent's prompt, which OpenCode inserts. */
const SUBAGENT_LINE = "You are a subagent spawned by another session.\n"

function promptOf(raw: UnknownFields, partID: PartID): RoleFields<UserMessage> {
  const said = text(raw["text"])
  const own = said.startsWith(SUBAGENT_LINE) ? said.slice(SUBAGENT_LINE.length) : said
  let count = 0
  const next = () => partID(count++)
  const parts: Part[] = splitInserted(textPart(next(), own), next)
  for (const file of list(raw["files"]).filter(isFields)) parts.push(...fileParts(file, next))
  for (const agent of list(raw["agents"])) {
    const name = optionalText(fields(agent)["name"])
    if (name !== undefined) parts.push({ id: next(), type: "agent", name })
  }
  return { role: "user", agent: undefined, model: undefined, provider: undefined, diffs: [], parts }
}

/** Maximum size of a mentioned file whose content is shown as text, in characters of base64. */
const MAX_TEXT_FILE_CHARS = 2_000_000

/** A file of a prompt; the text of a file read from disk comes as a part of its own, which pages fold. */
function fileParts(file: UnknownFields, next: () => string): Part[] {
  const mime = mediaType(text(file["mime"]))
  const data = text(file["data"])
  const mention = optionalText(fields(file["mention"])["text"])
  const filename = text(file["name"])
  const isText = fields(file["source"])["type"] === "uri" && mime.startsWith("text/")
  const isShownAsText = isText && data.length <= MAX_TEXT_FILE_CHARS
  const url = data === "" || isShownAsText ? "" : `data:${mime};base64,${data}`
  const part: FilePart = { id: next(), type: "file", mime, filename, url, mention, synthetic: false }
  if (!isShownAsText || data === "") return [part]
  return [part, { ...textPart(next(), Buffer.from(data, "base64").toString("utf8")), synthetic: true }]
}

function textPart(id: string, value: string): Extract<Part, { type: "text" }> {
  return { id, type: "text", text: value, synthetic: false, ignored: false, start: undefined, end: undefined }
}

function answerOf(raw: UnknownFields, partID: PartID): RoleFields<AssistantMessage> {
  const model = fields(raw["model"])
  const content = list(raw["content"])
  const parts: Part[] = content.map((part, index) => contentPart(part, index, partID))
  const retry = fields(raw["retry"])
  if (isFields(retry["error"]))
    parts.push({
      id: partID(parts.length),
      type: "retry",
      attempt: amount(retry["attempt"]),
      error: errorOf(retry["error"]),
      created: optionalTime(retry["at"]),
    })
  const files = texts(fields(raw["snapshot"])["files"])
  if (files.length > 0) parts.push({ id: partID(parts.length), type: "patch", files })
  return {
    role: "assistant",
    agent: optionalText(raw["agent"]),
    model: optionalText(model["id"]),
    provider: optionalText(model["providerID"]),
    parentID: undefined,
    cwd: "",
    completed: optionalTime(fields(raw["time"])["completed"]),
    cost: amount(raw["cost"]),
    tokens: tokensOf(raw["tokens"]),
    finish: optionalText(raw["finish"]),
    error: isFields(raw["error"]) ? errorOf(raw["error"]) : undefined,
    compaction: false,
    parts,
  }
}

function contentPart(value: unknown, index: number, partID: PartID): Part {
  const part = fields(value)
  const time = fields(part["time"])
  switch (part["type"]) {
    case "text":
      return textPart(partID(index), text(part["text"]))
    case "reasoning": {
      const [start, end] = [optionalTime(time["created"]), optionalTime(time["completed"])]
      return { id: partID(index), type: "reasoning", text: text(part["text"]), start, end }
    }
    case "tool":
      return normalizeToolV2(part, partID(index, part["id"]))
    default:
      return { id: partID(index), type: "unknown", kind: text(part["type"]), raw: (value ?? null) as Json }
  }
}

function summaryOf(raw: UnknownFields, partID: PartID): RoleFields<AssistantMessage> {
  const created = optionalTime(fields(raw["time"])["created"])
  const isOver = raw["status"] !== "running"
  const summary = text(raw["summary"])
  return {
    role: "assistant",
    agent: undefined,
    model: undefined,
    provider: undefined,
    parentID: undefined,
    cwd: "",
    completed: isOver ? created : undefined,
    cost: 0,
    tokens: tokensOf(undefined),
    finish: isOver ? "stop" : undefined,
    error: raw["status"] === "failed" ? errorOf(raw["error"]) : undefined,
    compaction: true,
    parts: summary === "" ? [] : [textPart(partID(0), summary)],
  }
}

function eventOf(raw: UnknownFields): SessionEvent {
  switch (raw["type"]) {
    case "skill":
      return { kind: "skill", name: optionalText(raw["name"]) ?? text(raw["skill"]), text: text(raw["text"]) }
    case "agent-switched":
      return { kind: "agent", agent: text(raw["agent"]), previous: optionalText(raw["previous"]) }
    case "model-switched": {
      const { id, providerID } = fields(raw["model"])
      const previous = optionalText(fields(raw["previous"])["id"])
      return { kind: "model", model: text(id), provider: optionalText(providerID), previous }
    }
    case "location-switched": {
      const folder = (place: unknown) => text(fields(fields(place)["location"])["directory"])
      return { kind: "location", directory: folder(raw), previous: folder(raw["previous"]) || undefined }
    }
    case "idle":
      return { kind: "idle", outcome: text(raw["outcome"]) }
    case "system":
    case "synthetic":
      return { kind: "hidden" }
    default:
      return { kind: "unknown", type: text(raw["type"]) }
  }
}

/** Names of OpenCode 1's errors, by the type of the same error in OpenCode 2. */
const ERROR_NAMES: Record<string, string> = {
  aborted: "MessageAbortedError",
  "provider.auth": "ProviderAuthError",
}

function errorOf(raw: unknown): MessageError {
  const { type, message } = fields(raw)
  const kind = text(type)
  const name = Object.hasOwn(ERROR_NAMES, kind) ? ERROR_NAMES[kind]! : kind.startsWith("provider.") ? "APIError" : kind
  const status = /\bHTTP (\d{3})\b/.exec(text(message).slice(0, 1000))?.[1]
  return {
    name: name || "Error",
    message: text(message),
    statusCode: status === undefined ? undefined : Number(status),
    retryable: undefined,
    provider: undefined,
  }
}

function tokensOf(value: unknown): Tokens {
  const tokens = fields(value)
  const cache = fields(tokens["cache"])
  return {
    total: optionalAmount(tokens["total"]),
    input: amount(tokens["input"]),
    output: amount(tokens["output"]),
    reasoning: amount(tokens["reasoning"]),
    cacheRead: amount(cache["read"]),
    cacheWrite: amount(cache["write"]),
  }
}
