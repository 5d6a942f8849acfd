import { ShareError } from "../errors.ts"
import { parseDuration } from "../share/expiry.ts"

/** S3 opens no signed link for longer (AWS Signature Version 4). */
const MAX_SIGNED_SECONDS = 7 * 24 * 3600

/** Seconds of `--signed`. Throws `bad-usage`. */
export function parseSigned(flag: string | undefined): number | undefined {
  if (flag === undefined) return undefined
  const seconds = (parseDuration(flag) ?? Number.NaN) / 1000
  if (!Number.isFinite(seconds))
    throw new ShareError("bad-usage", `--signed "${flag}" is no length of time.`, {
      hint: "Give hours or days: 12h, 7d.",
    })
  if (seconds > MAX_SIGNED_SECONDS)
    throw new ShareError(
      "bad-usage",
      `A signed link opens for seven days at most, which is S3's limit, not for ${flag}.`,
      {
        hint: "Give --signed 7d; the same command makes a new link to the same page later.",
      },
    )
  return seconds
}

/** Who can open a signed link until when. */
export const describeSignedLink = (until: string): string =>
  `Whoever has the link can open this one page, until ${until.slice(0, 16).replace("T", " ")} UTC. unshare ends it at once.`
