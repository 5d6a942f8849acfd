import { randomBytes } from "node:crypto"
import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { vi } from "vitest"
import { s3Store } from "../../src/store/s3/s3.ts"
import type { StoreUnderTest } from "../store/contract-parts.ts"

export interface RealServer {
  endpoint: string
  accessKey: string
  secretKey: string
}

/** A running server from the environment: `CEPH_ENDPOINT`, `CEPH_ACCESS_KEY`, `CEPH_SECRET_KEY`. */
export function serverFromEnvironment(prefix: string): RealServer {
  const read = (name: string) => {
    const value = process.env[`${prefix}_${name}`]
    if (value) return value
    throw new Error(
      `${prefix}_${name} is not set: start the server with test/fixtures/s3-servers/${prefix.toLowerCase()}.sh FOLDER and export what it prints.`,
    )
  }
  return { endpoint: read("ENDPOINT"), accessKey: read("ACCESS_KEY"), secretKey: read("SECRET_KEY") }
}

/** New buckets on a real server: plain, with versioning, and with object lock where supported. */
export async function realPlace(server: RealServer, { objectLock }: { objectLock: boolean }): Promise<StoreUnderTest> {
  const { endpoint, accessKey, secretKey } = server
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKey)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretKey)
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
  })
  const name = `contract-${randomBytes(4).toString("hex")}`
  const plain = { bucket: name, endpoint }
  const versioned = { bucket: `${name}-versions`, endpoint }
  await client.send(new CreateBucketCommand({ Bucket: plain.bucket }))
  await client.send(new CreateBucketCommand({ Bucket: versioned.bucket }))
  await client.send(
    new PutBucketVersioningCommand({ Bucket: versioned.bucket, VersioningConfiguration: { Status: "Enabled" } }),
  )

  const place: StoreUnderTest = {
    open: (folder) => s3Store({ ...plain, folder }),
    openVersioned: (folder) => s3Store({ ...versioned, folder }),
    headers: async (folder, key) => {
      const found = await client.send(new HeadObjectCommand({ Bucket: plain.bucket, Key: `${folder}/${key}` }))
      return {
        contentType: found.ContentType,
        cacheControl: found.CacheControl,
        contentEncoding: found.ContentEncoding,
      }
    },
    close: async () => {
      client.destroy()
      vi.unstubAllEnvs()
    },
  }
  if (!objectLock) return place
  const locked = { bucket: `${name}-lock`, endpoint }
  await client.send(new CreateBucketCommand({ Bucket: locked.bucket, ObjectLockEnabledForBucket: true }))
  const hold = (Key: string, Status: "ON" | "OFF") =>
    client.send(
      new PutObjectLegalHoldCommand({ Bucket: locked.bucket, Key, LegalHold: { Status }, ChecksumAlgorithm: "CRC32" }),
    )
  return {
    ...place,
    protectable: {
      open: (folder) => s3Store({ ...locked, folder }),
      protect: async (folder, key) => {
        await hold(`${folder}/${key}`, "ON")
        return async () => void (await hold(`${folder}/${key}`, "OFF"))
      },
    },
  }
}
