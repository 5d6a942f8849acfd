import type { Message, Part } from "../../session/model.ts"
import type { MessageFragment } from "../message-fragment.ts"
import { BODY } from "./paginate.ts"
import { type Load, sumOf, weighFrame, weighPart } from "./weigh-message.ts"

/**
 * A message as pieces of which each fits on a page, in order: itself, if it does. All have its id and some of its parts,
 * no part is in two. What the message cost and which model wrote it is said by the first piece, how it ended by the last.
 * Decided from the message alone.
 */
export function splitMessage(message: Message): MessageFragment[] {
  const { first, rest } = partsOf(message)
  const groups: Part[][] = [first]
  let load = sumOf([weighFrame(message), ...first.map((part) => weighPart(part, message))])
  for (const part of rest) {
    const own = weighPart(part, message)
    load = sumOf([load, own])
    if (fits(load) || groups.at(-1)!.length === 0) groups.at(-1)!.push(part)
    else {
      groups.push([part])
      load = sumOf([weighFrame({ ...message, parts: [] }), own])
    }
  }
  return groups.length === 1 ? [message] : groups.map((parts, i) => pieceOf(message, parts, i, groups.length - 1))
}

const fits = ({ bytes, elements }: Load) => bytes <= BODY.bytes && elements <= BODY.elements

/** What a person wrote is one text, which is cut as one. */
function partsOf({ role, parts }: Message): { first: Part[]; rest: Part[] } {
  const isFirst = (part: Part) => role === "user" && part.type === "text" && !part.synthetic
  return { first: parts.filter(isFirst), rest: parts.filter((part) => !isFirst(part)) }
}

function pieceOf(message: Message, parts: Part[], i: number, last: number): MessageFragment {
  const piece: MessageFragment = i === 0 ? { ...message, parts } : { ...message, parts, isContinuation: true }
  if (piece.role === "user" && i > 0) piece.diffs = []
  if (piece.role !== "assistant") return piece
  if (i < last) {
    piece.error = undefined
    piece.finish = undefined
  }
  if (i === 0) return piece
  const tokens = { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 }
  return { ...piece, tokens, cost: 0, model: undefined, agent: undefined, created: undefined }
}
