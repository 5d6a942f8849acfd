import type { Message, Part } from "../../session/model.ts"
import type { MessageFragment } from "../message-fragment.ts"
import { estimateFrame, estimatePart, type MessageSize, sumSizes } from "./message-size.ts"
import { BODY_LIMIT } from "./paginate.ts"

/**
 * Splits a message into fragments that fit on a page; one fragment if it fits as a whole. Each has the message's id
 * and some of its parts; no part is split. The first fragment carries model and cost, the last how the answer ended.
 * Depends on the message alone.
 */
export function splitMessage(message: Message): MessageFragment[] {
  const { first, rest } = partsOf(message)
  const groups: Part[][] = [first]
  let size = sumSizes([estimateFrame(message), ...first.map((part) => estimatePart(part, message))])
  for (const part of rest) {
    const own = estimatePart(part, message)
    size = sumSizes([size, own])
    if (fits(size) || groups.at(-1)!.length === 0) groups.at(-1)!.push(part)
    else {
      groups.push([part])
      size = sumSizes([estimateFrame({ ...message, parts: [] }), own])
    }
  }
  return groups.length === 1 ? [message] : groups.map((parts, i) => fragmentOf(message, parts, i, groups.length - 1))
}

const fits = ({ bytes, elements }: MessageSize) => bytes <= BODY_LIMIT.bytes && elements <= BODY_LIMIT.elements

/** A user's own text parts are truncated as one text, so that they stay together. */
function partsOf({ role, parts }: Message): { first: Part[]; rest: Part[] } {
  const isFirst = (part: Part) => role === "user" && part.type === "text" && !part.synthetic
  return { first: parts.filter(isFirst), rest: parts.filter((part) => !isFirst(part)) }
}

function fragmentOf(message: Message, parts: Part[], i: number, last: number): MessageFragment {
  const fragment: MessageFragment = i === 0 ? { ...message, parts } : { ...message, parts, isContinuation: true }
  if (fragment.role === "user" && i > 0) fragment.diffs = []
  if (fragment.role !== "assistant") return fragment
  if (i < last) {
    fragment.error = undefined
    fragment.finish = undefined
  }
  if (i === 0) return fragment
  const tokens = { total: undefined, input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 }
  return { ...fragment, tokens, cost: 0, model: undefined, agent: undefined, created: undefined }
}
