import type { OpencodeEvent } from "./opencode.ts"

/** Parent relations of sessions: a subagent's session is part of its parent's share. */
export interface SessionTree {
  /** Returns the root session of an event, or undefined if it has none. Learns parent relations from events. */
  rootOf(event: OpencodeEvent): string | undefined
}

export function sessionTree(): SessionTree {
  const parents = new Map<string, string>()
  return {
    rootOf({ type, properties }) {
      if (typeof type !== "string" || !/^(?:session|message)\./.test(type)) return undefined
      const { info, part, sessionID } = properties ?? {}
      if (type.startsWith("session.") && info?.id && info.parentID) parents.set(info.id, info.parentID)
      let session = sessionID ?? part?.sessionID ?? info?.sessionID ?? info?.id
      const seen = new Set<string>()
      while (session !== undefined && !seen.has(session)) {
        seen.add(session)
        session = parents.get(session) ?? session
      }
      return session
    },
  }
}
