/**
 * A session as it was found: untrusted JSON, not yet understood. `normalizeSession` makes sense of it.
 * Messages come one at a time, so that a session of any size fits into memory.
 */
export interface SessionRecord {
  /** The session's own record: `id`, `title`, `directory`, … as OpenCode writes it. */
  info: unknown
  /** Each `{info, parts}` in order. May be called more than once; every call starts at the first message. */
  messages(): AsyncIterable<unknown>
  /**
   * The same without so many of the first. Only where a source need not read those; see `messagesFrom`.
   * @param from how many are passed over
   */
  rest?(from: number): AsyncIterable<unknown>
  /**
   * Of each of the same messages, all that it is read from: where this is equal, the message is. Only where a source has
   * something that costs less than reading; see `storedFrom`.
   */
  stored?(from: number): AsyncIterable<string | Uint8Array>
  /** What the session is known to begin with, without reading that. */
  begins?: Beginning
  /** The sessions that this one started (subagents), oldest first; each with its own children. */
  children: SessionRecord[]
}

/** What the first messages of a session are: how many, and what tells them from any others, hexadecimal. */
export interface Beginning {
  messages: number
  hash: string
}

/** Where a session comes from: an export file, OpenCode's database, `opencode export`, later OpenCode's API. */
export interface SessionSource {
  /** For people: `session ses_…`, `the file talk.json`. */
  readonly label: string
  /**
   * Calls `use` with the session, and lets go of what reading it needed (a database handle, a temporary file) when
   * `use` ends, however it ends. Throws `session-not-found` or `bad-input`.
   */
  read<T>(use: (session: SessionRecord) => Promise<T>): Promise<T>
}

/** The messages of a record but for so many of the first. */
export async function* messagesFrom(record: SessionRecord, from: number): AsyncGenerator<unknown> {
  if (from === 0) return yield* record.messages()
  if (record.rest) return yield* record.rest(from)
  let position = 0
  for await (const message of record.messages()) if (position++ >= from) yield message
}

/** What the messages of a record are read from, but for so many of the first: see `SessionRecord`. */
export async function* storedFrom(record: SessionRecord, from: number): AsyncGenerator<string | Uint8Array> {
  if (record.stored) return yield* record.stored(from)
  // What JSON.parse has made can be written; what nests too deeply for that cannot be told apart, and ends in an error.
  for await (const message of messagesFrom(record, from)) yield JSON.stringify(message)
}
