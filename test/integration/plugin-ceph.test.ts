import { randomBytes } from "node:crypto"
import path from "node:path"
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { expect, test } from "vitest"
import { openLedger } from "../../src/share/ledger.ts"
import { pluggedClient, until } from "../support/opencode-plugin.ts"
import { otherBucket, readmeRights, without } from "../support/other-user.ts"
import { serverFromEnvironment } from "../support/s3-places.ts"

test("Ceph RGW with versions: a session is shared from inside OpenCode, updated, and removed completely", async () => {
  const { endpoint, accessKey, secretKey } = serverFromEnvironment("CEPH")
  const s3 = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  const Bucket = `plugin-${randomBytes(4).toString("hex")}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }))
  const held = async () => {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
    return [...Versions, ...DeleteMarkers].map(({ Key }) => Key!)
  }

  const opencode = await pluggedClient()
  await opencode.configure({ to: `s3://${Bucket}`, endpoint })
  const credentials = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }
  const server = await opencode.serve({ ...credentials, AWS_EC2_METADATA_DISABLED: "true" })
  try {
    const session = await server.session("To Ceph")
    await server.say(session, "hello")
    const link = await server.share(session)
    const [entry] = opencode.ledger()
    expect(link).toBe(`${endpoint}/${Bucket}/s/${entry!.id}/index.html`)
    expect(await held()).toContain(`s/${entry!.id}/index.html`)

    await server.say(session, "and on")
    await until(
      async () => (await held()).filter((key) => key.endsWith("/index.html")).length,
      (versions) => versions > 1,
    )
    await server.unshare(session)
    expect(await held()).toEqual([])
    expect(opencode.ledger()).toEqual([])
  } finally {
    await server.close()
    await opencode.close()
    s3.destroy()
  }
})

test("inside OpenCode, a bucket without the right to delete is refused; one with the README's rights works", async () => {
  const bucket = await otherBucket({ rights: without(readmeRights, "s3:DeleteObject") })
  const opencode = await pluggedClient()
  await opencode.configure({ to: `s3://${bucket.Bucket}`, endpoint: bucket.endpoint })
  const server = await opencode.serve({ ...bucket.env, AWS_EC2_METADATA_DISABLED: "true" })
  try {
    const session = await server.session("To a bucket of others")
    await server.say(session, "hello")
    await expect(server.share(session)).rejects.toThrow()
    // The plugin's message reaches OpenCode's log a moment later.
    await until(
      () => opencode.logged(),
      (logged) => logged.includes("Allow s3:DeleteObject for the bucket"),
    )
    expect(await bucket.held()).toEqual([])
    expect(opencode.ledger()).toEqual([])

    await bucket.allow(readmeRights)
    await server.share(session)
    expect((await bucket.held()).length).toBeGreaterThan(3)
    await server.unshare(session)
    expect(await bucket.held()).toEqual([])
  } finally {
    await server.close()
    await opencode.close()
  }
})

test("a share of the same session at a missing destination does not prevent /unshare or the command", async () => {
  const { endpoint, accessKey, secretKey } = serverFromEnvironment("CEPH")
  const opencode = await pluggedClient()
  const s3 = new S3Client({
    ...{ endpoint, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  const Bucket = `plugin-${randomBytes(4).toString("hex")}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  await opencode.configure({ to: `s3://${Bucket}`, endpoint })
  const credentials = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }
  const server = await opencode.serve({ ...credentials, AWS_EC2_METADATA_DISABLED: "true" })
  try {
    const session = await server.session("In two places")
    await server.say(session, "hello")
    const [created, updated] = [new Date().toISOString(), new Date().toISOString()]
    const destination = { to: "s3://gone", endpoint: "http://127.0.0.1:9" }
    await openLedger(path.join(opencode.home, ".local", "share", "opencode-bucket", "ledger")).claim({
      ...{ id: "V1StGXR8_Z5jdHi6B-myT", session, title: "In two places", destination },
      ...{ state: "publishing", created, updated },
    })
    await server.share(session)
    await server.unshare(session)
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
    expect(Versions).toEqual([])
    expect(opencode.ledger().map(({ id }) => id)).toEqual(["V1StGXR8_Z5jdHi6B-myT"])
  } finally {
    await server.close()
    await opencode.close()
    s3.destroy()
  }
})
