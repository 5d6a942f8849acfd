import { ShareError } from "../../../errors.ts"
import { CredentialsUnavailableError } from "../credentials/credential-provider.ts"
import { bucketInEndpoint, bucketNamedTwice } from "../s3-endpoint.ts"
import { bucketError, capacityError, regionError } from "./bucket-errors.ts"
import { connectionError, redirectError } from "./connection-errors.ts"
import { clockError, credentialError, unavailableCredentials } from "./credential-errors.ts"
import { errorFacts, type S3ErrorFacts } from "./error-facts.ts"
import { type ErrorText, objectName, operationVerb, type S3Context } from "./error-text.ts"
import { deniedError, kmsError, protectionError } from "./refusal-errors.ts"
import { serviceWords } from "./service-words.ts"

/** Turns a failed request into a `ShareError`: one sentence, a hint, a `store-` code. */
export function s3Error(error: unknown, about: S3Context): ShareError {
  if (error instanceof ShareError) return error
  const facts = errorFacts(error)
  if (isListingOfAnObject(facts, about)) {
    const { bucket, endpoint } = about
    return bucketNamedTwice(endpoint, { bucket, folder: "" }, bucketInEndpoint(endpoint, bucket), error)
  }
  const [code, message, hint] =
    error instanceof CredentialsUnavailableError
      ? unavailableCredentials(error)
      : (withServiceWords(facts, responseError(facts, about)) ?? notS3Error(facts, about) ?? otherError(facts, about))
  return new ShareError(code, message, { hint, cause: error })
}

function responseError(facts: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  return (
    kmsError(facts, about) ??
    regionError(facts, about) ??
    credentialError(facts, about) ??
    clockError(facts, about) ??
    connectionError(facts, about) ??
    bucketError(facts, about) ??
    redirectError(facts, about) ??
    capacityError(facts, about) ??
    protectionError(facts, about) ??
    deniedError(facts, about)
  )
}

/** Quotes what the service said, if there was a response. */
function withServiceWords(facts: S3ErrorFacts, text: ErrorText | undefined): ErrorText | undefined {
  if (text === undefined || facts.status === undefined) return text
  const [code, message, hint] = text
  return [code, message.replace(/\.$/, () => `${serviceWords(facts)}.`), hint]
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
  `Give the address of the S3 API itself as endpoint, not that of a web console or web site.${/:9001$/.test(endpoint) ? " MinIO's API is usually at port 9000." : ""}`,
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
