import type { OpencodeEvent } from "./opencode.ts"

/** New links that OpenCode has not stored yet: storing one is not a change to publish. */
export interface PendingLinks {
  add(session: string, url: string, title: unknown): void
  /** Whether an event says that OpenCode has stored the session's link, and nothing else. */
  isStoring(session: string, event: OpencodeEvent): boolean
}

export function pendingLinks(): PendingLinks {
  const links = new Map<string, { url: string; title: unknown }>()
  return {
    add: (session, url, title) => void links.set(session, { url, title }),
    isStoring(session, { type, properties }) {
      const link = links.get(session)
      const info = properties?.info
      if (type !== "session.updated" || !link || info?.id !== session || info.share?.url !== link.url) return false
      links.delete(session)
      return info.title === link.title
    },
  }
}
