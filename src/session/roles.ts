import { NOT_READ_YET, Opencode2Error } from "./opencode-2.ts"
import { fields, isFields, text } from "./read-json.ts"
import { type SessionRecord, transformMessages } from "./source.ts"

/** Whether a message has the form of OpenCode 2: `{id, type, time, …}`, without `info` and `parts`. */
export function isOpencode2Message(message: unknown): boolean {
  if (!isFields(message)) return false
  const { type, role } = isFields(message["info"]) ? message["info"] : message
  return typeof type === "string" && typeof role !== "string"
}

/**
 * Wraps a record so that reading it, or a subagent session, throws `Opencode2Error` for a message in the form of
 * OpenCode 2, and at the end if no message has a role: its page would consist of malformed messages only. Single
 * malformed messages pass.
 */
export function requireRoles(record: SessionRecord): SessionRecord {
  const label = `session ${text(fields(record.info)["id"])}`.trim()
  const checked = transformMessages(record, (messages, from) => checkedMessages(messages, label, from === 0))
  return { ...checked, children: record.children.map(requireRoles) }
}

/** Reads the whole record and throws as `requireRoles` does. */
export async function assertRoles(record: SessionRecord): Promise<void> {
  const { messages, children } = requireRoles(record)
  for await (const _ of messages()) {
    // Reading is enough.
  }
  for (const child of children) await assertRoles(child)
}

async function* checkedMessages(
  messages: AsyncIterable<unknown>,
  label: string,
  isAll: boolean,
): AsyncGenerator<unknown> {
  let count = 0
  let hasRoles = !isAll
  for await (const message of messages) {
    if (isOpencode2Message(message)) throw missingRolesError(label)
    hasRoles ||= typeof fields(fields(message)["info"])["role"] === "string"
    count++
    yield message
  }
  if (count > 0 && !hasRoles) throw missingRolesError(label)
}

/** @param label name of the session or export */
export function missingRolesError(label: string): Opencode2Error {
  const subject = label.charAt(0).toUpperCase() + label.slice(1)
  return new Opencode2Error(
    `${subject} has messages without a role, as written by OpenCode 2, ${NOT_READ_YET}.`,
    "Give a session or an export of OpenCode 1",
  )
}
