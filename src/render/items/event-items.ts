import type { EventMessage, SessionEvent } from "../../session/model.ts"
import { timestampOf } from "../format.ts"
import { clip } from "../html/truncate.ts"
import type { PageItem, StepView } from "../view.ts"
import type { ItemContext } from "./item-context.ts"
import { stepOf } from "./step.ts"
import { outputBlocks } from "./step-blocks.ts"

/** Items of an event in a session of OpenCode 2: a quiet row, or none. */
export async function eventItems(message: EventMessage, context: ItemContext): Promise<PageItem[]> {
  const moment = timestampOf(message.created, context.startedAt)
  const row = rowOf(message)
  const items: PageItem[] = []
  if (message.event.kind === "skill")
    items.push({ kind: "step", anchor: message.id, moment, step: skillStep(message.event) })
  else if (row) items.push({ kind: "note", anchor: message.id, moment, tone: "plain", ...row })
  for (const part of message.parts)
    if (part.type === "tool") items.push({ kind: "step", anchor: part.id, moment, step: await stepOf(part, context) })
  return items
}

const skillStep = ({ name, text }: Extract<SessionEvent, { kind: "skill" }>): StepView => ({
  category: "user",
  verb: "User gave",
  folder: "",
  object: clip(`the skill ${name}`, 200),
  mono: false,
  outcome: "",
  tone: "plain",
  duration: "",
  took: 0,
  slow: false,
  node: "other",
  open: false,
  blocks: outputBlocks(text),
})

/** Title and text of an event's row; undefined if pages have no row for it. */
export function rowOf({ event }: EventMessage): { title: string; text: string } | undefined {
  switch (event.kind) {
    case "skill":
      return { title: `The user gave the skill ${clip(event.name, 100)}`, text: "" }
    case "agent":
      return { title: `Agent: ${clip(event.agent, 100)}`, text: "" }
    case "model":
      return { title: `Model: ${clip(event.model, 100)}`, text: "" }
    case "location":
      return { title: `Folder: ${clip(event.directory, 300)}`, text: "" }
    case "unknown":
      return { title: `Not understood: a message of the kind “${clip(event.type, 100)}”`, text: "" }
    default:
      return undefined
  }
}
