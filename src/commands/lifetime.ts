import { ShareError } from "../errors.ts"
import { type Lifetime, parseDuration } from "../share/expiry.ts"

/** How long a share is to live, from `--expires` or else the setting. Throws `bad-usage` for a flag that is no length of time. */
export function parseLifetime(flag: string | undefined, setting: string | undefined): Lifetime | undefined {
  const given = flag ?? setting
  if (given === undefined) return undefined
  const length = parseDuration(given)
  if (length !== undefined) return { durationMs: length, explicit: flag !== undefined }
  throw new ShareError("bad-usage", `--expires "${given}" is no length of time.`, {
    hint: "Give hours, days or weeks, such as 12h, 7d or 8w, or never.",
  })
}
