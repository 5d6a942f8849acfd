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
  /**
   * Yields the messages after the first `from`. Implemented by sources that can skip without reading; see
   * `messagesFrom`.
   */
  rest?(from: number): AsyncIterable<unknown>
  /**
   * Yields the stored form of each of these messages: equal forms mean equal messages. Implemented by sources where
   * this costs less than parsing; see `storedFrom`.
   */
  stored?(from: number): AsyncIterable<string | Uint8Array>
  /** First messages that are known without reading them. */
  begins?: Beginning
  /** Subagent sessions, oldest first, each with its own children. */
  children: SessionRecord[]
}

/** Number of leading messages and a hash of them, hexadecimal. */
export interface Beginning {
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
  if (record.rest) return yield* record.rest(from)
  let position = 0
  for await (const message of record.messages()) if (position++ >= from) yield message
}

/** Yields the stored form of the messages after the first `from`; see `SessionRecord.stored`. */
export async function* storedFrom(record: SessionRecord, from: number): AsyncGenerator<string | Uint8Array> {
  if (record.stored) return yield* record.stored(from)
  // Values from JSON.parse can be stringified, except if nested too deeply: these cannot be compared, and throw.
  for await (const message of messagesFrom(record, from)) yield JSON.stringify(message)
}
