import { ShareError } from "../errors.ts"
import { fields, text } from "./read-json.ts"
import { type SessionRecord, transformMessages } from "./source.ts"
import { isV2Message } from "./v2/is-v2.ts"

/**
 * Wraps a record so that reading it, or a subagent session, throws `bad-input` at the end if no message has the form of
 * a known version of OpenCode: its page would consist of malformed messages only. Single malformed messages pass.
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
  let isKnown = !isAll
  for await (const message of messages) {
    isKnown ||= isV2Message(message) || typeof fields(fields(message)["info"])["role"] === "string"
    count++
    yield message
  }
  if (count > 0 && !isKnown) throw unknownFormError(label)
}

/** @param label name of the session or export */
function unknownFormError(label: string): ShareError {
  const subject = label.charAt(0).toUpperCase() + label.slice(1)
  return new ShareError("bad-input", `${subject} has no message in a form that this version knows.`, {
    hint: "Update opencode-bucket, or share another session.",
  })
}
