import type { OpencodeEvent } from "./opencode.ts"

/** Which session belongs to which: a subagent's is shown in the share of the session that it works for. */
export interface SessionTree {
  /** The outermost session that an event is about; undefined if it is about none. Learns from events who is whose parent. */
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
