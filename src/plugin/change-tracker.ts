import type { OpencodeEvent } from "./opencode.ts"

/**
 * Tracks from OpenCode's events which messages of a session changed since its last read, so that unchanged ones are not
 * read again. Only sessions that were read once are tracked.
 */
export interface ChangeTracker {
  observe(event: OpencodeEvent): void
  /** Marks the session as read. Returns the ids of messages changed since the last read; undefined if unknown. */
  takeChanges(session: string): string[] | undefined
  /** Forgets a session whose read or publish failed: the next read is a full one. */
  reset(session: string): void
}

/** Session events that do not change messages; message changes have their own events. */
const WITHOUT_MESSAGE_CHANGES = /^session\.(?:created|updated|idle|status|diff|error)$/

export function changeTracker(): ChangeTracker {
  const sessions = new Map<string, Set<string>>()
  return {
    observe({ type, properties = {} }) {
      const { info, part, sessionID, messageID } = properties
      const isMessage = type.startsWith("message.")
      const session = sessionID ?? part?.sessionID ?? info?.sessionID ?? (isMessage ? undefined : info?.id)
      const changes = session === undefined ? undefined : sessions.get(session)
      if (session === undefined || changes === undefined || WITHOUT_MESSAGE_CHANGES.test(type)) return
      const message = isMessage ? (messageID ?? part?.messageID ?? info?.id) : undefined
      if (message !== undefined) changes.add(message)
      else if (isMessage || type.startsWith("session.")) sessions.delete(session)
    },
    takeChanges(session) {
      const changes = sessions.get(session)
      sessions.set(session, new Set())
      return changes && [...changes]
    },
    reset(session) {
      sessions.delete(session)
    },
  }
}
