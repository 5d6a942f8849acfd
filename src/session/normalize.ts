import { createPatch } from "diff"
import { createIDAssigner, type IDAssigner, usableID } from "./ids.ts"
import { splitInserted } from "./inserted-text.ts"
import {
  type AssistantMessage,
  type FileDiff,
  isCommandNote,
  isPrompt,
  type Json,
  type Message,
  type Part,
  type ReadPosition,
  type Session,
  type SessionInfo,
  startOfSession,
  type TaskCalls,
  type UserMessage,
} from "./model.ts"
import { messageError, normalizePart } from "./normalize-part.ts"
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
} from "./read-json.ts"
import { messagesFrom, type SessionRecord } from "./source.ts"
import { isV2Info, isV2Message } from "./v2/is-v2.ts"
import { normalizeMessageV2, sessionInfoV2 } from "./v2/normalize-v2.ts"

/**
 * Turns a record into a typed session. Never throws on invalid content: missing values become the empty value of their
 * type (`info.id` of the session is "" then), invalid messages and parts become `malformed`, and the rest is kept.
 * Throws only errors of reading messages.
 *
 * Undone content is in neither the messages nor any `raw`: `revert: {messageID, partID?}` marks that message, or that
 * part of it, and everything after it.
 */
export function normalizeSession(record: SessionRecord): Session {
  const ids = createIDAssigner()
  const id = usableID(fields(record.info)["id"]) ?? ""
  if (id !== "") ids(id, id)
  return sessionOf(withIDs(record, id, ids))
}

/** A record with ids that are unique among all its subagent sessions, so that each can have its own page. */
interface RecordWithIDs {
  record: SessionRecord
  id: string
  children: RecordWithIDs[]
}

function withIDs(record: SessionRecord, id: string, ids: IDAssigner): RecordWithIDs {
  const children = record.children.map((child, index) =>
    withIDs(child, ids(fields(child.info)["id"], `${id || "session"}-child-${index + 1}`), ids),
  )
  return { record, id, children }
}

/** @param startedBy the calls that refer to this subagent session: prompts from other callers are left out */
function sessionOf({ record, id, children }: RecordWithIDs, startedBy?: TaskCalls): Session {
  return {
    info: sessionInfo(record.info, id),
    messages: (read) => messagesOf(record, read, startedBy),
    childIDs: new Set(children.map(({ id }) => id)),
    children: (read) =>
      children.flatMap((child) => {
        const calls = read.tasks.get(child.id)
        return calls ? [sessionOf(child, calls)] : []
      }),
  }
}

/**
 * Normalizes one message: `{info, parts}` of OpenCode 1, `{id, type, …}` of OpenCode 2. Ids are unique among all messages with the same `ids`.
 * @param position number of the message from 1; the id of a message without a usable one is made from it
 */
export function normalizeMessage(raw: unknown, ids: IDAssigner = createIDAssigner(), position = 1): Message {
  if (isV2Message(raw)) return normalizeMessageV2(raw, ids, position)
  const record = fields(raw)
  const info = fields(record["info"])
  const base = {
    id: ids(info["id"], `message-${position}`),
    created: optionalTime(fields(info["time"])["created"]),
    raw: json(raw),
  }
  if (!isFields(raw)) return { ...base, role: "malformed", reason: "The message is not an object.", parts: [] }
  if (info["role"] !== "user" && info["role"] !== "assistant") {
    return { ...base, role: "malformed", reason: "The role of the message is neither user nor assistant.", parts: [] }
  }
  const parts = normalizeParts(record["parts"], ids, position)
  return info["role"] === "user"
    ? { ...base, ...userFields(info), parts: parts.flatMap((part) => ownAndInserted(part, ids)) }
    : { ...base, ...assistantFields(info), parts }
}

async function* messagesOf(
  record: SessionRecord,
  read: ReadPosition = startOfSession(),
  startedBy?: TaskCalls,
): AsyncGenerator<Message> {
  const ids = createIDAssigner(read)
  let prompts = 0
  for await (const raw of messagesBeforeUndo(record, read.messages)) {
    const message = normalizeMessage(raw, ids, ++read.messages)
    if (startedBy && isPrompt(message) && ++prompts > startedBy.count && (message.created ?? 0) > startedBy.ended)
      return
    markUserCommands(message, read)
    recordTasks(message, read.tasks)
    yield message
  }
}

/** Yields the messages before the first undone one. */
async function* messagesBeforeUndo(record: SessionRecord, from: number): AsyncGenerator<unknown> {
  const revert = fields(fields(record.info)["revert"])
  const [undoneMessage, undonePart] = [optionalText(revert["messageID"]), optionalText(revert["partID"])]
  for await (const raw of messagesFrom(record, from)) {
    if (undoneMessage === undefined || idOf(raw) !== undoneMessage) {
      yield raw
      continue
    }
    const parts = list(fields(raw)["parts"])
    const end = undonePart === undefined ? -1 : parts.findIndex((part) => fields(part)["id"] === undonePart)
    if (end > 0) yield { ...fields(raw), parts: parts.slice(0, end) }
    return
  }
}

const idOf = (raw: unknown) => (isV2Message(raw) ? raw["id"] : fields(fields(raw)["info"])["id"])

/** Marks the commands of the user's, which OpenCode 1 records as an answer to a prompt of its own. */
function markUserCommands(message: Message, read: ReadPosition): void {
  if (isCommandNote(message)) read.commandOf = message.id
  else if (message.role === "assistant" && message.parentID !== undefined && message.parentID === read.commandOf)
    for (const part of message.parts) if (part.type === "tool") part.isByUser = true
}

/** Records the task calls of a message, unless pages do not show that message. */
function recordTasks(message: Message, tasks: ReadPosition["tasks"]): void {
  if (message.role !== "assistant" || message.compaction) return
  for (const part of message.parts) {
    if (part.type !== "tool" || part.subagent === undefined) continue
    const { sessionID, isBackground } = part.subagent
    const { count, ended } = tasks.get(sessionID) ?? { count: 0, ended: 0 }
    const isOver = part.status === "completed" || part.status === "error"
    const end = isOver && !isBackground ? part.end : undefined
    tasks.set(sessionID, { count: count + 1, ended: Math.max(ended, end ?? Number.POSITIVE_INFINITY) })
  }
}

function normalizeParts(value: unknown, ids: IDAssigner, message: number): Part[] {
  if (value === undefined || value === null) return []
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.map((part, index) => normalizePart(part, ids, `part-${message}-${index + 1}`))
}

function sessionInfo(raw: unknown, id: string): SessionInfo {
  const info = fields(raw)
  if (isV2Info(raw)) return sessionInfoV2(info, id)
  const time = fields(info["time"])
  const { revert: _undone, ...kept } = info
  return {
    id,
    title: text(info["title"]),
    directory: text(info["directory"]),
    parentID: usableID(info["parentID"]),
    agent: optionalText(info["agent"]),
    model: optionalText(fields(info["model"])["id"]),
    version: text(info["version"]),
    created: optionalTime(time["created"]),
    updated: optionalTime(time["updated"]),
    // `revert` may contain the undone diff, and refers to messages that are left out.
    raw: json("revert" in info ? kept : raw),
  }
}

const ownAndInserted = (part: Part, ids: IDAssigner): Part[] =>
  part.type === "text" ? splitInserted(part, () => ids(undefined, `${part.id}-inserted`)) : [part]

type InfoFields<M extends Message> = Omit<M, "id" | "created" | "parts" | "raw">

function userFields(info: UnknownFields): InfoFields<UserMessage> {
  return {
    role: "user",
    agent: optionalText(info["agent"]),
    model: optionalText(fields(info["model"])["modelID"]),
    provider: optionalText(fields(info["model"])["providerID"]),
    diffs: list(fields(info["summary"])["diffs"]).flatMap(fileDiff),
  }
}

function assistantFields(info: UnknownFields): InfoFields<AssistantMessage> {
  const tokens = fields(info["tokens"])
  const cache = fields(tokens["cache"])
  return {
    role: "assistant",
    // Old versions have a mode instead of an agent.
    agent: optionalText(info["agent"]) ?? optionalText(info["mode"]),
    model: optionalText(info["modelID"]),
    provider: optionalText(info["providerID"]),
    parentID: usableID(info["parentID"]),
    cwd: text(fields(info["path"])["cwd"]),
    completed: optionalTime(fields(info["time"])["completed"]),
    cost: amount(info["cost"]),
    tokens: {
      total: optionalAmount(tokens["total"]),
      input: amount(tokens["input"]),
      output: amount(tokens["output"]),
      reasoning: amount(tokens["reasoning"]),
      cacheRead: amount(cache["read"]),
      cacheWrite: amount(cache["write"]),
    },
    finish: optionalText(info["finish"]),
    error: info["error"] === undefined || info["error"] === null ? undefined : messageError(info["error"]),
    compaction: info["summary"] === true,
  }
}

function fileDiff(value: unknown): FileDiff[] {
  const diff = fields(value)
  const file = optionalText(diff["file"])
  if (file === undefined) return []
  const additions = optionalAmount(diff["additions"]) ?? 0
  const deletions = optionalAmount(diff["deletions"]) ?? 0
  const status = diff["status"]
  const fileStatus = status === "added" || status === "deleted" || status === "renamed" ? status : "modified"
  const patch = optionalText(diff["patch"]) ?? createPatchOf(file, diff["before"], diff["after"])
  return [{ file, patch, additions, deletions, status: fileStatus }]
}

// Exports of OpenCode before 1.2 have a changed file before and after instead of a patch. The number of edits is limited: larger
// diffs take long and say little.
const MAX_EDIT_COUNT = 5_000

function createPatchOf(file: string, before: unknown, after: unknown): string {
  if (typeof before !== "string" || typeof after !== "string") return ""
  return createPatch(file, before, after, "", "", { maxEditLength: MAX_EDIT_COUNT }) ?? ""
}

// Values from JSON.parse are Json by construction; a missing value becomes null.
function json(value: unknown): Json {
  return (value ?? null) as Json
}
