import { ShareError } from "../errors.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"

/** A rule as `aws s3api put-bucket-lifecycle-configuration` takes it. */
interface LifecycleRule {
  ID: string
  Status: "Enabled"
  Filter: { Prefix: string }
  Expiration?: { Days: number } | { ExpiredObjectDeleteMarker: true }
  NoncurrentVersionExpiration?: { NoncurrentDays: number }
}

/**
 * The lifecycle configuration that has the service itself delete shares so long after they were sent.
 * @param lifetimeMs milliseconds; whole days are made of it, none less than that
 * @param versions whether the bucket keeps, or has kept, old versions
 * @throws `bad-usage` for a local folder, which has no such rules, and for shares that never end
 */
export function lifecycle(
  { to }: Destination,
  lifetimeMs: number | undefined,
  versions: boolean,
): { Rules: LifecycleRule[] } {
  const place = parseDestination(to)
  if (place.kind === "directory")
    throw new ShareError("bad-usage", `${to} is a folder, and only buckets have lifecycle rules.`, {
      hint: 'Have "opencode-bucket prune" run by cron instead.',
    })
  if (lifetimeMs === undefined || !Number.isFinite(lifetimeMs))
    throw new ShareError("bad-usage", "Shares never end by the settings, so there is no rule to make.", {
      hint: "Say how long they live: --expires 30d",
    })
  const common = { Status: "Enabled", Filter: { Prefix: [place.folder, "s/"].filter(Boolean).join("/") } } as const
  const ends = {
    ID: "opencode-bucket: shares end",
    ...common,
    Expiration: { Days: Math.ceil(lifetimeMs / 86_400_000) },
  }
  if (!versions) return { Rules: [ends] }
  // A delete marker can only go alone, and not by the rule that makes it.
  const markers = {
    ID: "opencode-bucket: delete markers go",
    ...common,
    Expiration: { ExpiredObjectDeleteMarker: true },
  }
  return { Rules: [{ ...ends, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }, markers] } as {
    Rules: LifecycleRule[]
  }
}

/** The same as the XML of the S3 API (PutBucketLifecycleConfiguration), which some tools ask for. */
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

/** What such a rule does, and what it does not, in sentences. */
export const describeLifecycle = (days: number, prefix: string, bucket: string): string[] => [
  `The service deletes everything below ${prefix} ${days === 1 ? "one day" : `${days} days`} after it was sent: all shares alike, whoever shared them, whatever end their page shows. It needs no cron and no machine of yours.`,
  `It counts for each object by itself. A share that is brought up to date for longer than that loses its older pages first: take more days than a session goes on, and let "opencode-bucket prune" keep the ends.`,
  `Setting it replaces all lifecycle rules of ${bucket}: see first what is there, with get-bucket-lifecycle-configuration.`,
]
