import { expect, test } from "vitest"
import { nginxBefore } from "../support/nginx.ts"
import { ownBucket } from "../support/own-bucket.ts"
import { fixture } from "../support/run-command.ts"

// As hosts with index documents serve a bucket.
const indexDocuments = (bucket: string) => `rewrite ^(.*)/$ /${bucket}$1/index.html break;`

test("links end in / if the public URL serves index documents, and every spelling of a link is accepted", async () => {
  const { endpoint, Bucket, run, keys } = await ownBucket("CEPH", { isPublic: true })
  const front = await nginxBefore(`${endpoint}/${Bucket}`, indexDocuments(Bucket))
  const at = (...args: string[]) => run(...args, "--public-url", front.url)
  const shared = JSON.parse((await at("share", fixture("all-tools"), "--json")).stdout)
  expect(shared).toMatchObject({ url: `${front.url}/s/${shared.id}/`, public: true, seen: "page" })
  const page = await fetch(shared.url)
  const [, style = ""] = /href="(page-[^"]+\.css)"/.exec(await page.text()) ?? []
  expect((await fetch(new URL(style, page.url))).status).toBe(200)
  // Sharing again keeps the link, also when it changes.
  const again = await at("share", fixture("all-tools"), "--omit", "tool-output")
  expect(again.stdout.trim()).toBe(shared.url)
  expect((await at("list")).stdout).toContain(shared.url)
  const removed = await at("unshare", ` <${shared.url.replace("http:", "HTTP:").replace(/\/$/, "")}> `, "--json")
  expect(JSON.parse(removed.stdout)).toMatchObject({ removed: [{ id: shared.id, proven: true }] })
  expect(await keys()).toEqual(["s/somebody-else"])
})

test("links name index.html if it does not, even if it starts to later", async () => {
  const { endpoint, Bucket, run } = await ownBucket("CEPH", { isPublic: true })
  const publicUrl = `${endpoint}/${Bucket}`
  const { url, id } = JSON.parse((await run("share", fixture("questions"), "--json")).stdout)
  expect(url).toBe(`${publicUrl}/s/${id}/index.html`)
  const front = await nginxBefore(publicUrl, indexDocuments(Bucket))
  const again = await run("share", fixture("questions"), "--public-url", front.url)
  expect(again.stdout.trim()).toBe(`${front.url}/s/${id}/index.html`)
})
