/** How long shares live. */
export interface Lifetime {
  /** Milliseconds; `Infinity` for ever. */
  durationMs: number
  /** Asked for this very share, rather than a rule for all of them: then nothing but another wish moves its end. */
  explicit: boolean
}

/** When a share ends, as the ledger keeps it. */
export interface Expiry {
  /** ISO 8601, UTC; absent: never. */
  expires?: string
  /** Somebody asked for this end, or for none: see `Lifetime.asked`. */
  expiryAsked?: true
}

const HOUR_MS = 3_600_000
const UNIT_MS: Record<string, number> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS }

/** Reads `12h`, `7d`, `8w` or `never`, in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === "never") return Number.POSITIVE_INFINITY
  const [, number = "", unit = ""] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? []
  return unit === "" ? undefined : Number(number) * UNIT_MS[unit]!
}

/**
 * When a share ends that is published now.
 *
 * An end that was asked for stays until another one is asked for. One that a rule gave only ever moves to later, and
 * only when the session itself went on: a share does not end while it is still being worked on, and sharing the same
 * again moves nothing, whatever the rule says by then. A share that had no end gets one by the rule, from now.
 * @param known what the ledger says of it, with when it was last shared
 * @param changed when something last happened in the session, in milliseconds since 1970, if that is known
 */
export function nextExpiry(
  known: Expiry & { updated: string },
  lifetime: Lifetime | undefined,
  changed: number | undefined,
  now: Date,
): Expiry {
  const { expiryAsked } = known
  const expires = isTimestamp(known.expires) ? known.expires : undefined
  if (lifetime?.explicit)
    return {
      expiryAsked: true,
      ...(Number.isFinite(lifetime.durationMs) && { expires: after(now.getTime(), lifetime) }),
    }
  const asBefore = { ...(expires !== undefined && { expires }), ...(expiryAsked && { expiryAsked }) }
  if (!lifetime || expiryAsked || !Number.isFinite(lifetime.durationMs)) return asBefore
  if (expires === undefined) return { expires: after(now.getTime(), lifetime) }
  const at = Math.min(changed ?? 0, now.getTime())
  if (!(at > Date.parse(known.updated))) return { expires }
  const later = after(at, lifetime)
  return { expires: Date.parse(later) > Date.parse(expires) ? later : expires }
}

const after = (time: number, { durationMs }: Lifetime) => new Date(time + durationMs).toISOString()

/** Whether this is a time at which a share can end: what stands in a bucket may be anything. */
export const isTimestamp = (expires: unknown): expires is string =>
  typeof expires === "string" && !Number.isNaN(Date.parse(expires))

/** Whether an end has come. What is no time never comes. */
export const isPast = (expires: unknown, now: Date): boolean =>
  isTimestamp(expires) && Date.parse(expires) <= now.getTime()

/** The day of an end (`isTime`), for people: `3 December 2026`. */
export const formatDay = (expires: string): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(expires))

/** The day on which a share ends that is made now, for people; undefined: never. */
export const expiryDay = (lifetime: Lifetime | undefined, now: Date): string | undefined =>
  lifetime && Number.isFinite(lifetime.durationMs) ? formatDay(after(now.getTime(), lifetime)) : undefined
