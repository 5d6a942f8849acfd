import { boundJson } from "./bounded.ts"
import type { AssistantMessage, Json, Message, Session, SessionInfo, UserMessage } from "./model.ts"
import { diffRecord, errorRecord, messageID, nameRecord, tokensRecord } from "./published-fields.ts"
import { type PartOwner, partRecord } from "./published-part.ts"
import { definedFields } from "./read-json.ts"
import { type ReduceTool, shownPart } from "./shown-part.ts"
import { isV2Info, isV2Message } from "./v2/is-v2.ts"

/**
 * Reduces a session to its published form: only parts that pages show, and `raw`, which becomes `session.json`, rebuilt
 * from the fields of the model. Fields that the model does not have are never published. `raw` also has what OpenCode
 * needs to continue the session, though no page shows it: ids, roles, times, names of agents, models and providers,
 * token counts, `step-start`, and the outputs that the model received.
 *
 * Normalizing `raw` again gives the same session, so that sharing an export again gives the same pages.
 * @param reduceTool reduces a tool call to what its page shows
 */
export function published(session: Session, reduceTool: ReduceTool): Session {
  const { info, messages, childIDs, children } = session
  return {
    info: { ...info, raw: infoRecord(info) },
    async *messages(read) {
      for await (const message of messages(read)) {
        if (message.role === "event" && message.event.kind === "hidden") continue
        yield publishedMessage(message, info.id, reduceTool)
      }
    },
    childIDs,
    children: (read) => children(read).map((child) => published(child, reduceTool)),
  }
}

/** Record of a session's `info`. */
export function infoRecord(info: SessionInfo): Json {
  // OpenCode 2's is reduced to what a share may contain when it is read.
  return isV2Info(info.raw) ? info.raw : infoRecordV1(info)
}

function infoRecordV1({ id, parentID, title, directory, version, created, updated }: SessionInfo): Json {
  return definedFields({
    // OpenCode requires these fields; the original values are specific to the source machine.
    ...(id !== "" && { id, slug: id }),
    projectID: "global",
    parentID: parentID?.startsWith("ses") ? parentID : undefined,
    directory,
    title,
    version: /^\d[\w.+-]{0,39}$/.test(version) ? version : "",
    time: definedFields({ created, updated }),
  })
}

function publishedMessage(message: Message, sessionID: string, reduceTool: ReduceTool): Message {
  // A message of OpenCode 2 is reduced to what a share may contain when it is read.
  if (message.role === "event" || isV2Message(message.raw)) return message
  if (message.role === "malformed") return { ...message, raw: boundJson(message.raw) }
  const text = mentionText(message)
  const parts = message.parts.flatMap((part) => shownPart(part, message, text, reduceTool))
  const owner: PartOwner = { sessionID: sessionID || undefined, messageID: message.id, text }
  const raw = { info: messageRecord(message, sessionID), parts: parts.map((part) => partRecord(part, owner)) }
  return { ...message, parts, raw }
}

/** Record of a message's `info`. */
export function messageRecord(message: UserMessage | AssistantMessage, sessionID: string): Json {
  const { id, role } = message
  const own = role === "user" ? userRecord(message) : assistantRecord(message)
  return { id, ...(sessionID !== "" && { sessionID }), role, ...own }
}

function userRecord({ created, agent, model, provider, diffs }: UserMessage): { [key: string]: Json } {
  const modelID = nameRecord(model)
  const providerID = nameRecord(provider)
  return definedFields({
    time: definedFields({ created }),
    agent: nameRecord(agent),
    model: modelID || providerID ? definedFields({ providerID, modelID }) : undefined,
    summary: diffs.length > 0 ? { diffs: diffs.map(diffRecord) } : undefined,
  })
}

/** Known finish reasons; any other means only that the model stopped. */
const FINISH_REASONS = ["stop", "tool-calls", "length", "content-filter", "error", "other", "unknown"]

function assistantRecord(message: AssistantMessage): { [key: string]: Json } {
  const { created, completed, parentID, model, provider, agent, cwd, cost, tokens, finish, error, compaction } = message
  return definedFields({
    time: definedFields({ created, completed }),
    parentID: messageID(parentID),
    modelID: model,
    providerID: nameRecord(provider),
    mode: agent,
    agent,
    path: cwd === "" ? undefined : { cwd, root: cwd },
    summary: compaction || undefined,
    cost,
    tokens: tokensRecord(tokens),
    finish: finish === undefined ? undefined : FINISH_REASONS.includes(finish) ? finish : "other",
    error: error && errorRecord(error),
  })
}

/** Text of a prompt that mentions files or agents. */
function mentionText({ role, parts }: Message): string {
  if (role !== "user" || !parts.some(({ type }) => type === "file" || type === "agent")) return ""
  return parts
    .flatMap((part) => (part.type === "text" && !part.synthetic && !part.ignored ? part.text : []))
    .join("\n\n")
}
