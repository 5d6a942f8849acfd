import { describeBucketOptions } from "./bucket-options.ts"
import type { Destination } from "./open-store.ts"

/** Describes a destination with every setting that affects who can read it. */
export function describeDestination({ to, endpoint, profile, publicUrl, ...others }: Destination): string {
  const options = describeBucketOptions(others)
  const details = [
    endpoint && `at ${normalizedAddress(endpoint)}`,
    profile && `using profile ${/^[\w.@+-]+$/.test(profile) ? profile : JSON.stringify(profile)}`,
    publicUrl && `public at ${normalizedAddress(publicUrl)}`,
    options && `with ${options}`,
  ]
  return [to, ...details.filter(Boolean)].join(" ")
}

/** Normalizes a URL for display: ASCII host (punycode), no user name or password. */
function normalizedAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { origin, pathname, search } = new URL(address)
  return `${origin}${pathname}${search}`.replace(/\/+$/, "")
}
