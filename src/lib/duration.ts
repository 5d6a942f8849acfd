export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const UNIT_MS: Record<string, number> = { h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }

/** Parses `12h`, `7d`, `8w` or `never` to milliseconds (`Infinity` for `never`); undefined for other text. */
export function parseDuration(text: string): number | undefined {
  if (text === "never") return Number.POSITIVE_INFINITY
  const [, number = "", unit = ""] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? []
  return unit === "" ? undefined : Number(number) * UNIT_MS[unit]!
}
