const HOUR_MS = 3_600_000
const UNIT_MS: Record<string, number> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS }

/** Parses `12h`, `7d`, `8w` or `never` to milliseconds (`Infinity` for `never`); undefined for other text. */
export function parseDuration(text: string): number | undefined {
  if (text === "never") return Number.POSITIVE_INFINITY
  const [, number = "", unit = ""] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? []
  return unit === "" ? undefined : Number(number) * UNIT_MS[unit]!
}
