import { randomBytes } from "node:crypto"
import { rmSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3"
import { expect, test } from "vitest"
import type { Finding } from "../../src/doctor/finding.ts"
import { ownBucket } from "../support/own-bucket.ts"
import { fixture, type Run } from "../support/run-command.ts"

const statesOf = ({ stdout }: Run) => {
  const { findings } = JSON.parse(stdout) as { findings: Finding[] }
  return Object.fromEntries(findings.map(({ about, state }) => [about, state]))
}

const fine = {
  ...{ Credentials: "ok", Clock: "ok", Versions: "ok", "Object lock": "ok", Write: "ok", Read: "ok", List: "ok" },
  ...{ Listing: "ok", Caches: "ok", Delete: "ok" },
}

test("the policy that doctor prints for a private bucket makes shares readable, but not listable", async () => {
  const { run, client, Bucket, versions } = await ownBucket("CEPH")
  const before = await run("doctor", "--json")
  expect(before.status).toBe(0)
  expect(statesOf(before)).toMatchObject({ ...fine, Public: "note" })
  const { findings } = JSON.parse(before.stdout) as { findings: Finding[] }
  const Policy = findings.find(({ about }) => about === "Public")!.paste!.text
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  expect(statesOf(await run("doctor", "--json"))).toMatchObject({ ...fine, Public: "ok" })
  expect(await versions()).toEqual(["s/somebody-else"])
})

test("a publicly listable and a versioned bucket cause warnings, and nothing is left in either", async () => {
  const { run, client, Bucket, versions } = await ownBucket("CEPH", { versions: true, isPublic: true })
  const arn = `arn:aws:s3:::${Bucket}`
  const allow = (Action: string, Resource: string) => ({ Effect: "Allow", Principal: "*", Action, Resource })
  const Statement = [allow("s3:GetObject", `${arn}/s/*`), allow("s3:ListBucket", arn)]
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement })
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  const looked = await run("doctor", "--json")
  expect(looked.status).toBe(0)
  expect(statesOf(looked)).toMatchObject({ ...fine, Versions: "warn", Public: "ok", Listing: "warn" })
  expect(await versions()).toEqual(["s/somebody-else"])
})

test("a bucket with a default retention fails, and nothing is uploaded", async () => {
  const { home, endpoint, client } = await ownBucket("CEPH")
  const Bucket = `lock-${randomBytes(4).toString("hex")}`
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  const { accessKeyId, secretAccessKey } = await client.config.credentials()
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const doctor = () => home.run(["doctor", "--json", "--to", `s3://${Bucket}`, "--endpoint", endpoint], { env })
  expect(statesOf(await doctor())).toMatchObject({ "Object lock": "warn", Delete: "ok" })
  const Rule = { DefaultRetention: { Mode: "GOVERNANCE", Days: 3 } } as const
  const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const
  await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
  const locked = await doctor()
  expect(locked.status).toBe(5)
  expect(statesOf(locked)).toEqual(expect.objectContaining({ "Object lock": "fail" }))
  expect(statesOf(locked)).not.toHaveProperty("Write")
})

test.each([false, true])("the service takes the lifecycle rule (versions: %s)", async (versions) => {
  const { run, client, Bucket } = await ownBucket("CEPH", { versions })
  const { stdout } = await run("doctor", "--lifecycle", "--expires", "30d")
  const LifecycleConfiguration = JSON.parse(stdout)
  const { $metadata } = await client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }),
  )
  expect($metadata.httpStatusCode).toBe(200)
})

test("prune --bucket removes all expired shares and keeps the others", async () => {
  const { run, client, Bucket, home, versions } = await ownBucket("CEPH", { versions: true, isPublic: true })
  const { stdout } = await run("share", fixture("questions"), "--expires", "7d", "--json")
  const { id } = JSON.parse(stdout)
  await run("share", fixture("questions"))
  const untouched = await run("prune", "--bucket", "--json")
  expect(JSON.parse(untouched.stdout)).toEqual({ removed: [], failed: [] })

  const key = `s/${id}/manifest.json`
  const stored = await (await client.send(new GetObjectCommand({ Bucket, Key: key }))).Body!.transformToByteArray()
  const manifest = JSON.parse(gunzipSync(stored).toString())
  const Body = JSON.stringify({ ...manifest, expires: "2020-01-31T00:00:00.000Z" })
  await client.send(new PutObjectCommand({ Bucket, Key: key, Body, ContentType: "application/json" }))
  // As on a server that has shared nothing itself.
  rmSync(home.file("data"), { recursive: true })
  const pruned = await run("prune", "--bucket", "--json")
  expect(pruned.status).toBe(0)
  expect(JSON.parse(pruned.stdout).removed).toMatchObject([{ id, proven: true }])
  expect(await versions()).toEqual(["s/somebody-else"])
})
