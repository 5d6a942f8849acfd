import { ShareError } from "../errors.ts"
import { parseDuration } from "../lib/duration.ts"
import type { Lifetime } from "../share/expiry.ts"

/** Lifetime of a share from `--expires` or the setting; undefined if neither is given. Throws `bad-usage` for an invalid duration. */
export function parseLifetime(flag: string | undefined, setting: string | undefined): Lifetime | undefined {
  const given = flag ?? setting
  if (given === undefined) return undefined
  const length = parseDuration(given)
  if (length !== undefined) return { durationMs: length, explicit: flag !== undefined }
  throw new ShareError("bad-usage", `Invalid duration "${given}" for --expires.`, {
    hint: "Use hours, days or weeks, such as 12h, 7d or 8w, or never.",
  })
}
