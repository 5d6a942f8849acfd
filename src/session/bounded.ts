import { type Json, MAX_JSON_CHARS, MAX_JSON_LINES } from "./model.ts"

const MAX_DEPTH = 20
/** Separators of an entry: a comma, a line break, a colon and a space. */
const ENTRY_CHARS = 4
/** Reserved for the mark of an omission. */
const RESERVED_CHARS = 100
const RESERVED_LINES = 2

/**
 * Bounds a value to what a page can show: unchanged if its JSON has at most 4,000 characters and 160 lines, otherwise
 * cut there, with a mark in place of the rest. Idempotent.
 */
export function boundJson(value: Json): Json {
  if (isBounded(value)) return value
  const room = { left: MAX_JSON_CHARS - RESERVED_CHARS, lines: MAX_JSON_LINES - RESERVED_LINES, isMarked: false }
  const cut = cutToFit(value, room, 0)
  return isBounded(cut) ? cut : "(too long to be shown)"
}

function isBounded(value: Json): boolean {
  try {
    const json = JSON.stringify(value, null, 2)
    return json.length <= MAX_JSON_CHARS && json.split("\n").length <= MAX_JSON_LINES
  } catch {
    return false
  }
}

interface JsonBudget {
  /** Characters. */
  left: number
  lines: number
  /** The mark of an omission is written. */
  isMarked: boolean
}

function cutToFit(value: Json, room: JsonBudget, depth: number): Json {
  if (typeof value === "string") return cutText(value, room)
  if (typeof value !== "object" || value === null) {
    room.left -= String(value).length
    return value
  }
  if (depth === MAX_DEPTH) return cutText("(nested too deeply to be shown)", room)
  const indentation = 2 * depth + 2
  // The closing bracket is on a line of its own.
  room.left -= indentation + 2
  room.lines -= 1
  const hasRoom = (name: number) => {
    const needed = name + indentation + ENTRY_CHARS
    // An entry that is a list or an object needs a second line.
    if (room.left <= needed || room.lines < 2) return false
    room.left -= needed
    room.lines -= 1
    return true
  }
  const mark = () => {
    const isFirst = !room.isMarked
    room.isMarked = true
    return isFirst
  }
  if (Array.isArray(value)) {
    const items: Json[] = []
    for (const item of value) {
      if (!hasRoom(0)) {
        if (mark()) items.push("…")
        break
      }
      items.push(cutToFit(item, room, depth + 1))
    }
    return items
  }
  const entries: [string, Json][] = []
  for (const name in value) {
    if (!hasRoom(JSON.stringify(name).length)) {
      if (mark()) entries.push(["…", "…"])
      break
    }
    entries.push([name, cutToFit(value[name] as Json, room, depth + 1)])
  }
  return Object.fromEntries(entries)
}

function cutText(text: string, room: JsonBudget): string {
  const fits = (end: number) => JSON.stringify(text.slice(0, end)).length + 1 <= room.left
  let end = Math.min(text.length, Math.max(room.left, 0))
  // An escaped character has up to six characters.
  while (end > 0 && !fits(end)) end >>= 1
  const cut = end < text.length ? `${text.slice(0, end)}…` : text
  room.left -= JSON.stringify(cut).length
  return cut
}
