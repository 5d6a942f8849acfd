import { fields } from "./read-json.ts"
import { type SessionRecord, transformMessages } from "./source.ts"
import { isV2Message } from "./v2/is-v2.ts"

/** Longer than any secret: at most this much text without whitespace is held back. */
const MAX_HELD_BACK_CHARS = 32_768
/** Names of fields that identify an unfinished part; these are kept complete. */
const IDENTIFYING_NAME = /^(?:id|.*(?:ID|Id)|type|tool|status|mime|title|description)$/

/**
 * Removes the last words of unfinished text from a session: half of a secret is not recognized as one, and would stay
 * readable until the other half is written. Text and reasoning are unfinished if they have a start and no end, tool calls
 * until they are completed or have failed. Everything is finished in a message that is completed, has a finish reason,
 * or has failed.
 */
export function trimUnfinished(record: SessionRecord): SessionRecord {
  const trimmed = transformMessages(record, async function* (messages) {
    for await (const message of messages) yield trimMessage(message)
  })
  return { ...trimmed, children: record.children.map(trimUnfinished) }
}

function trimMessage(message: unknown): unknown {
  // shareableMessage trims messages of OpenCode 2.
  if (isV2Message(message)) return message
  const { info, parts } = fields(message)
  const { role, time, error, finish } = fields(info)
  const isEnded = typeof fields(time)["completed"] === "number" || typeof finish === "string"
  const isOver = role === "user" || isEnded || (error ?? undefined) !== undefined
  if (isOver || !Array.isArray(parts)) return message
  return { ...fields(message), parts: parts.map(trimPart) }
}

function trimPart(part: unknown): unknown {
  const given = fields(part)
  const { type, text, time } = given
  if (type === "text" || type === "reasoning") {
    const { start, end } = fields(time)
    if (typeof text !== "string" || typeof start !== "number" || typeof end === "number") return part
    return { ...given, text: trimUnfinishedText(text) }
  }
  const state = fields(given["state"])
  if (type !== "tool" || state["status"] === "completed" || state["status"] === "error") return part
  // The input of a running tool is complete, and its metadata often repeats it.
  const { input, ...growing } = state
  const isPending = state["status"] !== "running"
  const inputValues = new Set(isPending ? [] : Object.values(fields(input)))
  const shown = { ...fields(trimStrings(growing, inputValues)), ...(input !== undefined && { input }) }
  return { ...given, state: isPending ? { ...shown, input: trimStrings(input, inputValues) } : shown }
}

/** Maximum nesting depth; deeper values of an unfinished part are dropped. */
const MAX_DEPTH = 50

function trimStrings(value: unknown, inputValues: ReadonlySet<unknown>, name = "", depth = 0): unknown {
  if (typeof value === "string")
    return inputValues.has(value) || IDENTIFYING_NAME.test(name) ? value : trimUnfinishedText(value)
  if (typeof value !== "object" || value === null) return value
  if (depth === MAX_DEPTH) return undefined
  if (Array.isArray(value)) return value.map((one) => trimStrings(one, inputValues, name, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, trimStrings(one, inputValues, key, depth + 1)]),
  )
}

const KEY_BEGIN = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File|Private-Lines: \d/g
const KEY_END = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY|Private-MAC: ?\S+\s/
/** A line that may belong to multi-line base64 (RFC 2045, 6.8). */
const BASE64_LINE = /^[A-Za-z0-9+/_-]{40,}={0,2}$/

/** Cuts a text at its last whitespace, or before an unterminated private key or trailing lines of base64. */
export function trimUnfinishedText(text: string): string {
  let end = text.length
  while (end > 0 && text.length - end < MAX_HELD_BACK_CHARS && !/\s/.test(text.charAt(end - 1))) end--
  end = startOfBase64Lines(text, end)
  const from = Math.max(0, text.length - MAX_HELD_BACK_CHARS)
  for (const { index } of text.slice(from).matchAll(KEY_BEGIN)) {
    if (from + index >= end) break
    if (!KEY_END.test(text.slice(from + index))) {
      end = from + index
      break
    }
  }
  return text.slice(0, end)
}

/** Start of the lines of base64 that the text before `end` ends with. The last of these lines may be incomplete. */
function startOfBase64Lines(text: string, end: number): number {
  let start = end
  while (start > 0 && text.length - start < MAX_HELD_BACK_CHARS) {
    const stop = start - 1
    const line = text.slice(Math.max(text.lastIndexOf("\n", stop - 1) + 1, stop - MAX_HELD_BACK_CHARS), stop)
    if (text[stop] !== "\n" || !BASE64_LINE.test(line.trim())) break
    start = stop - line.length
  }
  return start
}
