import { createHash } from "node:crypto"
import { type Beginning, type SessionRecord, storedFrom } from "../session/source.ts"

const NOTHING: Beginning = { messages: 0, hash: "" }

/**
 * What the first `count` messages of a session are, as they are stored now. The hash of one message goes into that of the
 * next, so that a longer beginning can be told from a shorter one without reading that again: `from`, if it is known.
 * Undefined where there are not so many, or where one cannot be told from others.
 */
export async function hashPrefix(
  record: SessionRecord,
  count: number,
  from: Beginning = NOTHING,
): Promise<Beginning | undefined> {
  let { messages, hash } = record.begins && record.begins.messages <= count ? longer(record.begins, from) : from
  if (messages === count) return { messages, hash }
  try {
    for await (const stored of storedFrom(record, messages)) {
      hash = createHash("sha256").update(hash).update("\n").update(stored).digest("hex")
      if (++messages === count) return { messages, hash }
    }
  } catch (error) {
    // What nests too deeply is shared with a note in its place; other mistakes come again when it is read.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

const longer = (one: Beginning, other: Beginning) => (one.messages > other.messages ? one : other)
