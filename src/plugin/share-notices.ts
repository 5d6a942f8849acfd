import { ShareError } from "../errors.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import type { Notify } from "./notifier.ts"

/** Tells the user about shares; what happens again and again, once. */
export interface ShareNotices {
  /** A share was created or updated, with these redactions. `note`: what to know about its link. */
  published(id: string, found?: SecretCount[], note?: string): void
  updateFailed(id: string, error: unknown): void
}

export function shareNotices(notify: Notify): ShareNotices {
  /** Redactions by share, as last shown to the user. */
  const redactions = new Map<string, string>()
  /** Shares with failing updates. */
  const failing = new Set<string>()
  return {
    published(id, found = [], note) {
      failing.delete(id)
      const words = describeRedactions(found)
      const isNews = words !== undefined && redactions.get(id) !== words
      if (isNews) redactions.set(id, words)
      // One notice: OpenCode's terminal shows only the latest.
      if (note !== undefined) notify("About the link", isNews ? `${note} Redacted: ${words}.` : note, "done-request")
      else if (isNews) notify("Redacted from the share", words, "done-request")
    },
    updateFailed(id, error) {
      const isDeleted = error instanceof ShareError && error.code === "session-not-found"
      if (!failing.has(id) && !isDeleted) notify("The share was not updated", error)
      failing.add(id)
    },
  }
}
