import type { S3Client } from "@aws-sdk/client-s3"
import type { KnownCredentials } from "./credentials/credential-provider.ts"
import type { UploadDemands } from "./s3-demands.ts"

/** A bucket, with the capabilities of its service that were detected so far. */
export interface S3Bucket {
  client: S3Client
  bucket: string
  endpoint: string
  region: string
  credentials: KnownCredentials
  /** Parameters of every upload: encryption, storage class, ACL, tags. */
  upload: UploadDemands
  /** Whether the service lists versions; undefined before the first listing. */
  versions: "listed" | "unsupported" | "denied" | undefined
  /** Whether deleting without a version keeps the content; undefined before the first response that shows it. */
  keepsVersions: boolean | undefined
  /** Whether the service accepts DeleteObjects from these credentials. */
  batches: boolean
  /** Entries that the service deletes in one request in time. */
  maxBatchCount: number
}
