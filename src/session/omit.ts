import { type Fields, fields, isFields, list } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

/** What can be left out of a share. */
export const omissions = ["reasoning", "tool-output", "attachments"] as const
export type Omission = (typeof omissions)[number]

/**
 * The session without what is to be left out, its subagents' sessions included:
 * - `reasoning`: what the model thought to itself
 * - `tool-output`: what tools gave back, with the content of files that a prompt mentions; what they were asked stays
 * - `attachments`: the content of files that were given to the model, or that tools brought; their names stay
 *
 * Nothing of what is left out is in the record that comes back. Messages and parts that are broken pass as they are,
 * without their content if they are parts of a kind that is left out.
 */
export function omit(record: SessionRecord, omitted: readonly Omission[]): SessionRecord {
  if (omitted.length === 0) return record
  const leaves = new Set<Omission>(omitted)
  return {
    info: record.info,
    async *messages() {
      for await (const message of record.messages()) yield isFields(message) ? lessOf(message, leaves) : message
    },
    children: record.children.map((child) => omit(child, omitted)),
  }
}

function lessOf(message: Fields, leaves: ReadonlySet<Omission>): Fields {
  if (message["parts"] === undefined) return message
  const isUser = fields(message["info"])["role"] === "user"
  return { ...message, parts: list(message["parts"]).flatMap((part) => lessOfPart(fields(part), isUser, leaves)) }
}

function lessOfPart(part: Fields, isUser: boolean, leaves: ReadonlySet<Omission>): Fields[] {
  switch (part["type"]) {
    case "reasoning":
      return leaves.has("reasoning") ? [] : [part]
    case "text":
      // What OpenCode writes into a prompt is what it read of the files that the prompt mentions.
      return isUser && part["synthetic"] === true && (leaves.has("tool-output") || leaves.has("attachments"))
        ? []
        : [part]
    case "file":
      return [leaves.has("attachments") ? withoutContent(part) : part]
    case "tool":
      return [{ ...part, state: lessOfState(fields(part["state"]), leaves) }]
    default:
      return [part]
  }
}

/** What is no content, and without which a page could not say what has happened: the subagent's session, the user's answers. */
const kept = ["sessionId", "answers", "exit", "model"]

function lessOfState(state: Fields, leaves: ReadonlySet<Omission>): Fields {
  const { attachments, ...rest } = state
  if (leaves.has("tool-output")) {
    const metadata = fields(state["metadata"])
    return {
      ...rest,
      ...("output" in state && { output: "" }),
      ...("error" in state && { error: "" }),
      ...("metadata" in state && {
        metadata: Object.fromEntries(kept.flatMap((name) => (name in metadata ? [[name, metadata[name]]] : []))),
      }),
    }
  }
  if (attachments === undefined || !leaves.has("attachments")) return state
  return { ...rest, attachments: list(attachments).map((file) => withoutContent(fields(file))) }
}

function withoutContent(file: Fields): Fields {
  const { source, ...rest } = file
  const { text, ...place } = fields(source)
  const { start, end, value } = fields(text)
  // The mention in the prompt stays (`@src/math.ts`); it is part of what was said.
  const mention = typeof value === "string" && value.startsWith("@") ? { text: { start, end, value } } : {}
  return { ...rest, url: "", ...(source !== undefined && { source: { ...place, ...mention } }) }
}
