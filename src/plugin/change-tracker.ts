import type { OpencodeEvent } from "./opencode.ts"

/**
 * Which messages of a session have changed since it was last read, as far as OpenCode tells: what was read before need not
 * be read again to know that it is as it was. Only sessions that were read once are followed.
 */
export interface ChangeTracker {
  observe(event: OpencodeEvent): void
  /** The session is read now. Gives the ids of its messages that have changed since the last time; undefined: any may have. */
  takeChanges(session: string): string[] | undefined
  /** It could not be read, or what was read has led nowhere. */
  reset(session: string): void
}

/** What happens to a session without a change to its messages; these have events of their own. */
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
