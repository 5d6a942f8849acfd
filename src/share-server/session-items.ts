import type { SessionRecord } from "../session/source.ts"
import { readUndoItems, undoneFilter } from "./undo.ts"

/** One thing that OpenCode sends of a session: `session`, `message`, `part`, `session_diff` or `model`. */
export interface SessionItem {
  type: string
  data: unknown
}

/** An item as it is kept, with what tells which of two of the same name is the later one. */
export interface StoredItem extends SessionItem {
  /** `session`, `message/<id>`, `part/<message>/<part>`, `session_diff`, `model`, `undo/<time>`, `redo/<time>` */
  name: string
  /** The latest time in the batch that it came with, milliseconds since 1970; 0 if there was none. */
  clock: number
  /** How long it was as it came: what is redacted of a text that has grown may be shorter than before. */
  length?: number
}

/**
 * Reads what a client sent of a session as items. What is no item, or is of another session, is left out: the client goes
 * on whatever it is answered, and the rest of a batch is worth keeping.
 */
export function readItems(data: unknown, session: string): StoredItem[] {
  const items = (Array.isArray(data) ? data : []).flatMap((given: unknown): { item: SessionItem; name: string }[] => {
    const { type, data } = fields(given)
    const name = typeof type === "string" ? nameOf(type, data, session) : undefined
    return name === undefined ? [] : [{ item: { type: type as string, data }, name }]
  })
  const clock = items.reduce((latest, { item }) => Math.max(latest, latestTime(item.data)), 0)
  const kept = items.map(({ item, name }) => ({ name, clock, length: JSON.stringify(item.data).length, ...item }))
  return [...kept, ...readUndoItems(kept)]
}

/**
 * Whether a client has sent messages without a role, as OpenCode 2 writes them: in items of type `message`, or as a list in
 * one of type `messages`.
 */
export function hasMessagesWithoutRole(data: unknown): boolean {
  return (Array.isArray(data) ? data : []).some((item) => {
    const { type, data } = fields(item)
    const messages = type === "message" ? [data] : type === "messages" ? fields(data)["messages"] : []
    return (Array.isArray(messages) ? messages : []).some((message) => isObject(message) && !hasRole(message))
  })
}

const hasRole = ({ role, info }: { role?: unknown; info?: unknown }) =>
  typeof role === "string" || typeof fields(info)["role"] === "string"

/**
 * Adds items to those that are there. Of two of the same name the later one stays, by a total order that looks at nothing
 * but the two: so the same items end in the same, in whatever order, however often and by whatever instance they are added.
 */
export function mergeItems(into: Map<string, StoredItem>, items: Iterable<StoredItem>): void {
  for (const item of items) {
    const existing = into.get(item.name)
    if (!existing || isLater(item, existing)) into.set(item.name, item)
  }
}

/** The session that items make up, without what was undone for good. Messages and parts are in the order of their ids, which OpenCode counts up. */
export function toSessionRecord(items: ReadonlyMap<string, StoredItem>, session: string): SessionRecord {
  const parts = new Map<string, StoredItem[]>()
  const messages: { id: string; item: StoredItem }[] = []
  const isUndone = undoneFilter(items)
  for (const item of items.values()) {
    if (isUndone(item)) continue
    const [kind, message = ""] = item.name.split("/")
    if (kind === "message") messages.push({ id: message, item })
    if (kind !== "part") continue
    const own = parts.get(message)
    if (own) own.push(item)
    else parts.set(message, [item])
  }
  messages.sort((a, b) => compare(a.id, b.id))
  return {
    info: items.get("session")?.data ?? { id: session },
    async *messages() {
      for (const { id, item } of messages) {
        const own = (parts.get(id) ?? []).toSorted((a, b) => compare(a.name, b.name))
        yield { info: item.data, parts: own.map(({ data }) => data) }
      }
    },
    children: [],
  }
}

function nameOf(type: string, data: unknown, session: string): string | undefined {
  const { id, messageID, sessionID } = fields(data)
  switch (type) {
    case "session":
      return id === session ? "session" : undefined
    case "message":
      return sessionID === session && isId(id) ? `message/${id}` : undefined
    case "part":
      return sessionID === session && isId(messageID) && isId(id) ? `part/${messageID}/${id}` : undefined
    case "session_diff":
    case "model":
      return Array.isArray(data) ? type : undefined
    default:
      return undefined
  }
}

// A message's parts carry no time of change, so what only ever grows tells first: a call that has ended is later than one
// that runs. Then the clock of the batch, then length (a text grows while it is written); then anything, as long as it is
// the same everywhere.
function isLater(a: StoredItem, b: StoredItem): boolean {
  const stages = stageOf(a) - stageOf(b) || a.clock - b.clock
  if (stages !== 0) return stages > 0
  const [left, right] = [JSON.stringify(a.data), JSON.stringify(b.data)]
  return ((a.length ?? left.length) - (b.length ?? right.length) || compare(left, right)) > 0
}

function stageOf({ type, data }: StoredItem): number {
  const item = fields(data)
  const time = fields(item["time"])
  if (type === "session") return number(time["updated"])
  if (type === "message") return number(time["completed"]) > 0 ? 1 : 0
  if (type !== "part") return 0
  if (item["type"] !== "tool") return number(time["end"]) > 0 ? 1 : 0
  const state = fields(item["state"])
  if (number(fields(state["time"])["compacted"]) > 0) return 3
  return state["status"] === "completed" || state["status"] === "error" ? 2 : state["status"] === "running" ? 1 : 0
}

function latestTime(data: unknown): number {
  const { time, state } = fields(data)
  const times = [...Object.values(fields(time)), ...Object.values(fields(fields(state)["time"]))]
  return times.reduce((latest: number, time) => Math.max(latest, number(time)), 0)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fields = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0)

const isId = (value: unknown): value is string => typeof value === "string" && /^[A-Za-z0-9_-]{1,100}$/.test(value)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
