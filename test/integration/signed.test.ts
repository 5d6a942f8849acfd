import { setTimeout as passed } from "node:timers/promises"
import { expect, onTestFinished, test } from "vitest"
import { s3Store } from "../../src/store/s3/s3.ts"
import { ownBucket } from "../support/own-bucket.ts"
import { fixture } from "../support/run-command.ts"
import { page, useEnvironment } from "../support/s3-here.ts"
import { serverFromEnvironment } from "../support/s3-places.ts"

test("a presigned link works for every folder of a bucket", async () => {
  const { endpoint, Bucket } = await ownBucket("CEPH")
  const { accessKey, secretKey } = serverFromEnvironment("CEPH")
  useEnvironment({ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey })
  const store = await s3Store({ bucket: Bucket, endpoint, folder: "it's (ours)/a=b+c, @!*" })
  onTestFinished(() => store.close())
  await store.put("s/one/index.html", page("Hello"))
  expect(await (await fetch((await store.presign!("s/one/index.html", 60)).url)).text()).toBe("Hello")
})

test("share --signed gives a link to a private bucket that works until its time and not after unshare", async () => {
  const { run, endpoint, Bucket, keys } = await ownBucket("CEPH")
  const shared = await run("share", fixture("all-tools"), "--signed", "2h", "--json")
  expect(shared.status).toBe(0)
  const { id, url, signed } = JSON.parse(shared.stdout)
  expect(Math.round((Date.parse(signed) - Date.now()) / 3_600_000)).toBe(2)
  expect(shared.stderr).toContain("Anyone with the link can open this page until ")
  expect(shared.stderr).not.toContain("policy")

  const opened = await fetch(url)
  expect(opened.headers.get("content-type")).toContain("text/html")
  const text = await opened.text()
  expect(text).toContain("</html>")
  // One object, and it leads to no other.
  expect([...text.matchAll(/ (?:src|href)="(?!#|data:|https?:|mailto:)[^"]+"/g)].map(([link]) => link)).toEqual([])
  const status = async (url: string) => (await fetch(url)).status
  expect(await status(url.replace(/\?.*/, ""))).toBe(403)
  const changed = (name: string, value: string) => {
    const other = new URL(url)
    other.searchParams.set(name, value)
    return other.href
  }
  expect(await status(changed("X-Amz-Expires", "604800"))).toBe(403)
  expect(await status(changed("X-Amz-Signature", "0".repeat(64)))).toBe(403)
  expect(await status(url.replace("whole.html", "session.json"))).toBe(403)
  expect(await status(url.replace("whole.html", "index.html"))).toBe(403)

  // One that has ended, of the same object.
  const { accessKey, secretKey } = serverFromEnvironment("CEPH")
  useEnvironment({ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey })
  const store = await s3Store({ bucket: Bucket, endpoint })
  onTestFinished(() => store.close())
  const short = (await store.presign!(`s/${id}/whole.html`, 1))!
  expect(await status(short.url)).toBe(200)
  await passed(2500)
  expect(await status(short.url)).toBe(403)

  expect((await run("list")).stdout).toMatch(/signed link valid until 20\d\d-\d\d-\d\d \d\d:\d\d (?:UTC|[+-])/)
  // Sharing again without it keeps the page that the link opens.
  const again = JSON.parse((await run("share", fixture("all-tools"), "--json")).stdout)
  expect(again).toMatchObject({ id, sent: 0 })
  expect(await status(url)).toBe(200)
  const less = JSON.parse((await run("share", fixture("all-tools"), "--omit", "tool-output", "--json")).stdout)
  expect(less.id).toBe(id)
  expect((await (await fetch(url)).text()).length).toBeLessThan(text.length)

  expect((await run("unshare", url)).status).toBe(0)
  expect(await status(url)).toBe(404)
  expect(await keys()).toEqual(["s/somebody-else"])
})

test("share --signed to a public bucket warns that the expiry has no effect", async () => {
  const { run } = await ownBucket("CEPH", { isPublic: true })
  const { status, stdout, stderr } = await run("share", fixture("questions"), "--signed", "1h", "--json")
  expect(status, stderr).toBe(0)
  const { url, note } = JSON.parse(stdout)
  expect(note).toMatch(/stays readable after the link expires/)
  expect(stderr).not.toContain("can open this page until")
  const plain = new URL(url)
  plain.search = ""
  expect((await fetch(plain)).status).toBe(200)
  expect((await run("unshare", url)).status).toBe(0)
  // Without permission to list, S3 answers 403 for a missing key.
  expect((await fetch(plain)).status).toBe(403)
})
