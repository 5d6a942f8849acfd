import { ShareError } from "../../errors.ts"

/**
 * S3 services that serve the API at the root and each bucket at a subdomain: an address with a path or with a bucket's
 * subdomain is the address of a bucket, never of the service.
 */
const SERVICE_HOSTS = [
  /^s3[.-](?:[a-z0-9.-]+\.)?amazonaws\.com(?:\.cn)?$/,
  /^[a-z0-9-]+(?:\.[a-z0-9-]+)?\.r2\.cloudflarestorage\.com$/,
  /^[a-z0-9-]+(?:\.cdn)?\.digitaloceanspaces\.com$/,
  /^s3\.[a-z0-9-]+\.backblazeb2\.com$/,
  /^s3(?:\.[a-z0-9-]+)?\.wasabisys\.com$/,
  /^storage\.googleapis\.com$/,
  /^[a-z0-9-]+\.(?:linodeobjects|vultrobjects|your-objectstorage)\.com$/,
  /^s3\.[a-z0-9-]+\.scw\.cloud$/,
  /^s3\.[a-z0-9-]+\.(?:io\.)?cloud\.ovh\.(?:net|us)$/,
  /^sos-[a-z0-9-]+\.exo\.io$/,
  /^(?:fly\.storage\.tigris\.dev|t3\.storage\.dev)$/,
  /^oss-[a-z0-9-]+\.aliyuncs\.com$/,
  /^cos\.[a-z0-9-]+\.myqcloud\.com$/,
]

/** An endpoint that appears to contain the bucket, and the service's address without it. */
export interface BucketInEndpoint {
  /** `https://nyc3.digitaloceanspaces.com` */
  service: string
  /** A known service has no such address; otherwise a host or path may have the bucket's name by coincidence. */
  isCertain: boolean
  /** The endpoint's path after the bucket, without slashes at either end. */
  folder: string
  /** Location of objects stored through this endpoint in path style: the actual bucket, and the prefix before each key. */
  landed: { bucket: string; folder: string[] }
}

/** Detects the bucket in an endpoint's host (`https://bucket.host`) or path (`https://host/bucket`). */
export function bucketInEndpoint(endpoint: string, bucket: string): BucketInEndpoint | undefined {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url) return undefined
  const { protocol, hostname, port } = url
  const isKnown = (host: string) => SERVICE_HOSTS.some((service) => service.test(host))
  const address = (host: string, path: string[]) =>
    `${protocol}//${host}${port === "" ? "" : `:${port}`}${path.map((name) => `/${name}`).join("")}`
  const path = url.pathname.split("/").filter((name) => name !== "")
  const rest = hostname.startsWith(`${bucket.toLowerCase()}.`) ? hostname.slice(bucket.length + 1) : undefined
  const inHost = { bucket, folder: [...path, bucket] }
  const inPath = { bucket: path[0] ?? bucket, folder: [...path.slice(1), bucket] }
  if (rest !== undefined && isKnown(rest)) {
    const folder = path[0] === bucket ? path.slice(1) : path
    return { service: address(rest, []), isCertain: true, folder: folder.join("/"), landed: inHost }
  }
  if (path.length > 0 && isKnown(hostname)) {
    const folder = path[0] === bucket ? path.slice(1) : []
    return { service: address(hostname, []), isCertain: true, folder: folder.join("/"), landed: inPath }
  }
  // A service's address, whatever the bucket's name.
  if (isKnown(hostname)) return undefined
  const perhaps = { isCertain: false, folder: "" }
  if (path.at(-1) === bucket) return { ...perhaps, service: address(hostname, path.slice(0, -1)), landed: inPath }
  // Require a dot after the bucket's label, or `localhost`.
  if (rest !== undefined && (rest.includes(".") || rest === "localhost") && !isAddress(hostname))
    return { ...perhaps, service: address(rest, path), landed: inHost }
  return undefined
}

const isAddress = (host: string) => /^[\d.]+$/.test(host) || host.startsWith("[")

/** Throws `bad-settings` if an endpoint certainly contains the bucket: every key would get the bucket's name as a prefix. */
export function checkBucketInEndpoint(endpoint: string, bucket: string, folder = ""): void {
  const named = bucketInEndpoint(endpoint, bucket)
  if (named?.isCertain) throw bucketNamedTwice(endpoint, { bucket, folder }, named)
}

/** The actual location of objects stored through an endpoint that certainly contains the bucket; undefined for others. */
export function actualLocation(
  endpoint: string,
  { bucket, folder }: { bucket: string; folder: string },
): { endpoint: string; bucket: string; folder: string } | undefined {
  const named = bucketInEndpoint(endpoint, bucket)
  if (!named?.isCertain) return undefined
  const names = [...named.landed.folder, folder].filter((name) => name !== "")
  return { endpoint: named.service, bucket: named.landed.bucket, folder: names.join("/") }
}

/** The error for an endpoint that is a bucket's address, with the correct settings if they can be derived. */
export function bucketNamedTwice(
  endpoint: string,
  { bucket, folder }: { bucket: string; folder: string },
  named: BucketInEndpoint | undefined,
  cause?: unknown,
): ShareError {
  if (named === undefined)
    return new ShareError(
      "bad-settings",
      `The endpoint ${endpoint} is the address of a bucket or a folder, not of the S3 service.`,
      {
        hint: "Give the address of the service alone as the endpoint; the address at which readers see the bucket goes into --public-url.",
        cause,
      },
    )
  const to = ["s3:/", bucket, folder || named.folder].filter((name) => name !== "").join("/")
  return new ShareError(
    "bad-settings",
    `The endpoint ${endpoint} names the bucket ${bucket}, which --to names already.`,
    {
      hint: `Give the address of the service alone: --to ${to} --endpoint ${named.service}`,
      cause,
    },
  )
}
