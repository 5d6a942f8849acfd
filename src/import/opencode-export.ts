import { type ReadPosition, type Session, startOfSession } from "../session/model.ts"
import { fields, list, type UnknownFields } from "../session/read-json.ts"
import {
  addTo,
  emptyTotals,
  modelOf,
  toOpencodeAssistantMessage,
  toOpencodeSession,
  toOpencodeUserMessage,
} from "./conform.ts"
import { toOpencodePart } from "./conform-part.ts"

/** A session in the format of `opencode import`. */
export interface OpencodeExport {
  id: string
  /** `{info, messages}` */
  exported: UnknownFields
  messages: number
  /** Number of messages and parts of unknown type, which are skipped. */
  unknown: number
}

/** Yields the session and its subagents' sessions separately, parents first: OpenCode imports one at a time. */
export async function* toOpencodeExports(session: Session, parentID?: string): AsyncGenerator<OpencodeExport> {
  const id = sessionID(session.info.id)
  const read = startOfSession()
  yield await oneFor(session, read, id, parentID)
  for (const child of session.children(read)) yield* toOpencodeExports(child, id)
}

async function oneFor(
  session: Session,
  read: ReadPosition,
  id: string,
  parentID: string | undefined,
): Promise<OpencodeExport> {
  const info = fields(session.info.raw)
  const messages: { info: UnknownFields; parts: UnknownFields[] }[] = []
  let unknown = 0
  let prompt = ""
  let model: UnknownFields = modelOf({})
  const total = emptyTotals()
  for await (const message of session.messages(read)) {
    if (message.role === "malformed" || message.role === "event") {
      unknown++
      continue
    }
    const raw = fields(message.raw)
    const found = fields(raw["info"])
    const messageID = message.id.startsWith("msg") ? message.id : `msg_${message.id}`
    const ids = { id: messageID, sessionID: id }
    const rawParts = Array.isArray(raw["parts"]) ? list(raw["parts"]) : [raw["parts"]]
    const parts = message.parts.flatMap<UnknownFields>((part, i) => {
      const partID = part.id.startsWith("prt") ? part.id : `prt_${part.id}`
      const fit = toOpencodePart(fields(rawParts[i]), { id: partID, sessionID: id, messageID })
      if (!fit) unknown++
      return fit ? [fit] : []
    })
    if (message.role === "user") {
      prompt = messageID
      const asked = toOpencodeUserMessage(found, ids, model)
      total.agent = asked["agent"]
      total.model = asked["model"]
      messages.push({ info: asked, parts })
    } else {
      model = modelOf(found)
      addTo(total, message)
      const parent = String(found["parentID"] ?? "")
      const answered = { ...ids, parentID: parent.startsWith("msg") ? parent : prompt || messageID }
      messages.push({ info: toOpencodeAssistantMessage(found, answered, session.info.directory), parts })
    }
  }
  return {
    id,
    exported: { info: toOpencodeSession(info, id, parentID, total), messages },
    messages: messages.length,
    unknown,
  }
}

const sessionID = (id: string) => (id.startsWith("ses") ? id : `ses_${id}`)
