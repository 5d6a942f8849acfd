import { ShareError } from "../errors.ts"
import { isPrompt } from "./model.ts"
import { normalizeMessage } from "./normalize.ts"
import { fields } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

/** End of a share: a message, by id, or a prompt with everything up to the next one, by its number. */
export type Until = { message: string } | { prompt: number }

/** Parses `--until`: a message id, a link to a message, or a prompt's number as pages show it. Throws `bad-usage`. */
export function parseUntil(text: string): Until {
  const id = /^(?:.*#)?(msg_[A-Za-z0-9]+)$/.exec(text)?.[1]
  if (id !== undefined) return { message: id }
  if (/^#?[1-9]\d{0,8}$/.test(text)) return { prompt: Number(text.replace("#", "")) }
  throw new ShareError("bad-usage", `"${text}" for --until is neither a message id nor a prompt number.`, {
    hint: "Give a message id (msg_…), a link to a message, or a prompt number: 3 ends the share before the fourth prompt.",
  })
}

/**
 * Cuts a session after a message, and drops the session's summary, which covers all of it. Later subagent sessions need
 * no cut, since no remaining message refers to them. Reads the messages once to find the end. Throws `bad-usage` if the
 * end is not in the session, and errors of reading.
 */
export async function cutAfter(record: SessionRecord, end: Until): Promise<SessionRecord> {
  const { count, cutAt, prompt } = await findCutPoint(record, end)
  const { summary: _, ...info } = fields(record.info)
  return {
    info: cutAt === "session-end" ? record.info : info,
    async *messages() {
      let position = 0
      for await (const message of record.messages()) {
        if (position++ === count) return
        // The diffs of a prompt cover everything up to the next prompt.
        yield position === prompt && cutAt === "inside-turn" ? withoutSummary(message) : message
      }
    },
    children: record.children,
  }
}

interface CutPoint {
  /** Number of messages that are kept. */
  count: number
  /** Whether the cut is at the end of the session, at the end of a turn, or inside a turn. */
  cutAt: "session-end" | "turn-end" | "inside-turn"
  /** Position of the last prompt that is kept, from 1. */
  prompt: number
}

async function findCutPoint(record: SessionRecord, end: Until): Promise<CutPoint> {
  const found: CutPoint = { count: 0, cutAt: "session-end", prompt: 0 }
  let [position, prompts, isOver] = [0, 0, false]
  for await (const raw of record.messages()) {
    const message = normalizeMessage(raw)
    if (isPrompt(message)) prompts++
    if (isOver || ("prompt" in end && prompts > end.prompt)) {
      found.cutAt = isPrompt(message) ? "turn-end" : "inside-turn"
      return found
    }
    found.count = ++position
    if (isPrompt(message)) found.prompt = position
    isOver = "message" in end && message.id === end.message
  }
  if (isOver || ("prompt" in end && prompts === end.prompt)) return found
  throw "message" in end
    ? new ShareError("bad-usage", `Message ${end.message} not found in the session.`, {
        hint: "Links beside prompts and answers on a shared page end with the message id.",
      })
    : new ShareError("bad-usage", `Prompt ${end.prompt} not found: the session has ${prompts} prompts.`, {
        hint: "Give a smaller number, or omit --until.",
      })
}

function withoutSummary(message: unknown): unknown {
  const record = fields(message)
  const { summary: _, ...info } = fields(record["info"])
  return { ...record, info }
}
