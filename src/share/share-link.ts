import type { LinkAccess } from "./verify-readable.ts"

/** A link that is shown to the user, and who can open it. */
export interface ShareLink extends LinkAccess {
  url: string
  /** When the link expires, if it is presigned: ISO 8601, UTC. */
  signed?: string
}
