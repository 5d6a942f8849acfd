import { type ErrorCode, ShareError } from "../../errors.ts"
import { proxiesFrom } from "../../lib/proxies.ts"
import { bucketInEndpoint, bucketNamedTwice } from "./s3-endpoint.ts"
import { errorFacts, type S3ErrorFacts } from "./s3-error-facts.ts"

export type S3Operation = "write" | "read" | "list" | "list-versions" | "delete" | "delete-version"

/** Context of an error. Never contains credentials: messages are built only from this and from error codes. */
export interface S3Context {
  operation: S3Operation
  bucket: string
  endpoint: string
  region: string
  /** The full key or prefix in the bucket. */
  key?: string | undefined
}

type ErrorText = [code: ErrorCode, message: string, hint: string]

/** Turns a failed request into a `ShareError`: one sentence, a hint, a `store-` code. */
export function s3Error(error: unknown, about: S3Context): ShareError {
  if (error instanceof ShareError) return error
  const facts = errorFacts(error)
  if (isListingOfAnObject(facts, about)) {
    const { bucket, endpoint } = about
    return bucketNamedTwice(endpoint, { bucket, folder: "" }, bucketInEndpoint(endpoint, bucket), error)
  }
  const [code, message, hint] =
    credentials(facts.code) ??
    clock(facts, about) ??
    connection(facts, about) ??
    bucketAndRegion(facts, about) ??
    capacity(facts, about) ??
    protection(facts, about) ??
    denied(facts, about) ??
    notS3(facts, about) ??
    otherwise(facts, about)
  return new ShareError(code, message, { hint, cause: error })
}

/**
 * A listing addresses the bucket. `NoSuchKey` means that the service read the bucket's name as a key: the endpoint already
 * points into a bucket.
 */
const isListingOfAnObject = ({ code }: S3ErrorFacts, { operation }: S3Context) =>
  code === "NoSuchKey" && (operation === "list" || operation === "list-versions")

function credentials(code: string): ErrorText | undefined {
  switch (code) {
    case "CredentialsProviderError":
    case "ConfigError":
    case "TokenProviderError":
      return [
        "store-credentials",
        "No valid credentials for the bucket were found.",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a profile with --profile; after a sign-in that has run out: aws sso login.",
      ]
    case "InvalidAccessKeyId":
    case "InvalidAccessKey":
      return [
        "store-credentials",
        "The service does not know the access key.",
        "Check that the access key belongs to this service and still exists.",
      ]
    case "SignatureDoesNotMatch":
      return [
        "store-credentials",
        "The secret key does not belong to the access key.",
        "Copy the secret key again, whole and without spaces.",
      ]
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "TokenRefreshRequired":
      return ["store-credentials", "The session token has expired.", "Sign in again, for example with aws sso login."]
    case "InvalidToken":
      return [
        "store-credentials",
        "The service does not accept the session token.",
        "Unset AWS_SESSION_TOKEN if the keys are permanent ones, else sign in again.",
      ]
    default:
      return undefined
  }
}

function clock({ code, message, headers }: S3ErrorFacts, { endpoint }: S3Context): ErrorText | undefined {
  const skewed = /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/.test(code)
  if (!skewed && !(code === "AccessDenied" && /request has expired|request time too skewed/i.test(message)))
    return undefined
  const theirs = Date.parse(headers["date"] ?? "")
  const minutes = Math.round((Date.now() - theirs) / 60_000)
  const by =
    Number.isNaN(minutes) || minutes === 0
      ? "wrong"
      : `${Math.abs(minutes)} minutes ${minutes > 0 ? "ahead" : "behind"}`
  return [
    "store-clock",
    `Clock skew: this machine's clock is ${by}, according to ${endpoint}.`,
    "Set the clock, best by time synchronisation, then try again.",
  ]
}

function connection({ code, message, system }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  const { endpoint, bucket } = about
  const unreachable = (why: string, hint: string): ErrorText => [
    "store-unreachable",
    `${endpoint} cannot be reached: ${why}.`,
    isProxied(endpoint)
      ? `${hint} A proxy is set: if the bucket is on this side of it, name its host in NO_PROXY.`
      : hint,
  ]
  const has = (...codes: string[]) => codes.some((one) => system.includes(one))
  if (has("ENOTFOUND", "EAI_AGAIN", "EAI_NODATA"))
    return unreachable(
      "its name is not known",
      `Check the spelling of the endpoint, and the network.${orWithoutBucket(about)}`,
    )
  if (has("ERR_PROXY_TUNNEL"))
    return unreachable("the proxy does not let it through", "Check HTTPS_PROXY, or ask the proxy's administrator.")
  if (has("ECONNREFUSED"))
    return unreachable("the connection was refused", "Check that the service is running, and the port.")
  if (has("EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"))
    return unreachable("there is no way to it", "Check the network and the VPN.")
  if (system.some((one) => /^(?:CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT)/.test(one))) {
    return unreachable(
      "its certificate is not trusted",
      "If it comes from your company's own authority, point NODE_EXTRA_CA_CERTS to that certificate.",
    )
  }
  if (has("EPROTO") || system.some((one) => /^(?:ERR_SSL_|ERR_TLS_|HPE_)/.test(one))) {
    return unreachable(
      "it does not speak the protocol of the address",
      "Check whether the endpoint should begin with http:// or https://.",
    )
  }
  if (has("ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE") || /^(?:aborted|socket hang up)$/.test(message)) {
    return [
      "store-unreachable",
      `The connection to ${endpoint} broke in the middle, again and again.`,
      endpoint.startsWith("http:")
        ? "Run the same command again; if it never gets through, see whether the endpoint should begin with https://."
        : "Run the same command again; it goes on where it stopped.",
    ]
  }
  if (code === "TimeoutError" || has("ETIMEDOUT")) {
    return unreachable(
      `it did not answer in time for the bucket ${bucket}`,
      "Check the endpoint, firewalls and the VPN.",
    )
  }
  return undefined
}

/** Whether the environment sets a proxy for this endpoint. */
function isProxied(endpoint: string): boolean {
  const proxies = proxiesFrom(process.env)
  return (endpoint.startsWith("http:") ? proxies?.HTTP_PROXY : proxies?.HTTPS_PROXY) !== undefined
}

function bucketAndRegion({ code, message, headers }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  const { bucket, endpoint, region } = about
  if (code === "NoSuchBucket") {
    return [
      "store-bucket-missing",
      `There is no bucket ${bucket} at ${endpoint}.`,
      `Create the bucket, or correct its name or the endpoint.${orWithoutBucket(about)}`,
    ]
  }
  if (code === "InvalidBucketName") {
    return [
      "bad-settings",
      `${endpoint} does not take ${bucket} as the name of a bucket.`,
      "Correct the bucket's name.",
    ]
  }
  const told = headers["x-amz-bucket-region"] ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1]
  if (
    told !== undefined &&
    told !== region &&
    /^(?:PermanentRedirect|TemporaryRedirect|Redirect|301|307|AuthorizationHeaderMalformed|IllegalLocationConstraintException|InvalidRegion.*|SignatureDoesNotMatch|400)$/.test(
      code,
    )
  ) {
    return [
      "bad-settings",
      `The bucket ${bucket} is in the region ${told}, not in ${region}.`,
      `Set the region: --region ${told}.`,
    ]
  }
  if (
    /^(?:PermanentRedirect|TemporaryRedirect|Redirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/.test(
      code,
    )
  ) {
    return [
      "bad-settings",
      `The bucket ${bucket} is not in the region ${region} or not at ${endpoint}.`,
      "Set the bucket's own region with --region, or its endpoint with --endpoint.",
    ]
  }
  return undefined
}

function capacity({ code, status, message }: S3ErrorFacts, { bucket, endpoint }: S3Context): ErrorText | undefined {
  if (
    status === 507 ||
    /^(?:QuotaExceeded|StorageFull|XMinioStorageFull|InsufficientStorage|ServiceQuotaExceeded.*|XMinioAdminBucketQuotaExceeded|StorageQuotaExceeded)$/.test(
      code,
    ) ||
    /quota exceeded|storage cap|cap exceeded/i.test(message)
  ) {
    return [
      "store-failed",
      `The bucket ${bucket} is full or over its quota.`,
      "Unshare what is no longer needed, or have the quota raised.",
    ]
  }
  if (status === 413 || code === "EntityTooLarge") {
    return [
      "store-failed",
      `${endpoint} refused an object as too large.`,
      "Share less, for example with --omit attachments, or have the limit raised.",
    ]
  }
  if (
    status === 503 ||
    status === 429 ||
    /^(?:SlowDown|ServiceUnavailable|Throttling.*|TooManyRequests.*)$/.test(code)
  ) {
    return [
      "store-busy",
      `${endpoint} is too busy to answer and stayed so after several attempts.`,
      "Wait a little, then run the same command again.",
    ]
  }
  return undefined
}

const saysLocked = (code: string, message: string) =>
  /object.?lock|worm|retention|legal hold|immutab/i.test(`${code} ${message}`)
const saysMfa = (message: string) => /\bmfa\b|multi-?factor/i.test(message)

/** Whether a refusal says that the object is protected, whoever deletes it. */
export const saysProtected = (code: string, message: string): boolean => saysLocked(code, message) || saysMfa(message)

function protection({ code, message }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  if (about.operation !== "delete" && about.operation !== "delete-version" && about.operation !== "write")
    return undefined
  if (saysLocked(code, message)) {
    return [
      "store-denied",
      `${what(about)} is protected by object lock or a retention rule of the bucket and cannot be erased yet.`,
      "Wait until the retention ends, or have it removed by who runs the bucket.",
    ]
  }
  if (saysMfa(message)) {
    return [
      "store-denied",
      `${what(about)} cannot be erased: the bucket ${about.bucket} deletes only with multi-factor authentication.`,
      "Have MFA delete switched off for this bucket, or use another one.",
    ]
  }
  return undefined
}

function denied({ code, status, headers, message }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  if (
    status !== 401 &&
    status !== 403 &&
    !/^(?:AccessDenied|AllAccessDisabled|Forbidden|UnauthorizedAccess|AccountProblem)$/.test(code)
  )
    return undefined
  // A proxy or a web site that refuses is not the bucket's policy.
  if (code !== "AccessDenied" && /html/.test(headers["content-type"] ?? "")) return undefined
  const permission = {
    write: "s3:PutObject",
    read: "s3:GetObject (and s3:ListBucket, without which a missing object is answered by a refusal)",
    list: "s3:ListBucket",
    "list-versions": "s3:ListBucketVersions",
    delete: "s3:DeleteObject",
    "delete-version": "s3:DeleteObjectVersion",
  }[about.operation]
  return [
    "store-denied",
    `Access denied: these credentials may not ${verb(about.operation)} ${what(about)}${reasonIn(message, code)}.`,
    `Allow ${permission} for the bucket ${about.bucket}.${orWithoutBucket(about)}`,
  ]
}

/** The service's reason for a refusal, such as the permission and policy that AWS names; "" if there is none. */
function reasonIn(message: string, code: string): string {
  const said = message
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .replace(/\.$/, "")
    .slice(0, 300)
  const isEmpty = said === "" || said === code || /^(?:unknown ?error|access ?denied|forbidden|null)$/i.test(said)
  return isEmpty ? "" : ` (the service says: ${said})`
}

/** A hint for an endpoint that may be the bucket's address. */
function orWithoutBucket({ endpoint, bucket }: S3Context): string {
  const named = bucketInEndpoint(endpoint, bucket)
  return named
    ? ` If ${endpoint} is the address of the bucket, give that of the service: --endpoint ${named.service}`
    : ""
}

function notS3({ code, status, headers, system }: S3ErrorFacts, { endpoint }: S3Context): ErrorText | undefined {
  const page = /html/.test(headers["content-type"] ?? "") || code === "SyntaxError"
  // A response with its own error code comes from an S3 service.
  if (!(page || (status === 404 && /^(?:404|NotFound|UnknownError|Unknown|Error)$/.test(code))) || system.length > 0)
    return undefined
  return [
    "store-failed",
    `${endpoint} does not answer like an S3 service${status === undefined ? "" : ` (status ${status})`}.`,
    "Give the address of the S3 API itself as endpoint, not that of a web console or web site.",
  ]
}

function otherwise({ code, status, message }: S3ErrorFacts, about: S3Context): ErrorText {
  const answer = [status, code === "Error" || code === String(status) ? undefined : code].filter(
    (one) => one !== undefined,
  )
  const said =
    message === "" || message === code ? "" : `: ${message.split("\n", 1)[0]!.replace(/\.$/, "").slice(0, 200)}`
  return [
    "store-failed",
    `Could not ${verb(about.operation)} ${what(about)}: ${about.endpoint} answered ${answer.join(" ") || "with an error"}${said}.`,
    "Try again; if it stays, ask who runs the service.",
  ]
}

function verb(doing: S3Operation): string {
  return { "list-versions": "list the versions in", "delete-version": "delete old versions of", other: doing }[
    doing === "list-versions" || doing === "delete-version" ? doing : "other"
  ]
}

function what({ bucket, key }: S3Context): string {
  return `s3://${bucket}${key === undefined || key === "" ? "" : `/${key}`}`
}
