import { GetBucketVersioningCommand } from "@aws-sdk/client-s3"
import { s3Error } from "./errors/s3-error.ts"
import { connect, type S3Settings } from "./s3-client.ts"
import { type ObjectLock, readObjectLock } from "./s3-object-lock.ts"

/** Configuration of a bucket. `untold`: the service does not support the request, or the credentials may not send it. */
export interface BucketFacts {
  versioning: "on" | "suspended" | "off" | "untold"
  /** Object lock, with the default retention if there is one. */
  lock: ObjectLock | "untold"
  /** How far this machine's clock is ahead of the service's, in milliseconds; undefined if no response had a date. */
  clockSkewMs: number | undefined
}

/**
 * Reads a bucket's configuration with at most three requests; writes nothing. Throws `store-credentials` if there are
 * none, `store-unreachable` and the like; a refusal of a single request is not an error.
 */
export async function inspectBucket(settings: S3Settings): Promise<BucketFacts> {
  const { bucket: Bucket } = settings
  const { client, credentials, endpoint, region } = await connect(settings)
  const about = { bucket: Bucket, endpoint, region, credentials, operation: "list" } as const
  let clockSkewMs: number | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      const { headers = {} } = answer.response as { headers?: Record<string, string> }
      const theirs = Date.parse(headers["date"] ?? "")
      if (!Number.isNaN(theirs)) clockSkewMs = Date.now() - theirs
      return answer
    },
    // Runs before the response is deserialized, so that it sees refusals as well.
    { name: "clock", step: "deserialize", priority: "low" },
  )
  try {
    const versioning = await client
      .send(new GetBucketVersioningCommand({ Bucket }))
      .then(
        ({ Status }) => (Status === "Enabled" ? "on" : Status === "Suspended" ? "suspended" : "off"),
        unlessFatal(about),
      )
    const lock = await readObjectLock({ client, bucket: Bucket }).catch(unlessFatal(about))
    return { versioning, lock, clockSkewMs }
  } finally {
    client.destroy()
  }
}

type About = Parameters<typeof s3Error>[1]

/** Throws errors that affect every request; turns the refusal of a single one into `untold`. */
const unlessFatal = (about: About) => (error: unknown) => {
  const known = s3Error(error, about)
  const every = ["store-credentials", "store-bucket-missing", "store-clock", "store-unreachable"]
  if (every.includes(known.code)) throw known
  return "untold" as const
}
