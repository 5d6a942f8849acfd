import { DAY_MS } from "../lib/duration.ts"
import { formatCount } from "../lib/format-count.ts"
import type { Retention } from "../store/object-store.ts"
import { formatDay, type Lifetime } from "./expiry.ts"

/** `3 days`, `1 day`. */
export const formatDays = (days: number): string => formatCount(days, "day")

/** Describes what a default retention means for a share created now: a sentence without a full stop. */
export function describeRetention({ mode, days }: Retention, lifetime: Lifetime | undefined, now: Date): string {
  const until = formatDay(new Date(now.getTime() + days * DAY_MS).toISOString())
  const ends = lifetime !== undefined && lifetime.durationMs < days * DAY_MS
  const what = ends
    ? "it cannot be erased before then, neither by unshare nor by its expiry"
    : "it cannot be erased before then"
  return `every new object is locked for ${formatDays(days)} (object lock, ${mode} mode), until ${until}: ${what}`
}
