import { HeadObjectCommand, PutBucketRequestPaymentCommand } from "@aws-sdk/client-s3"
import { expect, test } from "vitest"
import { otherBucket, readmeRights } from "../support/other-user.ts"
import { fixture } from "../support/run-command.ts"

const rights = { ...readmeRights, objects: [...readmeRights.objects, "s3:PutObjectAcl", "s3:PutObjectTagging"] }

const demands = {
  "s3:x-amz-server-side-encryption": "aws:kms",
  "s3:x-amz-server-side-encryption-aws-kms-key-id": "test-key",
  "s3:x-amz-acl": "bucket-owner-full-control",
  "s3:RequestObjectTag/team": "ai",
}

test.each(Object.entries(demands))("a policy that demands %s=%s refuses an upload without it", async (name, value) => {
  const { run, held } = await otherBucket({ rights, demands: { [name]: value } })
  const refused = await run(["share", fixture("questions"), "--yes"])
  expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" })
  expect(refused.stderr).toContain("--sse, --acl, --tags or --storage-class")
  expect(await held()).toEqual([])
})

test("every command works with the required options from flags, variables or the ledger", async () => {
  const { run, held, client, Bucket } = await otherBucket({ rights, demands })
  const flags = ["--sse-kms-key-id", "test-key", "--acl", "bucket-owner-full-control", "--tags", "team=ai&x=a b"]
  const looked = await run(["doctor", "--json", ...flags])
  expect(JSON.parse(looked.stdout)).toMatchObject({
    works: true,
    findings: expect.arrayContaining([expect.objectContaining({ about: "Options", state: "ok" })]),
  })
  const env = {
    ...{ OPENCODE_BUCKET_SSE: "aws:kms", OPENCODE_BUCKET_SSE_KMS_KEY_ID: "test-key" },
    ...{ OPENCODE_BUCKET_ACL: "bucket-owner-full-control", OPENCODE_BUCKET_TAGS: "team=ai" },
  }
  const { id, url } = JSON.parse((await run(["share", fixture("all-tools"), "--json"], { env })).stdout)
  // The bucket's owner may read what the other user has stored.
  const stored = await client.send(new HeadObjectCommand({ Bucket, Key: `s/${id}/index.html` }))
  expect(stored).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "test-key" })
  expect((await run(["share", fixture("all-tools"), "--omit", "tool-output"], { env })).status).toBe(0)
  expect((await run(["unshare", url])).status).toBe(0)
  expect(await held()).toEqual([])
})

test("in a requester-pays bucket, shares are created, listed and removed only with the option", async () => {
  const { run, held, client, Bucket } = await otherBucket({ rights: readmeRights })
  const RequestPaymentConfiguration = { Payer: "Requester" } as const
  await client.send(new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration }))
  const refused = await run(["share", fixture("questions"), "--yes"])
  expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" })
  const { url } = JSON.parse((await run(["share", fixture("questions"), "--requester-pays", "--json"])).stdout)
  expect((await run(["list", "--bucket", "--requester-pays"])).stdout).toContain(url)
  expect((await run(["unshare", url])).status).toBe(0)
  expect(await held()).toEqual([])
})

test("doctor warns of an option that the service ignores", async () => {
  const { run } = await otherBucket({ rights: readmeRights })
  const looked = JSON.parse((await run(["doctor", "--json", "--sse", "AES256"])).stdout)
  const options = looked.findings.find(({ about }: { about: string }) => about === "Options")
  expect(options).toMatchObject({ state: "warn", says: expect.stringContaining("the service reports none") })
})
