import { formatTime } from "../lib/format-time.ts"
import { viewAnonymously } from "./anonymous-access.ts"
import { describeView } from "./describe-view.ts"
import { isPast } from "./expiry.ts"
import type { ListedShare } from "./list.ts"

const STATE_TEXTS = {
  shared: "",
  unfinished: "unfinished: share or unshare it again",
  gone: "gone: removed from another machine",
  unknown: "status unknown",
  unreadable: "manifest damaged or written by a newer version; unshare removes it",
}

/** The state of a listed share, with the reason if there is one; "" for a share that is as it should be. */
export const describeState = ({ state, reason }: Pick<ListedShare, "state" | "reason">): string =>
  reason === undefined ? STATE_TEXTS[state] : `${STATE_TEXTS[state]}: ${reason}`

/** When a share expires or expired; "" for never. */
export function describeExpiry(expires: string | null, now: Date): string {
  if (expires === null) return ""
  return isPast(expires, now)
    ? `expired ${formatTime(expires)}, not removed yet: run prune`
    : `expires ${formatTime(expires)}`
}

/** Determines who can open a link now, by anonymous access. */
export async function describeAudience(
  { url, id }: Pick<ListedShare, "url" | "id">,
  timeoutMs: number,
): Promise<string> {
  if (url.startsWith("file:")) return "Only this machine can open the link."
  const view = await viewAnonymously(url, id, timeoutMs)
  return describeView(view)?.says ?? "Anyone with the link can open it."
}
