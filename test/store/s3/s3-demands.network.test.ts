import { expect, test } from "vitest"
import { collect, page, s3Here } from "../../support/s3-here.ts"

const options = {
  ...{ sse: "aws:kms", sseKmsKeyId: "key", sseBucketKey: true, storageClass: "STANDARD_IA" },
  ...{
    acl: "bucket-owner-full-control",
    tags: "team=ai&x=a b",
    requesterPays: true,
    expectedBucketOwner: "111122223333",
  },
}
const everywhere = { "x-amz-request-payer": "requester", "x-amz-expected-bucket-owner": "111122223333" }

test("every upload has the options of the bucket, every request the payer and the expected owner", async () => {
  const { store, server } = await s3Here({}, options)
  await store.put("s/one/index.html", page("hello"))
  await store.get("s/one/index.html")
  await store.read("s/one/index.html", { head: true })
  await store.delete(await collect(store.list("s/one/")))
  expect(server.requests[0]?.headers).toMatchObject({
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": "key",
    "x-amz-server-side-encryption-bucket-key-enabled": "true",
    "x-amz-storage-class": "STANDARD_IA",
    "x-amz-acl": "bucket-owner-full-control",
    "x-amz-tagging": "team=ai&x=a+b",
  })
  for (const { headers } of server.requests) expect(headers).toMatchObject(everywhere)
  const { searchParams } = new URL((await store.presign!("s/one/index.html", 60)).url)
  expect(searchParams.get("x-amz-request-payer")).toBe("requester")
})

test("other options give another identity, so that the bucket is probed again", async () => {
  const identity = async (more: object) =>
    (await s3Here({}, { endpoint: "https://s3.example", ...more })).store.remote!.identity()
  expect(
    new Set([
      await identity({}),
      await identity({}),
      await identity({ sse: "AES256" }),
      await identity({ acl: "private" }),
    ]).size,
  ).toBe(3)
})
