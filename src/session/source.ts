/**
 * A session as its source stores it: untrusted JSON, not yet normalized. Messages are read one at a time, so that a
 * session of any size fits into memory.
 */
export interface SessionRecord {
  /** Session info as OpenCode writes it: `id`, `title`, `directory`, … */
  info: unknown
  /** A sentence for the user about which version of the session this is. */
  note?: string
  /** Yields each message in order: `{info, parts}` of OpenCode 1, `{id, type, …}` of OpenCode 2. May be called repeatedly; every call starts at the first message. */
  messages(): AsyncIterable<unknown>
  /** Subagent sessions, oldest first, each with its own children. */
  children: SessionRecord[]
  /** Reads that skip the first messages. Absent if the source can only read all of them. */
  partial?: PartialReads
}

/** Reads of a session that skip its first messages, for updates of a share. */
export interface PartialReads {
  /** Yields the messages after the first `from`. */
  messagesFrom(from: number): AsyncIterable<unknown>
  /**
   * Yields the stored form of each of these messages: equal forms mean equal messages. Implemented by sources where
   * this costs less than parsing; see `storedFrom`.
   */
  storedFrom?(from: number): AsyncIterable<string | Uint8Array>
  /** First messages that are known to be unchanged without reading them. */
  prefix?: SessionPrefix
}

/** Number of leading messages and a hash of them, hexadecimal. */
export interface SessionPrefix {
  messages: number
  hash: string
}

/** Origin of a session: an export file, OpenCode's database, `opencode export`, OpenCode's API. */
export interface SessionSource {
  /** Name in texts for users: `session ses_…`, `the file talk.json`. */
  readonly label: string
  /**
   * Calls `use` with the session, and releases resources (a database handle, a temporary file) when `use` ends or
   * throws. Throws `session-not-found` or `bad-input`.
   */
  read<T>(use: (session: SessionRecord) => Promise<T>): Promise<T>
}

/** Yields the messages of a record after the first `from`. */
export async function* messagesFrom(record: SessionRecord, from: number): AsyncGenerator<unknown> {
  if (from === 0) return yield* record.messages()
  if (record.partial) return yield* record.partial.messagesFrom(from)
  let position = 0
  for await (const message of record.messages()) if (position++ >= from) yield message
}

/** Yields the stored form of the messages after the first `from`; see `PartialReads.storedFrom`. */
export async function* storedFrom(record: SessionRecord, from: number): AsyncGenerator<string | Uint8Array> {
  if (record.partial?.storedFrom) return yield* record.partial.storedFrom(from)
  // Values from JSON.parse can be stringified, except if nested too deeply: these cannot be compared, and throw.
  for await (const message of messagesFrom(record, from)) yield JSON.stringify(message)
}

/**
 * A record whose messages pass through `transform`; its info and children stay.
 * @param transform receives the messages and the position, from 0, of the first of them
 */
export function transformMessages(
  record: SessionRecord,
  transform: (messages: AsyncIterable<unknown>, from: number) => AsyncIterable<unknown>,
): SessionRecord {
  const { info, children, partial } = record
  return {
    info,
    children,
    messages: () => transform(record.messages(), 0),
    ...(partial && { partial: { messagesFrom: (from) => transform(partial.messagesFrom(from), from) } }),
  }
}
