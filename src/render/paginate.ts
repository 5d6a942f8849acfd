import type { Message, Part, ToolPart } from "../session/model.ts"
import { cut, PROSE } from "./cut.ts"
import { isPrompt } from "./items.ts"
import { fields, textsOf } from "./step-blocks.ts"

/** A page is full at this weight, and a prompt begins a new one from half of it on. In characters of what is shown. */
const FULL = 120_000
const PER_LINE = 25

/** Where pages end: decided from the messages so far alone, so that a session that goes on changes no earlier page. */
export function pageBreaks(): (message: Message) => boolean {
  let weight = 0
  let messages = 0
  return (message) => {
    const own = weightOf(message)
    const breaks = messages > 0 && (weight + own > FULL || (weight > FULL / 2 && isPrompt(message)))
    weight = (breaks ? 0 : weight) + own
    messages = breaks ? 1 : messages + 1
    return breaks
  }
}

/** About how many characters a message takes on its page, what is cut left out, and something for each element around it. */
function weightOf(message: Message): number {
  return message.parts.reduce((sum, part) => sum + partWeight(part), 200)
}

function partWeight(part: Part): number {
  if (part.type === "text" || part.type === "reasoning") return textWeight(cut(part.text, PROSE).head) + 200
  if (part.type === "unknown" || part.type === "malformed") return 2_000
  if (part.type !== "tool") return 100
  return textsOf(part).reduce((sum, [text, bounds]) => {
    const { head, tail } = cut(text, bounds)
    return sum + textWeight(head) + textWeight(tail)
  }, 600 + rowsWeight(part))
}

/** What is shown row by row: every row takes a handful of elements. */
function rowsWeight({ call, input }: ToolPart): number {
  if (call.kind === "todowrite") return Math.min(call.todos.length, 200) * 4 * PER_LINE
  if (call.kind === "question") {
    const options = call.questions.reduce((sum, { options }) => sum + options.length + 1, 0)
    return Math.min(options, 500) * 5 * PER_LINE
  }
  if (call.kind !== "generic") return 0
  const rows = fields(input).flatMap((block) => (block.type === "fields" ? block.rows : []))
  return rows.reduce((sum, { name, value }) => sum + name.length + value.length + 4 * PER_LINE, 0)
}

/** Every line of a text is an element or more of its own. */
function textWeight(text: string): number {
  let lines = 1
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return text.length + lines * PER_LINE
}
