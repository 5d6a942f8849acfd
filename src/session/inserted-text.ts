import type { Part, TextPart } from "./model.ts"

/** Elements that OpenCode and plugins put into a user's message: reminders, and notices of background tasks. */
const OPENING = /<(system-reminder|task-notification|task|subagent)(?=[\s>])/g
/** These are notices only as a message of their own: a person may well write them. */
const isWholeOnly = (name: string) => name === "task" || name === "subagent"

/**
 * Separates what was inserted into a user's text from what the user wrote: it becomes synthetic parts after it. One part
 * if nothing was inserted.
 * @param nextID id of a further part
 */
export function splitInserted(part: TextPart, nextID: () => string): Part[] {
  if (part.synthetic || !part.text.includes("<")) return [part]
  const own: string[] = []
  const inserted: string[] = []
  let from = 0
  for (const { 0: opening, 1: name = "", index } of part.text.matchAll(OPENING)) {
    if (index < from) continue
    const closing = `</${name}>`
    const end = part.text.indexOf(closing, index + opening.length)
    // Without an end, none of the following has one either, or it is not known to whom it belongs.
    if (end < 0) break
    const to = end + closing.length
    if (isWholeOnly(name) && `${part.text.slice(0, index)}${part.text.slice(to)}`.trim() !== "") break
    own.push(part.text.slice(from, index))
    inserted.push(part.text.slice(index, to))
    from = to
  }
  if (inserted.length === 0) return [part]
  const text = [...own, part.text.slice(from)].join("").trim()
  const rest = text === "" ? [] : [{ ...part, text }]
  return [
    ...rest,
    ...inserted.map((text, i) => ({
      ...part,
      id: rest.length + i === 0 ? part.id : nextID(),
      text,
      synthetic: true,
    })),
  ]
}
