import { bounded } from "./bounded.ts"
import type { AssistantMessage, Json, Message, Session, SessionInfo, UserMessage } from "./model.ts"
import { diffRecord, errorRecord, messageID, nameRecord, present, tokensRecord } from "./published-fields.ts"
import { type Owner, partRecord } from "./published-part.ts"
import { shownPart } from "./shown-part.ts"

/**
 * The session as it is published: only the parts that pages show, and `raw`, which becomes `session.json`, written anew
 * from the fields of the model. A field that the model does not have is in no share. What no page shows and is written
 * all the same is what OpenCode needs to go on: ids, roles, times, names of agents, models and providers, token counts,
 * `step-start`, and what tools answered to the model.
 *
 * Normalizing `raw` again gives the same session, so that what is exported and shared again has the same pages.
 */
export function published(session: Session): Session {
  const { info, messages, childIDs, children } = session
  return {
    info: { ...info, raw: infoRecord(info) },
    async *messages(read) {
      for await (const message of messages(read)) yield publishedMessage(message, info.id)
    },
    childIDs,
    children: (read) => children(read).map(published),
  }
}

/** A session's own record. */
export function infoRecord({ id, parentID, title, directory, version, created, updated }: SessionInfo): Json {
  return present({
    // OpenCode takes no session without these; its own are the machine's that it comes from.
    ...(id !== "" && { id, slug: id }),
    projectID: "global",
    parentID: parentID?.startsWith("ses") ? parentID : undefined,
    directory,
    title,
    version: /^\d[\w.+-]{0,39}$/.test(version) ? version : "",
    time: present({ created, updated }),
  })
}

function publishedMessage(message: Message, sessionID: string): Message {
  if (message.role === "malformed") return { ...message, raw: bounded(message.raw) }
  const text = writtenText(message)
  const parts = message.parts.flatMap((part) => shownPart(part, message, text))
  const owner: Owner = { sessionID: sessionID || undefined, messageID: message.id, text }
  const raw = { info: messageRecord(message, sessionID), parts: parts.map((part) => partRecord(part, owner)) }
  return { ...message, parts, raw }
}

/** `info` of a message. */
export function messageRecord(message: Exclude<Message, { role: "malformed" }>, sessionID: string): Json {
  const { id, role } = message
  const own = role === "user" ? userRecord(message) : assistantRecord(message)
  return { id, ...(sessionID !== "" && { sessionID }), role, ...own }
}

function userRecord({ created, agent, model, provider, diffs }: UserMessage): { [key: string]: Json } {
  const modelID = nameRecord(model)
  const providerID = nameRecord(provider)
  return present({
    time: present({ created }),
    agent: nameRecord(agent),
    model: modelID || providerID ? present({ providerID, modelID }) : undefined,
    summary: diffs.length > 0 ? { diffs: diffs.map(diffRecord) } : undefined,
  })
}

/** A `finish` of any other word means no more than that the model stopped. */
const finishes = ["stop", "tool-calls", "length", "content-filter", "error", "other", "unknown"]

function assistantRecord(message: AssistantMessage): { [key: string]: Json } {
  const { created, completed, parentID, model, provider, agent, cwd, cost, tokens, finish, error, compaction } = message
  return present({
    time: present({ created, completed }),
    parentID: messageID(parentID),
    modelID: model,
    providerID: nameRecord(provider),
    mode: agent,
    agent,
    path: cwd === "" ? undefined : { cwd, root: cwd },
    summary: compaction || undefined,
    cost,
    tokens: tokensRecord(tokens),
    finish: finish === undefined ? undefined : finishes.includes(finish) ? finish : "other",
    error: error && errorRecord(error),
  })
}

/** What the person wrote, in which files and agents are mentioned. */
function writtenText({ role, parts }: Message): string {
  if (role !== "user" || !parts.some(({ type }) => type === "file" || type === "agent")) return ""
  return parts
    .flatMap((part) => (part.type === "text" && !part.synthetic && !part.ignored ? part.text : []))
    .join("\n\n")
}
