import type { Selection } from "../../session/select.ts"
import type { Destination } from "../../store/open-store.ts"
import type { Expiry } from "../expiry.ts"

/** This machine's record of one share: one session at one destination. Holds no credentials. */
export interface LedgerEntry extends Expiry {
  id: string
  session: string
  title: string
  destination: Destination
  /** The link, once it was shown to the user. */
  url?: string
  /** `publishing` and `removing` remain after an interrupted run: the next run must not trust the manifest. */
  state: "publishing" | "published" | "removing"
  /** Process id of the process that is publishing or removing it. */
  pid?: number
  /** The secret that OpenCode must present to remove it, if it was shared from inside OpenCode. */
  secret?: string
  /** OpenCode has not confirmed yet that it stored the link; `pid` stays until it does. */
  unconfirmed?: boolean
  /** The plugin updates it while the conversation goes on, though OpenCode itself does not know of the share. */
  follows?: true
  /** When the latest presigned link expires, ISO 8601; until then, the page it opens is updated. The link is not stored. */
  signed?: string
  /** The part of the session that is shared, if not all of it. */
  selection?: Selection
  /** During removal: paths below its prefix that a cache may still serve. */
  paths?: string[]
  /** No request of the first attempt reached the store, so nothing is stored. */
  unsent?: true
  created: string
  updated: string
}

/** Identity of a share on this machine. */
export type ShareKey = Pick<LedgerEntry, "session" | "destination">
