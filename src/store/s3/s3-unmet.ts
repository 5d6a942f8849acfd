import { HeadObjectCommand } from "@aws-sdk/client-s3"
import type { BucketOptions } from "../bucket-options.ts"
import { s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"

/** Compares a stored object with the options of its upload: see `RemoteStore.unmetOptions`. One request at most. */
export async function unmetOptions(s3: S3Bucket, key: string, options: BucketOptions): Promise<string[]> {
  const { sse, storageClass } = options
  if (sse === undefined && storageClass === undefined) return []
  const found = await s3.client.send(new HeadObjectCommand({ Bucket: s3.bucket, Key: key })).catch((error: unknown) => {
    throw s3Error(error, { ...s3, operation: "read", key })
  })
  const { ServerSideEncryption, StorageClass = "STANDARD" } = found
  return [
    ...(sse !== undefined && ServerSideEncryption !== sse
      ? [`encryption ${sse} was requested, but the service reports ${ServerSideEncryption ?? "none"}`]
      : []),
    ...(storageClass !== undefined && StorageClass !== storageClass
      ? [`storage class ${storageClass} was requested, but the service reports ${StorageClass}`]
      : []),
  ]
}
