import { fields, isFields, list, optionalText, text, type UnknownFields } from "../read-json.ts"
import { type SessionRecord, transformMessages } from "../source.ts"
import { trimUnfinishedText } from "../trim-unfinished.ts"
import { isV2Info, isV2Message } from "./is-v2.ts"
import { type ObjectShape, PLAIN, reduceFields } from "./shape.ts"
import { shareableTool } from "./shareable-tool.ts"

const TIME = { created: PLAIN, completed: PLAIN } as const
const MODEL = { id: PLAIN, providerID: PLAIN, variant: PLAIN } as const
const ERROR = { type: PLAIN, message: PLAIN } as const
const TOKENS = {
  input: PLAIN,
  output: PLAIN,
  reasoning: PLAIN,
  cache: { read: PLAIN, write: PLAIN },
} as const
const MENTION = { start: PLAIN, end: PLAIN, text: PLAIN } as const
const PLACE = { location: { directory: PLAIN } } as const

/** Fields that a share may contain, by type of message. Provider data and what pages never show is not among them. */
const MESSAGES: Record<string, ObjectShape> = {
  user: {
    text: PLAIN,
    files: [{ data: PLAIN, mime: PLAIN, name: PLAIN, source: { type: PLAIN, uri: PLAIN }, mention: MENTION }],
    agents: [{ name: PLAIN, mention: MENTION }],
  },
  assistant: {
    agent: PLAIN,
    model: MODEL,
    snapshot: { files: [PLAIN] },
    finish: PLAIN,
    cost: PLAIN,
    tokens: TOKENS,
    error: ERROR,
    retry: { attempt: PLAIN, at: PLAIN, error: ERROR },
  },
  shell: {
    shellID: PLAIN,
    command: PLAIN,
    status: PLAIN,
    exit: PLAIN,
    output: { output: PLAIN, cursor: PLAIN, size: PLAIN, truncated: PLAIN },
  },
  compaction: { status: PLAIN, reason: PLAIN, summary: PLAIN, error: ERROR },
  skill: { skill: PLAIN, name: PLAIN, text: PLAIN },
  "agent-switched": { agent: PLAIN, previous: PLAIN },
  "model-switched": { model: MODEL, previous: MODEL },
  "location-switched": { ...PLACE, previous: PLACE },
  idle: { outcome: PLAIN },
}

/**
 * Reduces a message of OpenCode 2 to fields that a share may contain. A message of an unknown type, or of one that is
 * never shared, keeps its id, type and time. Reducing the result again gives the same.
 */
function shareableMessage(raw: UnknownFields): UnknownFields {
  const type = text(raw["type"])
  const own = Object.hasOwn(MESSAGES, type) ? MESSAGES[type]! : {}
  const message = reduceFields(raw, { id: PLAIN, type: PLAIN, time: TIME, ...own })
  if (type === "compaction") return { ...message, recent: "" }
  return type === "assistant" ? { ...message, content: contentOf(raw) } : message
}

function contentOf(message: UnknownFields): UnknownFields[] {
  const isOver = typeof fields(message["time"])["completed"] === "number" || isFields(message["error"])
  const content = list(message["content"]).filter(isFields)
  return content.map((part, index) => {
    const isLast = index === content.length - 1
    switch (part["type"]) {
      case "tool":
        return shareableTool(part)
      case "text":
      case "reasoning": {
        const kept = reduceFields(part, { type: PLAIN, text: PLAIN, time: TIME })
        const isWhole = isOver || !isLast || typeof fields(part["time"])["completed"] === "number"
        return isWhole ? kept : { ...kept, text: trimUnfinishedText(text(part["text"])) }
      }
      default:
        return { type: text(part["type"]) }
    }
  })
}

const INFO: ObjectShape = {
  id: PLAIN,
  parentID: PLAIN,
  agent: PLAIN,
  model: MODEL,
  cost: PLAIN,
  tokens: TOKENS,
  time: { created: PLAIN, updated: PLAIN, archived: PLAIN },
  title: PLAIN,
  outcome: PLAIN,
  location: { directory: PLAIN },
  revert: { messageID: PLAIN },
}

/** Reduces `info` of OpenCode 2 to fields that are needed to show the session and to import it. */
const shareableInfo = (info: unknown): UnknownFields => reduceFields(fields(info), INFO)

/**
 * Reduces what OpenCode 2 wrote in a record, and in its subagent sessions, to what a share may contain, before redaction
 * counts secrets: provider data, instructions and undone messages are gone. Messages of OpenCode 1 are not changed.
 */
export function shareableRecord(record: SessionRecord): SessionRecord {
  const { revert, ...info } = isV2Info(record.info) ? shareableInfo(record.info) : {}
  const undone = optionalText(fields(revert)["messageID"])
  const shareable = transformMessages(record, async function* (messages) {
    for await (const message of messages) {
      if (undone !== undefined && fields(message)["id"] === undone) return
      yield isV2Message(message) ? shareableMessage(message) : message
    }
  })
  return {
    ...shareable,
    info: isV2Info(record.info) ? info : record.info,
    children: record.children.map(shareableRecord),
  }
}
