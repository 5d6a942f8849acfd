import { parseDuration } from "../lib/duration.ts"
import { formatTime } from "../lib/format-time.ts"

/** Time to live of a share. */
export interface Lifetime {
  /** Milliseconds; `Infinity` for ever. */
  durationMs: number
  /** Requested for this share, as opposed to a setting for all shares. Only another explicit request changes it. */
  explicit: boolean
}

/** When a share expires, as the ledger stores it. */
export interface Expiry {
  /** ISO 8601, UTC; absent: never. */
  expires?: string
  /** This expiry, or none, was requested explicitly: see `Lifetime.explicit`. */
  expiryAsked?: true
}

/** The lifetime that a setting gives to shares: `7d`; undefined without a setting. */
export function lifetimeFromSetting(setting: string | undefined): Lifetime | undefined {
  const durationMs = setting === undefined ? undefined : parseDuration(setting)
  return durationMs === undefined ? undefined : { durationMs, explicit: false }
}

/**
 * Computes the expiry of a share that is published now.
 *
 * An explicit expiry stays until another one is requested. An expiry from a setting only moves later, and only if the
 * session has changed since it was last shared: a share does not expire while the session is in use, and sharing the
 * same content again changes nothing, even if the setting has changed. A share without an expiry gets one from the
 * setting, counted from now.
 * @param last the ledger's entry, with the time of the last share
 * @param changed time of the session's last change, in milliseconds since 1970, if known
 */
export function nextExpiry(
  last: Expiry & { updated: string },
  lifetime: Lifetime | undefined,
  changed: number | undefined,
  now: Date,
): Expiry {
  const { expiryAsked } = last
  const expires = isTimestamp(last.expires) ? last.expires : undefined
  if (lifetime?.explicit)
    return {
      expiryAsked: true,
      ...(Number.isFinite(lifetime.durationMs) && { expires: after(now.getTime(), lifetime) }),
    }
  const asBefore = { ...(expires !== undefined && { expires }), ...(expiryAsked && { expiryAsked }) }
  if (!lifetime || expiryAsked || !Number.isFinite(lifetime.durationMs)) return asBefore
  if (expires === undefined) return { expires: after(now.getTime(), lifetime) }
  const at = Math.min(changed ?? 0, now.getTime())
  if (!(at > Date.parse(last.updated))) return { expires }
  const later = after(at, lifetime)
  return { expires: Date.parse(later) > Date.parse(expires) ? later : expires }
}

const after = (time: number, { durationMs }: Lifetime) => new Date(time + durationMs).toISOString()

/** Whether the value is a parsable time. Values read from a bucket may be anything. */
export const isTimestamp = (expires: unknown): expires is string =>
  typeof expires === "string" && !Number.isNaN(Date.parse(expires))

/** Whether an expiry has passed. False for values that are not a time. */
export const isPast = (expires: unknown, now: Date): boolean =>
  isTimestamp(expires) && Date.parse(expires) <= now.getTime()

/** Formats a timestamp (see `isTimestamp`) as a day in UTC: `3 December 2026`. */
export const formatDay = (expires: string): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(expires))

/** When a share created now expires, for people; undefined: never. */
export const expiryTime = (lifetime: Lifetime | undefined, now: Date): string | undefined =>
  lifetime && Number.isFinite(lifetime.durationMs) ? formatTime(after(now.getTime(), lifetime)) : undefined
