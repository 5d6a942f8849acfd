import { fields } from "./read-json.ts"
import { messagesFrom, type SessionRecord } from "./source.ts"

/** More than any secret is long: of a text without whitespace, no more than this is held back. */
const MOST_CHARS = 32_768
/** Names under which a part that goes on has what identifies it; these are written whole. */
const wholeName = /^(?:id|.*(?:ID|Id)|type|tool|status|mime|title|description)$/

/**
 * The same session without the last words of what is still being written: half of a secret looks like none, and would be
 * readable until the other half is there. Text and reasoning that have a start go on until they have an end, tools until they are completed or
 * have failed, and nothing does in a message that is completed, has a reason why it ended, or has failed.
 */
export function holdBack(record: SessionRecord): SessionRecord {
  async function* messages(from: number) {
    for await (const message of messagesFrom(record, from)) yield withoutLastWords(message)
  }
  return {
    ...record,
    messages: () => messages(0),
    ...(record.rest && { rest: messages }),
    children: record.children.map(holdBack),
  }
}

function withoutLastWords(message: unknown): unknown {
  const { info, parts } = fields(message)
  const { role, time, error, finish } = fields(info)
  const isEnded = typeof fields(time)["completed"] === "number" || typeof finish === "string"
  const isOver = role === "user" || isEnded || (error ?? undefined) !== undefined
  if (isOver || !Array.isArray(parts)) return message
  return { ...fields(message), parts: parts.map(heldBack) }
}

function heldBack(part: unknown): unknown {
  const given = fields(part)
  const { type, text, time } = given
  if (type === "text" || type === "reasoning") {
    const { start, end } = fields(time)
    if (typeof text !== "string" || typeof start !== "number" || typeof end === "number") return part
    return { ...given, text: wholeWords(text) }
  }
  const state = fields(given["state"])
  if (type !== "tool" || state["status"] === "completed" || state["status"] === "error") return part
  // What a tool was given is whole as soon as it runs, and is often repeated in what it tells of itself.
  const { input, ...growing } = state
  const isPending = state["status"] !== "running"
  const known = new Set(isPending ? [] : Object.values(fields(input)))
  const shown = { ...fields(inWholeWords(growing, known)), ...(input !== undefined && { input }) }
  return { ...given, state: isPending ? { ...shown, input: inWholeWords(input, known) } : shown }
}

/** The deepest level that is walked through; below it, nothing is shown of a part that goes on. */
const DEEPEST = 50

function inWholeWords(value: unknown, known: ReadonlySet<unknown>, name = "", depth = 0): unknown {
  if (typeof value === "string") return known.has(value) || wholeName.test(name) ? value : wholeWords(value)
  if (typeof value !== "object" || value === null) return value
  if (depth === DEEPEST) return undefined
  if (Array.isArray(value)) return value.map((one) => inWholeWords(one, known, name, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inWholeWords(one, known, key, depth + 1)]))
}

const keyBegins = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File|Private-Lines: \d/g
const keyEnds = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY|Private-MAC: ?\S+\s/
/** A line that may be one of several of base64 (RFC 2045, 6.8). */
const encodedLine = /^[A-Za-z0-9+/_-]{40,}={0,2}$/

/** A text up to its last whitespace, or to where a private key or lines of base64 begin that do not end in it. */
export function wholeWords(text: string): string {
  let end = text.length
  while (end > 0 && text.length - end < MOST_CHARS && !/\s/.test(text.charAt(end - 1))) end--
  end = beforeLines(text, end)
  const from = Math.max(0, text.length - MOST_CHARS)
  for (const { index } of text.slice(from).matchAll(keyBegins)) {
    if (from + index >= end) break
    if (!keyEnds.test(text.slice(from + index))) {
      end = from + index
      break
    }
  }
  return text.slice(0, end)
}

/** Where the lines of base64 begin that the text before `end` ends with; the last one of them may just have begun. */
function beforeLines(text: string, end: number): number {
  let start = end
  while (start > 0 && text.length - start < MOST_CHARS) {
    const stop = start - 1
    const line = text.slice(Math.max(text.lastIndexOf("\n", stop - 1) + 1, stop - MOST_CHARS), stop)
    if (text[stop] !== "\n" || !encodedLine.test(line.trim())) break
    start = stop - line.length
  }
  return start
}
