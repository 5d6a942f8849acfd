/**
 * A session as it was found: untrusted JSON, not yet understood. `normalizeSession` makes sense of it.
 * Messages come one at a time, so that a session of any size fits into memory.
 */
export interface SessionRecord {
  /** The session's own record: `id`, `title`, `directory`, … as OpenCode writes it. */
  info: unknown
  /** Each `{info, parts}` in order. May be called more than once; every call starts at the first message. */
  messages(): AsyncIterable<unknown>
  /** The sessions that this one started (subagents), oldest first; each with its own children. */
  children: SessionRecord[]
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
