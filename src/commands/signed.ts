import { ShareError } from "../errors.ts"
import { parseDuration } from "../lib/duration.ts"
import { formatTime } from "../lib/format-time.ts"

/** Limit of AWS Signature Version 4 for presigned links. */
const MAX_SIGNED_SECONDS = 7 * 24 * 3600

/** Parses `--signed` to seconds; undefined if it is not given. Throws `bad-usage`. */
export function parseSigned(flag: string | undefined): number | undefined {
  if (flag === undefined) return undefined
  const seconds = (parseDuration(flag) ?? Number.NaN) / 1000
  if (!Number.isFinite(seconds))
    throw new ShareError("bad-usage", `Invalid duration "${flag}" for --signed.`, {
      hint: "Use hours or days: 12h, 7d.",
    })
  if (seconds > MAX_SIGNED_SECONDS)
    throw new ShareError("bad-usage", `--signed ${flag} is too long: S3 limits presigned links to 7 days.`, {
      hint: "Use --signed 7d; run the same command again later for a new link to the same page.",
    })
  return seconds
}

/** Describes who can open a presigned link, and until when. */
export const describeSignedLink = (until: string): string =>
  `Anyone with the link can open this page until ${formatTime(until)}. unshare revokes it at once.`
