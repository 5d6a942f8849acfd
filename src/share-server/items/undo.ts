import { fields, number, text } from "../../session/read-json.ts"
import type { StoredItem } from "./stored-item.ts"

/**
 * Derives items for undo and redo from a batch. OpenCode deletes undone messages with the next prompt and does not tell
 * the share API: all that arrives is a session without `revert`, together with the prompt (the undo is final) or alone
 * (it was redone).
 */
export function readUndoItems(items: readonly StoredItem[]): StoredItem[] {
  return items.flatMap(({ type, data, clock }): StoredItem[] => {
    if (type !== "session") return []
    const { revert, time } = fields(data)
    const at = number(fields(time)["updated"]) || clock
    const { messageID, partID } = fields(revert)
    if (typeof messageID === "string")
      return [{ name: `undo/${at}`, type: "undo", clock, data: { at, messageID, partID: text(partID) } }]
    const isAlone = items.every(({ type }) => type !== "message" && type !== "part")
    return isAlone ? [{ name: `redo/${at}`, type: "redo", clock, data: { at } }] : []
  })
}

interface UndoEvent {
  at: number
  /** Start of the undone range; undefined for the end of an undo. */
  from?: Undo
  isPrompt?: true
}

interface Undo {
  messageID: string
  partID: string
  /** Messages created at this time or later are not part of it. */
  before: number
}

/** Returns a predicate for messages and parts that OpenCode deleted because they were undone for good. */
export function undoneFilter(items: ReadonlyMap<string, StoredItem>): (item: StoredItem) => boolean {
  const undos = finalUndos(items)
  if (undos.length === 0) return () => false
  const createdAt = (message: string) => createdOf(items.get(`message/${message}`))
  return ({ name }) => {
    const [kind, message = "", part = ""] = name.split("/")
    if (kind !== "message" && kind !== "part") return false
    return undos.some(({ messageID, partID, before }) => {
      if (message < messageID || createdAt(message) >= before) return false
      return message > messageID || partID === "" || (kind === "part" && part >= partID)
    })
  }
}

function finalUndos(items: ReadonlyMap<string, StoredItem>): Undo[] {
  const events: UndoEvent[] = []
  for (const item of items.values()) {
    const { at, messageID, partID } = fields(item.data)
    if (item.type === "undo")
      events.push({ at: number(at), from: { messageID: text(messageID), partID: text(partID), before: 0 } })
    else if (item.type === "redo") events.push({ at: number(at) })
    else if (item.type === "message" && fields(item.data)["role"] === "user")
      events.push({ at: createdOf(item), isPrompt: true })
  }
  const undos: Undo[] = []
  let pending: Undo | undefined
  for (const { at, from, isPrompt } of events.sort((a, b) => a.at - b.at)) {
    if (pending && isPrompt) undos.push({ ...pending, before: at })
    pending = from
  }
  return undos
}

const createdOf = (item: StoredItem | undefined) => number(fields(fields(item?.data)["time"])["created"])
