import { type Message, type ReadPosition, type Session, startOfSession } from "../session/model.ts"
import { fields, isFields, list, type UnknownFields } from "../session/read-json.ts"
import type { OpencodeExport } from "./opencode-export.ts"

/**
 * A session of OpenCode 2 and its subagent sessions, parents first, as `opencode session import` reads them: settled
 * messages only, in the types that it knows.
 */
export async function* toOpencodeExportsV2(session: Session, parentID?: string): AsyncGenerator<OpencodeExport> {
  const read = startOfSession()
  yield await exportOf(session, read, parentID)
  for (const child of session.children(read)) yield* toOpencodeExportsV2(child, session.info.id)
}

async function exportOf(session: Session, read: ReadPosition, parentID: string | undefined): Promise<OpencodeExport> {
  const { id } = session.info
  const messages: UnknownFields[] = []
  let unknown = 0
  for await (const message of session.messages(read)) {
    if (!isSettled(message)) unknown++
    else messages.push(fields(message.raw))
  }
  const { parentID: _, ...info } = fields(session.info.raw)
  const exported = {
    // The importing OpenCode assigns the session to a project of its own.
    info: { projectID: "global", cost: 0, tokens: NO_TOKENS, ...info, id, ...(parentID !== undefined && { parentID }) },
    messages,
  }
  return { id, exported, messages: messages.length, unknown }
}

const NO_TOKENS = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } }

/** Whether OpenCode 2 imports a message: of a known type, and finished. */
function isSettled({ role, raw, ...message }: Message): boolean {
  if (role === "malformed") return false
  const { type, status, time, content } = fields(raw)
  if ("event" in message && ["hidden", "unknown"].includes(message.event.kind)) return false
  if (type === "shell" || type === "compaction") return status !== "running"
  if (type !== "assistant") return true
  const isKnown = list(content).every((part) => ["text", "reasoning", "tool"].includes(String(fields(part)["type"])))
  return isKnown && isFields(time) && typeof time["completed"] === "number"
}
