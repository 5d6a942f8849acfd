import { ShareError } from "../errors.ts"
import { formatCount } from "../lib/format-count.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"

/** A rule in the format of `aws s3api put-bucket-lifecycle-configuration`. */
interface LifecycleRule {
  ID: string
  Status: "Enabled"
  Filter: { Prefix: string }
  Expiration?: { Days: number } | { ExpiredObjectDeleteMarker: true }
  NoncurrentVersionExpiration?: { NoncurrentDays: number }
}

/**
 * Builds a lifecycle configuration that deletes shares some time after upload.
 * @param lifetimeMs milliseconds, rounded up to whole days
 * @param versions whether the bucket keeps, or has kept, noncurrent versions
 * @throws `bad-usage` for a local folder, which has no lifecycle rules, and for shares that never expire
 */
export function lifecycle(
  { to }: Destination,
  lifetimeMs: number | undefined,
  versions: boolean,
): { Rules: LifecycleRule[] } {
  const place = parseDestination(to)
  if (place.kind === "directory")
    throw new ShareError("bad-usage", `${to} is a folder; only buckets have lifecycle rules.`, {
      hint: 'Run "opencode-bucket prune" from cron instead.',
    })
  if (lifetimeMs === undefined || !Number.isFinite(lifetimeMs))
    throw new ShareError("bad-usage", "Shares never expire with these settings, so there is no rule to print.", {
      hint: "Set a lifetime: --expires 30d",
    })
  const common = { Status: "Enabled", Filter: { Prefix: [place.folder, "s/"].filter(Boolean).join("/") } } as const
  const ends = {
    ID: "opencode-bucket: shares end",
    ...common,
    Expiration: { Days: Math.ceil(lifetimeMs / 86_400_000) },
  }
  if (!versions) return { Rules: [ends] }
  // S3 does not allow a rule to combine `ExpiredObjectDeleteMarker` with `Days`.
  const markers = {
    ID: "opencode-bucket: delete markers go",
    ...common,
    Expiration: { ExpiredObjectDeleteMarker: true },
  }
  return { Rules: [{ ...ends, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }, markers] } as {
    Rules: LifecycleRule[]
  }
}

/** Converts rules to the XML of the S3 API (PutBucketLifecycleConfiguration), which some tools require. */
export function asXml({ Rules }: { Rules: LifecycleRule[] }): string {
  const element = (name: string, value: unknown): string =>
    `<${name}>${typeof value === "object" && value !== null ? inner(value) : value}</${name}>`
  const inner = (values: object): string =>
    Object.entries(values)
      .map(([name, value]) => element(name, value))
      .join("")
  const rules = Rules.map((rule) => `  ${element("Rule", rule)}\n`).join("")
  return `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n${rules}</LifecycleConfiguration>`
}

/** Explains what the rule does and does not do, one paragraph per item. */
export const describeLifecycle = (days: number, prefix: string, bucket: string): string[] => [
  `The service deletes everything below ${prefix} ${formatCount(days, "day")} after upload: all shares, from all users, regardless of the expiry date on their page. No cron job is needed.`,
  `The age counts per object. A share that is updated for longer than that loses its oldest pages first: choose more days than a session lasts, and use "opencode-bucket prune" for exact expiry dates.`,
  `Setting it replaces all lifecycle rules of ${bucket}: check the current ones first with get-bucket-lifecycle-configuration.`,
]
