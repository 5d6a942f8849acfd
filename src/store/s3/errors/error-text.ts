import type { ErrorCode } from "../../../errors.ts"
import type { KnownCredentials } from "../credentials/credential-provider.ts"
import type { UploadDemands } from "../s3-demands.ts"
import { bucketInEndpoint } from "../s3-endpoint.ts"

export type S3Operation = "write" | "read" | "list" | "list-versions" | "delete" | "delete-version"

/** Context of an error. Never contains credentials: messages are built only from this and from error codes. */
export interface S3Context {
  operation: S3Operation
  bucket: string
  endpoint: string
  region: string
  /** The full key or prefix in the bucket. */
  key?: string | undefined
  credentials?: KnownCredentials
  /** Requirements of the request besides storing. */
  upload?: UploadDemands
}

/** The parts of a `ShareError`. */
export type ErrorText = [code: ErrorCode, message: string, hint: string]

/** The operation as a verb: `delete old versions of`. */
export function operationVerb(operation: S3Operation): string {
  switch (operation) {
    case "list-versions":
      return "list the versions in"
    case "delete-version":
      return "delete old versions of"
    default:
      return operation
  }
}

/** The object or prefix of an error: `s3://team-shares/s/…`. */
export function objectName({ bucket, key }: S3Context): string {
  return `s3://${bucket}${key === undefined || key === "" ? "" : `/${key}`}`
}

/** A sentence for an endpoint that may be the bucket's address; "" for others. */
export function bucketEndpointHint({ endpoint, bucket }: S3Context): string {
  const named = bucketInEndpoint(endpoint, bucket)
  return named
    ? ` If ${endpoint} is the address of the bucket, give that of the service: --endpoint ${named.service}`
    : ""
}
