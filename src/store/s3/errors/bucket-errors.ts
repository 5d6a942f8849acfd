import type { S3ErrorFacts } from "./error-facts.ts"
import { bucketEndpointHint, type ErrorText, type S3Context } from "./error-text.ts"

/** A bucket that does not exist. */
export function bucketError({ code }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  const { bucket, endpoint } = about
  if (code === "NoSuchBucket") {
    return [
      "store-bucket-missing",
      `There is no bucket ${bucket} at ${endpoint}.`,
      `Create the bucket, or correct its name or the endpoint.${bucketEndpointHint(about)}`,
    ]
  }
  if (code === "InvalidBucketName") {
    return [
      "bad-settings",
      `${endpoint} does not take ${bucket} as the name of a bucket.`,
      "Correct the bucket's name.",
    ]
  }
  return undefined
}

const REGION_CODES =
  /^(?:PermanentRedirect|TemporaryRedirect|Redirect|301|307|AuthorizationHeaderMalformed|IllegalLocationConstraintException|InvalidRegion.*)$/

/** A bucket or service in another region than the one that the request was signed for. */
export function regionError({ code, region: told }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  const { bucket, endpoint, region } = about
  const isOther = told !== undefined && told !== region
  if (isOther && (REGION_CODES.test(code) || code === "SignatureDoesNotMatch" || code === "400"))
    return [
      "bad-settings",
      `The bucket ${bucket} is in the region ${told}, not in ${region}.`,
      `Set the region: --region ${told}.`,
    ]
  if (!REGION_CODES.test(code) || /^\d+$/.test(code) || code.startsWith("InvalidRegion")) return undefined
  return [
    "bad-settings",
    `The bucket ${bucket} is not in the region ${region} or not at ${endpoint}.`,
    "Set the bucket's own region with --region, or its endpoint with --endpoint.",
  ]
}

/** A full bucket, an object that is too large, a service that is too busy. */
export function capacityError(
  { code, status, message }: S3ErrorFacts,
  { bucket, endpoint }: S3Context,
): ErrorText | undefined {
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
