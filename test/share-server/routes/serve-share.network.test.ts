import { expect, test } from "vitest"
import { ownServer, post, recordedItems, shareFrom } from "../../support/own-server.ts"

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
)

/** A published share with an attachment. */
async function published(now?: () => Date, lifetime?: number) {
  const server = await ownServer({}, now && { now })
  const { session, items } = recordedItems("questions")
  const message = items.find(({ type }) => type === "message")!.data as { id: string }
  const url = `data:image/png;base64,${png.toString("base64")}`
  const about = { id: "prt_zz", messageID: message.id, sessionID: session }
  items.push({ type: "part", data: { ...about, type: "file", mime: "image/png", filename: "dot.png", url } })
  const { id, secret } = await shareFrom(server, session)
  await server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data: items }))
  await server.publish(id, lifetime)
  const { objects } = (await (await server.ask(`/s/${id}/manifest.json`)).json()) as { objects: object }
  const file = Object.keys(objects).find((path) => /^files\/.*\.png$/.test(path))
  return { ...server, id, secret, page: `/s/${id}/index.html`, file: `/s/${id}/${file}` }
}

test("pages and attachments are served with their types, and HEAD gives the same headers", async () => {
  const { ask, page, id, file } = await published()
  const types = {
    [page]: "text/html; charset=utf-8",
    [`/s/${id}/session.json`]: "application/json; charset=utf-8",
    [file]: "image/png",
  }
  for (const [place, type] of Object.entries(types)) {
    const got = await ask(place)
    expect([got.status, got.headers.get("cache-control")]).toEqual([200, "private, no-cache"])
    expect(got.headers.get("content-type")).toBe(type)
    expect(got.headers.get("x-content-type-options")).toBe("nosniff")
    const head = await ask(place, { method: "HEAD" })
    expect(head.status).toBe(200)
    expect((await head.arrayBuffer()).byteLength).toBe(0)
    for (const name of ["content-type", "etag", "cache-control", "vary"])
      expect([name, head.headers.get(name)]).toEqual([name, got.headers.get(name)])
  }
  expect((await ask(file)).headers.get("content-security-policy")).toMatch(/default-src 'none'.*sandbox/)
})

test("responses are compressed if accepted, and a page that a reader has is not sent again", async () => {
  const { ask, page } = await published()
  const plain = await ask(page)
  expect(plain.headers.get("content-encoding")).toBeNull()
  expect(await plain.text()).toContain("</html>")
  const packed = await ask(page, { headers: { "accept-encoding": "br, gzip" } })
  expect(packed.headers.get("content-encoding")).toBe("gzip")
  expect(packed.headers.get("vary")).toMatch(/Accept-Encoding/)
  for (const answer of [plain, packed]) {
    const again = await ask(page, { headers: { "if-none-match": answer.headers.get("etag")! } })
    expect([again.status, await again.text()]).toEqual([304, ""])
  }
  expect((await ask(page, { headers: { "if-none-match": '"of-before"' } })).status).toBe(200)
})

test("ranges apply to attachments, not to pages", async () => {
  const { ask, file, page } = await published()
  const whole = Buffer.from(await (await ask(file)).arrayBuffer())
  const part = await ask(file, { headers: { range: "bytes=2-5" } })
  expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 2-5/${whole.length}`])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(2, 6))
  expect((await ask(file, { headers: { range: `bytes=${whole.length + 10}-` } })).status).toBe(416)
  expect((await ask(page, { headers: { range: "bytes=0-9" } })).status).toBe(200)
  const older = await ask(file, { headers: { range: "bytes=2-5", "if-range": '"of-before"' } })
  expect(older.status).toBe(200)
})

test("an expired share is gone at once, also for readers with a cached copy", async () => {
  let time = Date.now()
  const { ask, page } = await published(() => new Date(time), 3_600_000)
  const etag = (await ask(page)).headers.get("etag")!
  time += 3_600_001
  for (const headers of [{}, { "if-none-match": etag }, { range: "bytes=0-1" }]) {
    const answer = await ask(page, { headers })
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([410, "no-store"])
    expect(await answer.text()).toContain("is no longer shared")
  }
  expect((await ask(page.replace("index.html", "session.json"))).status).toBe(410)
})

test("after a removal, a cached page is not revalidated", async () => {
  const { ask, page, id, secret, token, instance } = await published()
  const etag = (await ask(page)).headers.get("etag")!
  const other = instance()
  await other.ask(page)
  await ask(`/${token}/api/share/${id}`, post({ secret }, "DELETE"))
  for (const one of [ask, other.ask]) expect((await one(page, { headers: { "if-none-match": etag } })).status).toBe(410)
})
