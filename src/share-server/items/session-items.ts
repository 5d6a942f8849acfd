import { fields, isFields, number } from "../../session/read-json.ts"
import type { SessionRecord } from "../../session/source.ts"
import type { SessionItem, StoredItem } from "./stored-item.ts"
import { readUndoItems, undoneFilter } from "./undo.ts"

/**
 * Reads the items of a sync. Skips malformed items and those of other sessions: clients do not react to an error, and
 * the rest of the batch is worth storing.
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
 * Whether a client sent messages without a role, as OpenCode 2 does: in items of type `message`, or as a list in one of
 * type `messages`.
 */
export function hasMessagesWithoutRole(data: unknown): boolean {
  return (Array.isArray(data) ? data : []).some((item) => {
    const { type, data } = fields(item)
    const messages = type === "message" ? [data] : type === "messages" ? fields(data)["messages"] : []
    return (Array.isArray(messages) ? messages : []).some((message) => isFields(message) && !hasRole(message))
  })
}

const hasRole = ({ role, info }: { role?: unknown; info?: unknown }) =>
  typeof role === "string" || typeof fields(info)["role"] === "string"

/**
 * Merges items into `into`. Of two items with the same name the later one wins, by a total order that depends on these
 * two only: merging is commutative and idempotent, on any instance.
 */
export function mergeItems(into: Map<string, StoredItem>, items: Iterable<StoredItem>): void {
  for (const item of items) {
    const existing = into.get(item.name)
    if (!existing || isLater(item, existing)) into.set(item.name, item)
  }
}

/**
 * Builds the session record of items, without what was undone for good. Messages and parts are ordered by id, which
 * OpenCode counts up.
 */
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

// Parts have no modification time, so monotonic state decides first: a completed call is later than a running one. Then
// the clock of the batch, then length (a text grows while it is written), then any order that is the same everywhere.
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

const isId = (value: unknown): value is string => typeof value === "string" && /^[A-Za-z0-9_-]{1,100}$/.test(value)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
