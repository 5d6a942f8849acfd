import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { ownBucket } from "../support/own-bucket.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { serverFromEnvironment } from "../support/s3-places.ts"

describe.each([false, true])("Ceph RGW, a public bucket, versions: %s", (versions) => {
  test("a session is shared, read anonymously, updated, and removed completely", async () => {
    const bucket = await ownBucket("CEPH", { versions, isPublic: true })
    const session = JSON.parse(readFileSync(fixture("all-tools"), "utf8"))
    const talk = bucket.home.file("talk.json")
    writeFileSync(talk, JSON.stringify({ ...session, messages: session.messages.slice(0, 8) }))
    const first = JSON.parse((await bucket.run("share", talk, "--json")).stdout)
    expect(first).toMatchObject({ public: true, url: `${bucket.endpoint}/${bucket.Bucket}/s/${first.id}/index.html` })

    const page = await fetch(first.url)
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect(await page.text()).toContain("Main fixture")
    expect((await fetch(`${bucket.endpoint}/${bucket.Bucket}?list-type=2`)).status).toBe(403)
    expect(first.note).toBeUndefined()

    writeFileSync(talk, JSON.stringify(session))
    const second = JSON.parse((await bucket.run("share", talk, "--json")).stdout)
    expect(second).toMatchObject({ id: first.id, url: first.url, public: true })
    expect(await (await fetch(first.url)).text()).toContain("Here is a summary.")

    const removed = await bucket.run("unshare", first.url)
    expect(removed).toMatchObject({ status: 0, stderr: expect.stringContaining(`Removed and verified: ${first.url}`) })
    expect(await bucket.keys()).toEqual(["s/somebody-else"])
    expect(await bucket.versions()).toEqual(["s/somebody-else"])
    // Without permission to list, S3 answers 403 instead of 404 for a missing key.
    expect((await fetch(first.url)).status).toBe(403)
  })
})

test("Swift s3api, a private bucket: a session is shared, not public, and removed by its id from another machine", async () => {
  const bucket = await ownBucket("SWIFT")
  const shared = JSON.parse((await bucket.run("share", fixture("questions"), "--json")).stdout)
  expect(shared.public).toBe(false)
  expect(await bucket.keys()).toContain(`s/${shared.id}/index.html`)
  const { SWIFT_ACCESS_KEY = "", SWIFT_SECRET_KEY = "" } = process.env
  const env = { AWS_ACCESS_KEY_ID: SWIFT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SWIFT_SECRET_KEY }
  const args = ["unshare", shared.session, "--to", `s3://${bucket.Bucket}`, "--endpoint", bucket.endpoint]
  expect(await ownHome().run(args, { env })).toMatchObject({
    status: 0,
    stderr: expect.stringContaining("Removed and verified: "),
  })
  expect(await bucket.keys()).toEqual(["s/somebody-else"])
})

test.each(["CEPH", "SWIFT"] as const)("%s: a wrong secret and a missing bucket give clear messages", async (name) => {
  const { home, endpoint, Bucket } = await ownBucket(name)
  const { accessKey, secretKey } = serverFromEnvironment(name)
  const share = (to: string, secret: string) =>
    home.run(["share", fixture("questions"), "--to", to, "--endpoint", endpoint], {
      env: { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret },
    })
  const wrong = await share(`s3://${Bucket}`, "wrong")
  expect(wrong).toMatchObject({ status: 5, stdout: "", stderr: expect.stringContaining("secret key") })
  const missing = await share(`s3://${Bucket}-none`, secretKey)
  expect(missing).toMatchObject({
    status: 5,
    stdout: "",
    stderr: expect.stringContaining(`There is no bucket ${Bucket}-none`),
  })
})
