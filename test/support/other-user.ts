import { randomBytes } from "node:crypto"
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { onTestFinished } from "vitest"
import { ownHome, type RunOptions } from "./run-command.ts"
import { serverFromEnvironment } from "./s3-places.ts"

/** Permissions that the README requires for sharing: on objects, and on the bucket. */
export const readmeRights = {
  objects: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
  bucket: ["s3:ListBucket"],
}

/** The same with the permissions for a bucket with versioning. */
export const versionRights = {
  objects: [...readmeRights.objects, "s3:DeleteObjectVersion"],
  bucket: [...readmeRights.bucket, "s3:ListBucketVersions"],
}

export type Rights = typeof readmeRights

/** The same permissions without one. */
export const without = (rights: Rights, right: string): Rights => ({
  objects: rights.objects.filter((each) => each !== right),
  bucket: rights.bucket.filter((each) => each !== right),
})

export interface OtherBucket {
  rights: Rights
  versions?: boolean
  /** Default retention in days. */
  lockDays?: number
  denied?: string
  /** Values that the policy demands of every upload, by condition key: `s3:x-amz-acl`. */
  demands?: Record<string, string>
  /** Resource of the object permissions. Default: as in the README. */
  resource?: string
}

/**
 * A new bucket of one Ceph RGW user, and the built command run as another user, who has only the permissions of a
 * policy.
 */
export async function otherBucket({ versions = false, lockDays, resource = "s/*", ...more }: OtherBucket) {
  const { endpoint, accessKey, secretKey } = serverFromEnvironment("CEPH")
  const { CEPH_OTHER_ACCESS_KEY = "", CEPH_OTHER_SECRET_KEY = "" } = process.env
  const Bucket = `other-${randomBytes(4).toString("hex")}`
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  onTestFinished(() => client.destroy())
  const locks: Partial<CreateBucketCommandInput> = lockDays === undefined ? {} : { ObjectLockEnabledForBucket: true }
  await client.send(new CreateBucketCommand({ Bucket, ...locks }))
  if (versions)
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }))
  const lock = async (Days: number) => {
    const Rule = { DefaultRetention: { Mode: "GOVERNANCE", Days } } as const
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
  }
  if (lockDays) await lock(lockDays)
  /** @param denied a permission that is denied explicitly: Ceph lets the creator of an object read it without any */
  const allow = async ({ objects, bucket }: Rights, denied?: string) => {
    const whom = { Effect: "Allow", Principal: { AWS: ["arn:aws:iam:::user/other"] } }
    const Statement = [
      { ...whom, Action: objects, Resource: `arn:aws:s3:::${Bucket}/${resource}` },
      { ...whom, Action: bucket, Resource: `arn:aws:s3:::${Bucket}` },
      ...(denied === undefined
        ? []
        : [{ ...whom, Effect: "Deny", Action: [denied], Resource: `arn:aws:s3:::${Bucket}/*` }]),
      // Ceph does not apply StringNotEquals to a header that is missing.
      ...Object.entries(more.demands ?? {}).flatMap(([name, value]) =>
        [{ Null: { [name]: "true" } }, { StringNotEquals: { [name]: value } }].map((Condition) => ({
          ...{ ...whom, Effect: "Deny", Action: ["s3:PutObject"], Resource: `arn:aws:s3:::${Bucket}/*`, Condition },
        })),
      ),
    ].filter(({ Action }) => Action.length > 0)
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement })
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  }
  await allow(more.rights, more.denied)
  const home = ownHome()
  const env = { AWS_ACCESS_KEY_ID: CEPH_OTHER_ACCESS_KEY, AWS_SECRET_ACCESS_KEY: CEPH_OTHER_SECRET_KEY }
  return {
    Bucket,
    client,
    endpoint,
    home,
    env,
    allow,
    lock,
    run: (args: string[], options: RunOptions = {}) =>
      home.run([...args, "--to", `s3://${Bucket}`, "--endpoint", endpoint], {
        ...options,
        env: { ...env, ...options.env },
      }),
    /** Everything in the bucket, as its owner sees it: `key` for content, `key (marker)` for a delete marker. */
    async held() {
      const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
      return [...Versions.map(({ Key }) => `${Key}`), ...DeleteMarkers.map(({ Key }) => `${Key} (marker)`)]
    },
  }
}
