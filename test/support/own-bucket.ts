import { randomBytes } from "node:crypto"
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { onTestFinished } from "vitest"
import { ownHome } from "./run-command.ts"
import { serverFromEnvironment } from "./s3-places.ts"

/** A new bucket on a real server, and the built command as a user would run it there. */
export async function ownBucket(name: "CEPH" | "SWIFT", { versions = false, isPublic = false } = {}) {
  const { endpoint, accessKey, secretKey } = serverFromEnvironment(name)
  const Bucket = `flow-${randomBytes(4).toString("hex")}`
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
  })
  onTestFinished(() => client.destroy())
  await client.send(new CreateBucketCommand({ Bucket }))
  if (versions)
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }))
  if (isPublic) {
    // The README's policy: everyone may read shares, nobody may list them.
    const Statement = [
      {
        Sid: "ReadShares",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/s/*`,
      },
    ]
    await client.send(
      new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }),
    )
  }
  // An object of someone else whose key begins like those of shares.
  await client.send(new PutObjectCommand({ Bucket, Key: "s/somebody-else", Body: Buffer.from("mine") }))
  const home = ownHome()
  const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }
  return {
    home,
    endpoint,
    Bucket,
    client,
    run: (...args: string[]) => home.run([...args, "--to", `s3://${Bucket}`, "--endpoint", endpoint], { env }),
    keys: async () => (await client.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key),
    versions: async () => {
      const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
      return [...Versions, ...DeleteMarkers].map(({ Key }) => Key)
    },
  }
}
