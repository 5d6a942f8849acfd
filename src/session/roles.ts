import { NOT_READ_YET, Opencode2Error } from "./opencode-2.ts"
import { fields, isFields, text } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

/** Whether a message is in the form of OpenCode 2: `{id, type, time, …}`, its kind as `type`, without `info` and `parts`. */
export function isOpencode2Message(message: unknown): boolean {
  if (!isFields(message)) return false
  const { type, role } = isFields(message["info"]) ? message["info"] : message
  return typeof type === "string" && typeof role !== "string"
}

/**
 * The record; reading its messages, or a subagent's, throws `Opencode2Error` at one in the form of OpenCode 2, and at the
 * end if none has a role: their page would only say that nothing was understood. A broken one among others passes.
 */
export function withRoles(record: SessionRecord): SessionRecord {
  const label = `session ${text(fields(record.info)["id"])}`.trim()
  const { rest } = record
  return {
    ...record,
    messages: () => checked(record.messages(), label, true),
    ...(rest && { rest: (from) => checked(rest(from), label, from === 0) }),
    children: record.children.map(withRoles),
  }
}

/** Reads all of a record, and throws what `withRoles` throws. */
export async function assertRoles(record: SessionRecord): Promise<void> {
  const { messages, children } = withRoles(record)
  for await (const _ of messages()) {
    // Reading is all there is to do.
  }
  for (const child of children) await assertRoles(child)
}

async function* checked(messages: AsyncIterable<unknown>, label: string, isAll: boolean): AsyncGenerator<unknown> {
  let count = 0
  let hasRoles = !isAll
  for await (const message of messages) {
    if (isOpencode2Message(message)) throw withoutRoles(label)
    hasRoles ||= typeof fields(fields(message)["info"])["role"] === "string"
    count++
    yield message
  }
  if (count > 0 && !hasRoles) throw withoutRoles(label)
}

/** @param label what has them */
export function withoutRoles(label: string): Opencode2Error {
  const subject = label.charAt(0).toUpperCase() + label.slice(1)
  return new Opencode2Error(
    `${subject} has messages without a role, as OpenCode 2 writes them, ${NOT_READ_YET}.`,
    "Give a session or an export of OpenCode 1",
  )
}
