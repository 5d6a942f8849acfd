import { ShareError } from "../../../errors.ts"
import { bucketInEndpoint, bucketNamedTwice } from "../s3-endpoint.ts"
import { bucketError, capacityError } from "./bucket-errors.ts"
import { connectionError } from "./connection-errors.ts"
import { clockError, credentialError } from "./credential-errors.ts"
import { errorFacts, type S3ErrorFacts } from "./error-facts.ts"
import { type ErrorText, objectName, operationVerb, type S3Context } from "./error-text.ts"
import { deniedError, protectionError } from "./refusal-errors.ts"

/** Turns a failed request into a `ShareError`: one sentence, a hint, a `store-` code. */
export function s3Error(error: unknown, about: S3Context): ShareError {
  if (error instanceof ShareError) return error
  const facts = errorFacts(error)
  if (isListingOfAnObject(facts, about)) {
    const { bucket, endpoint } = about
    return bucketNamedTwice(endpoint, { bucket, folder: "" }, bucketInEndpoint(endpoint, bucket), error)
  }
  const [code, message, hint] =
    credentialError(facts.code) ??
    clockError(facts, about) ??
    connectionError(facts, about) ??
    bucketError(facts, about) ??
    capacityError(facts, about) ??
    protectionError(facts, about) ??
    deniedError(facts, about) ??
    notS3Error(facts, about) ??
    otherError(facts, about)
  return new ShareError(code, message, { hint, cause: error })
}

/**
 * A listing addresses the bucket. `NoSuchKey` means that the service read the bucket's name as a key: the endpoint already
 * points into a bucket.
 */
const isListingOfAnObject = ({ code }: S3ErrorFacts, { operation }: S3Context) =>
  code === "NoSuchKey" && (operation === "list" || operation === "list-versions")

/** The error for a response that no S3 service would send. */
export function notS3Endpoint(endpoint: string, status?: number): ShareError {
  const [code, message, hint] = notS3Text(endpoint, status)
  return new ShareError(code, message, { hint })
}

const notS3Text = (endpoint: string, status?: number): ErrorText => [
  "store-failed",
  `${endpoint} does not answer like an S3 service${status === undefined ? "" : ` (status ${status})`}.`,
  "Give the address of the S3 API itself as endpoint, not that of a web console or web site.",
]

function notS3Error({ code, status, headers, system }: S3ErrorFacts, { endpoint }: S3Context): ErrorText | undefined {
  const page = /html/.test(headers["content-type"] ?? "") || code === "SyntaxError"
  // A response with its own error code comes from an S3 service.
  if (!(page || (status === 404 && /^(?:404|NotFound|UnknownError|Unknown|Error)$/.test(code))) || system.length > 0)
    return undefined
  return notS3Text(endpoint, status)
}

function otherError({ code, status, message }: S3ErrorFacts, about: S3Context): ErrorText {
  const answer = [status, code === "Error" || code === String(status) ? undefined : code].filter(
    (one) => one !== undefined,
  )
  const said =
    message === "" || message === code ? "" : `: ${message.split("\n", 1)[0]!.replace(/\.$/, "").slice(0, 200)}`
  return [
    "store-failed",
    `Could not ${operationVerb(about.operation)} ${objectName(about)}: ${about.endpoint} answered ${answer.join(" ") || "with an error"}${said}.`,
    "Try again; if it stays, ask who runs the service.",
  ]
}
