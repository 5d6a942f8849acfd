import { ShareError } from "../errors.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import type { Notify } from "./notifier.ts"

/** Tells the user about shares; what happens again and again, once. */
export interface ShareNotices {
  /** A share was created or updated, with these redactions. */
  published(id: string, found?: SecretCount[]): void
  updateFailed(id: string, error: unknown): void
}

export function shareNotices(notify: Notify): ShareNotices {
  /** Redactions by share, as last shown to the user. */
  const redactions = new Map<string, string>()
  /** Shares with failing updates. */
  const failing = new Set<string>()
  return {
    published(id, found = []) {
      failing.delete(id)
      const words = describeRedactions(found)
      if (words === undefined || redactions.get(id) === words) return
      redactions.set(id, words)
      notify("Redacted from the share", words, "info")
    },
    updateFailed(id, error) {
      const isDeleted = error instanceof ShareError && error.code === "session-not-found"
      if (!failing.has(id) && !isDeleted) notify("The share was not updated", error)
      failing.add(id)
    },
  }
}
