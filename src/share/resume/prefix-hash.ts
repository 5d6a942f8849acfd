import { createHash } from "node:crypto"
import { type SessionPrefix, type SessionRecord, storedFrom } from "../../session/source.ts"

const EMPTY: SessionPrefix = { messages: 0, hash: "" }

/**
 * Hashes the first `count` messages of a session as they are stored now. The hash is chained: each message's hash
 * includes the previous one, so a known shorter prefix (`from`) need not be read again. Returns undefined if the session
 * has fewer messages, or if a message nests too deeply to be serialized.
 */
export async function hashPrefix(
  record: SessionRecord,
  count: number,
  from: SessionPrefix = EMPTY,
): Promise<SessionPrefix | undefined> {
  const prefix = record.partial?.prefix
  let { messages, hash } = prefix && prefix.messages <= count ? longer(prefix, from) : from
  if (messages === count) return { messages, hash }
  try {
    for await (const stored of storedFrom(record, messages)) {
      hash = createHash("sha256").update(hash).update("\n").update(stored).digest("hex")
      if (++messages === count) return { messages, hash }
    }
  } catch (error) {
    // A message that nests too deeply is replaced by a note on the page; other errors occur again when it is read.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

const longer = (one: SessionPrefix, other: SessionPrefix) => (one.messages > other.messages ? one : other)
