import { ShareError } from "../errors.ts"
import { isPrompt } from "./model.ts"
import { normalizeMessage } from "./normalize.ts"
import { fields } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

/** Where a share ends: with a message, by its id, or with all that came of a prompt, by the prompt's number. */
export type Until = { message: string } | { prompt: number }

/** Reads `--until`: a message's id, a link to it, or a prompt's number, as pages show it. Throws `bad-usage`. */
export function parseUntil(text: string): Until {
  const id = /^(?:.*#)?(msg_[A-Za-z0-9]+)$/.exec(text)?.[1]
  if (id !== undefined) return { message: id }
  if (/^#?[1-9]\d{0,8}$/.test(text)) return { prompt: Number(text.replace("#", "")) }
  throw new ShareError("bad-usage", `--until "${text}" is neither a message's id nor a prompt's number.`, {
    hint: "Give an id (msg_…), the link to a message, or a number: with 3, the share ends before the fourth prompt.",
  })
}

/**
 * The session up to a message, that message included, without what the session's own record says of all of it (its
 * summary). Subagents' sessions that were started later are named by none of these messages. Reads the messages once to
 * find the end. Throws `bad-usage` where there is no such message, and what reading throws.
 */
export async function until(record: SessionRecord, end: Until): Promise<SessionRecord> {
  const { count, isWhole, prompt } = await look(record, end)
  const { summary: _, ...info } = fields(record.info)
  return {
    info: isWhole === "all" ? record.info : info,
    async *messages() {
      let position = 0
      for await (const message of record.messages()) {
        if (position++ === count) return
        // The diffs of a prompt are those of all that came of it.
        yield position === prompt && isWhole === "no" ? withoutSummary(message) : message
      }
    },
    children: record.children,
  }
}

interface End {
  /** How many messages are kept. */
  count: number
  /** Whether the end is that of the session, or at least of what came of a prompt. */
  isWhole: "all" | "prompt" | "no"
  /** The position, from 1, of the last prompt that is kept. */
  prompt: number
}

async function look(record: SessionRecord, end: Until): Promise<End> {
  const found: End = { count: 0, isWhole: "all", prompt: 0 }
  let [position, prompts, isOver] = [0, 0, false]
  for await (const raw of record.messages()) {
    const message = normalizeMessage(raw)
    if (isPrompt(message)) prompts++
    if (isOver || ("prompt" in end && prompts > end.prompt)) {
      found.isWhole = isPrompt(message) ? "prompt" : "no"
      return found
    }
    found.count = ++position
    if (isPrompt(message)) found.prompt = position
    isOver = "message" in end && message.id === end.message
  }
  if (isOver || ("prompt" in end && prompts === end.prompt)) return found
  throw "message" in end
    ? new ShareError("bad-usage", `The session has no message ${end.message}.`, {
        hint: "The link beside a prompt or an answer on a page of the share ends in the message's id.",
      })
    : new ShareError("bad-usage", `The session has ${prompts} prompts, so it cannot end with prompt ${end.prompt}.`, {
        hint: "Give a smaller number, or leave --until out.",
      })
}

function withoutSummary(message: unknown): unknown {
  const record = fields(message)
  const { summary: _, ...info } = fields(record["info"])
  return { ...record, info }
}
