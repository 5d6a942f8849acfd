import type { Omission } from "./omissions.ts"
import { fields, isFields, list, type UnknownFields } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"
import { isV2Message } from "./v2/is-v2.ts"
import { omitFromMessageV2 } from "./v2/omit-v2.ts"

/**
 * Removes content from a session and its subagent sessions:
 * - `reasoning`: the model's reasoning
 * - `tool-output`: outputs of tools and the content of files that a prompt mentions; inputs stay
 * - `attachments`: the content of files that the model received or tools returned; their names stay
 *
 * The returned record contains nothing of the omitted content. Invalid messages and parts pass unchanged, except that
 * invalid parts of an omitted kind lose their content.
 */
export function omit(record: SessionRecord, omitted: readonly Omission[]): SessionRecord {
  if (omitted.length === 0) return record
  const leaves = new Set<Omission>(omitted)
  return {
    info: record.info,
    async *messages() {
      for await (const message of record.messages())
        yield isFields(message) ? omitFromMessage(message, leaves) : message
    },
    children: record.children.map((child) => omit(child, omitted)),
  }
}

function omitFromMessage(message: UnknownFields, leaves: ReadonlySet<Omission>): UnknownFields {
  const isV2: boolean = isV2Message(message)
  if (isV2) return omitFromMessageV2(message, leaves)
  if (message["parts"] === undefined) return message
  const isUser = fields(message["info"])["role"] === "user"
  return { ...message, parts: list(message["parts"]).flatMap((part) => omitFromPart(fields(part), isUser, leaves)) }
}

/** Omits from a part of OpenCode 1: gives the rest of the part, or nothing. @param isUser it belongs to a prompt */
export function omitFromPart(part: UnknownFields, isUser: boolean, leaves: ReadonlySet<Omission>): UnknownFields[] {
  switch (part["type"]) {
    case "reasoning":
      return leaves.has("reasoning") ? [] : [part]
    case "text":
      // Synthetic text in a prompt is the content of files that the prompt mentions.
      return isUser && part["synthetic"] === true && (leaves.has("tool-output") || leaves.has("attachments"))
        ? []
        : [part]
    case "file":
      return [leaves.has("attachments") ? withoutContent(part) : part]
    case "tool":
      return [{ ...part, state: omitFromState(fields(part["state"]), leaves) }]
    default:
      return [part]
  }
}

/** Metadata that is kept because pages need it and it is not content: the subagent session, the user's answers. */
const KEPT_METADATA = ["sessionId", "answers", "exit", "model"]

function omitFromState(state: UnknownFields, leaves: ReadonlySet<Omission>): UnknownFields {
  const { attachments, ...rest } = state
  if (leaves.has("tool-output")) {
    const metadata = fields(state["metadata"])
    return {
      ...rest,
      ...("output" in state && { output: "" }),
      ...("error" in state && { error: "" }),
      ...("metadata" in state && {
        metadata: Object.fromEntries(
          KEPT_METADATA.flatMap((name) => (name in metadata ? [[name, metadata[name]]] : [])),
        ),
      }),
    }
  }
  if (attachments === undefined || !leaves.has("attachments")) return state
  return { ...rest, attachments: list(attachments).map((file) => withoutContent(fields(file))) }
}

function withoutContent(file: UnknownFields): UnknownFields {
  const { source, ...rest } = file
  const { text, ...place } = fields(source)
  const { start, end, value } = fields(text)
  // A mention (`@src/math.ts`) is part of the prompt's text, so it stays.
  const mention = typeof value === "string" && value.startsWith("@") ? { text: { start, end, value } } : {}
  return { ...rest, url: "", ...(source !== undefined && { source: { ...place, ...mention } }) }
}
