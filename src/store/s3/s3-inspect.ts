import { GetBucketVersioningCommand } from "@aws-sdk/client-s3"
import { s3Error } from "./errors/s3-error.ts"
import { connect, type S3Settings } from "./s3-client.ts"
import { type ObjectLock, readObjectLock } from "./s3-object-lock.ts"

/** Configuration of a bucket. `untold`: the service does not support the request, or the credentials may not send it. */
export interface BucketFacts {
  /** Description of the source of the credentials; never a value. */
  credentials: string
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
  const { client, endpoint, region } = await connect(settings)
  const about = { bucket: Bucket, endpoint, region, operation: "list" } as const
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
    const identity = await client.config.credentials().catch((error: unknown) => {
      throw s3Error(error, about)
    })
    const versioning = await client
      .send(new GetBucketVersioningCommand({ Bucket }))
      .then(
        ({ Status }) => (Status === "Enabled" ? "on" : Status === "Suspended" ? "suspended" : "off"),
        unlessFatal(about),
      )
    const lock = await readObjectLock({ client, bucket: Bucket }).catch(unlessFatal(about))
    return { credentials: sourceOf(identity, settings.profile), versioning, lock, clockSkewMs }
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

const environment = "the environment (AWS_ACCESS_KEY_ID)"

/** The SDK's markers for the source of credentials, most specific first. */
const CREDENTIAL_SOURCES = [
  ["CREDENTIALS_ENV_VARS", () => environment],
  ["CREDENTIALS_PROFILE_SSO", (profile) => `single sign-on (SSO), profile ${profile}`],
  ["CREDENTIALS_PROFILE_SSO_LEGACY", (profile) => `single sign-on (SSO), profile ${profile}`],
  ["CREDENTIALS_PROFILE_LOGIN", (profile) => `aws login, profile ${profile}`],
  ["CREDENTIALS_PROFILE_PROCESS", (profile) => `the program that profile ${profile} names`],
  ["CREDENTIALS_PROFILE_SOURCE_PROFILE", (profile) => `the role that profile ${profile} names`],
  ["CREDENTIALS_PROFILE_NAMED_PROVIDER", (profile) => `the role that profile ${profile} names`],
  ["CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN", (profile) => `a web identity token, profile ${profile}`],
  ["CREDENTIALS_PROFILE", (profile) => `the profile ${profile} in ~/.aws`],
  ["CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN", () => "a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)"],
  ["CREDENTIALS_STS_ASSUME_ROLE_WEB_ID", () => "a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)"],
  ["CREDENTIALS_SSO", (profile) => `single sign-on (SSO), profile ${profile}`],
  ["CREDENTIALS_PROCESS", (profile) => `the program that profile ${profile} names`],
  ["CREDENTIALS_HTTP", () => "the container that this runs in"],
] as const satisfies [string, (profile: string) => string][]

function sourceOf(identity: { $source?: object; expiration?: Date | undefined }, profile: string | undefined): string {
  const marks = identity.$source ?? {}
  const known = CREDENTIAL_SOURCES.find(([mark]) => Object.hasOwn(marks, mark))
  const words = known ? known[1](profile ?? (process.env["AWS_PROFILE"] || "default")) : "the machine that this runs on"
  const until = identity.expiration?.toISOString().slice(0, 16).replace("T", " ")
  return until === undefined ? words : `${words}, good until ${until} UTC`
}
