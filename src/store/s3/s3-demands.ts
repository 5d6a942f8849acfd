import type { PutObjectCommandInput, S3Client } from "@aws-sdk/client-s3"
import type { BucketOptions } from "../bucket-options.ts"

/** Parameters of every upload. */
export type UploadDemands = Pick<
  PutObjectCommandInput,
  "ServerSideEncryption" | "SSEKMSKeyId" | "BucketKeyEnabled" | "StorageClass" | "ACL" | "Tagging"
>

/** The options that concern uploads, as parameters of PutObject. Unset ones are left out. */
export function uploadDemands(options: BucketOptions): UploadDemands {
  const { sse, sseKmsKeyId, sseBucketKey, storageClass, acl, tags } = options
  const demands = {
    ServerSideEncryption: sse,
    SSEKMSKeyId: sseKmsKeyId,
    BucketKeyEnabled: sseBucketKey,
    StorageClass: storageClass,
    ACL: acl,
    Tagging: tags && new URLSearchParams(tags).toString(),
  }
  return Object.fromEntries(Object.entries(demands).filter(([, value]) => value !== undefined)) as UploadDemands
}

/** Adds the options that concern every request: who pays, and who must own the bucket. */
export function sendWithEveryRequest(client: S3Client, { requesterPays, expectedBucketOwner }: BucketOptions): void {
  const demands = {
    ...(requesterPays && { RequestPayer: "requester" as const }),
    ...(expectedBucketOwner !== undefined && { ExpectedBucketOwner: expectedBucketOwner }),
  }
  if (Object.keys(demands).length === 0) return
  client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, ...demands } }), {
    name: "bucketDemands",
    step: "initialize",
    priority: "high",
  })
}
