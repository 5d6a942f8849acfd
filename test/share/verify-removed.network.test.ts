import { randomBytes } from "node:crypto"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { nanoid } from "nanoid"
import { describe, expect, test } from "vitest"
import type { ShareError } from "../../src/errors.ts"
import { MAX_CHECKED_COUNT, samplePaths, stillServedUrls, verifyRemoved } from "../../src/share/verify-removed.ts"
import type { ObjectStore } from "../../src/store/object-store.ts"
import { runs } from "../support/property-runs.ts"
import { challenges, type StandIn, type StandInAnswer, signIns, standIn } from "../support/stand-in.ts"

const store = { name: "s3://team-shares" } as ObjectStore
const html = { "content-type": "text/html; charset=utf-8" }
const notFound: StandInAnswer = { status: 404, body: "not found" }

/** A share that is deleted, on a host that answers as told for what never existed. */
async function deleted(never: (path: string, random: string) => StandInAnswer) {
  const id = nanoid()
  const kept = new Map<string, () => StandInAnswer>()
  const host = await standIn((path) => {
    const name = path.slice(`/s/${id}/`.length)
    return kept.get(name)?.() ?? never(path, randomBytes(9).toString("base64url"))
  })
  const url = `${host.url}/s/${id}/index.html`
  const prove = (paths: string[] = []) => verifyRemoved(store, id, url, { paths, recheckMs: [1, 20] })
  return { id, host, url, kept, prove, base: url.slice(0, -"index.html".length) }
}

const failed = (proof: Promise<unknown>): Promise<ShareError> =>
  proof.then(
    () => Promise.reject(new Error("It was called gone.")),
    (error: ShareError) => error,
  )

/** Possible responses of a host for a missing object. */
const ownNotFound: [name: string, (path: string, random: string) => StandInAnswer][] = [
  ["404", () => notFound],
  ["404 that repeats the address", (path) => ({ status: 404, headers: html, body: `<p>${path} is not here</p>` })],
  ["410", () => ({ status: 410 })],
  [
    "S3's 403, with its request ids",
    (_, random) => ({
      ...{ status: 403, headers: { "content-type": "application/xml" } },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>${random}</RequestId></Error>`,
    }),
  ],
  [
    "the 403 of a website endpoint of S3",
    (_, random) => ({
      ...{ status: 403, headers: html },
      body: `<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1><ul><li>Code: AccessDenied</li><li>Message: Access Denied</li><li>RequestId: ${random}</li></ul><hr/></body></html>`,
    }),
  ],
  [
    "R2's 400",
    () => ({
      status: 400,
      headers: { "content-type": "application/xml" },
      body: "<Error><Code>InvalidArgument</Code></Error>",
    }),
  ],
  ["Swift's 400", () => ({ status: 400, headers: html, body: "<html><h1>Bad Request</h1></html>" })],
  [
    "a 400 in JSON",
    () => ({
      status: 400,
      headers: { "content-type": "application/json" },
      body: '{"statusCode":"404","error":"not_found"}',
    }),
  ],
  [
    "an application for every address",
    () => ({ status: 200, headers: html, body: "<title>App</title><div id=app></div>" }),
  ],
  [
    "an application with nonces, times and the address in it",
    (path, random) => ({
      ...{ status: 200, headers: html },
      body: `<html><head><title>App</title><link rel=canonical href="${path}"><script nonce="${random}"></script></head><body data-t="${Date.now()}">Welcome ${random.length}</body></html>`,
    }),
  ],
  [
    "a redirect to its first page",
    (path) =>
      path === "/"
        ? { status: 200, headers: html, body: "<title>Home</title>" }
        : { status: 302, headers: { location: "/" } },
  ],
  [
    "addresses without endings, then an application",
    (path) =>
      /\.html$|\/$/.test(path)
        ? { status: 308, headers: { location: path.replace(/(?:index)?\.html$|\/$/, "") } }
        : { status: 200, headers: html, body: "<title>App</title>" },
  ],
]

const paths = ["page-a1b2.css", "2.html", "changes.html", "sub-77.html", "files/aa.png", "files/bb.txt", "whole.html"]

describe.each(ownNotFound)("a host that responds with %s for missing objects", (_, never) => {
  test("proves the removal", async () => {
    const { prove } = await deleted(never)
    expect(await prove(paths)).toEqual({ proven: true, seen: "missing", asked: 12 })
  })

  test.each([
    ["index.html", "text/html", "<p>An old page</p>"],
    ["", "text/html", "<p>An old page</p>"],
    ["session.json", "application/json", '{"info":{}}'],
    ["session.md", "text/markdown", "# Just a moment... captcha, sign in"],
    ["manifest.json", "application/json", "{}"],
    ["page-a1b2.css", "text/css", "a{}"],
    ["files/aa.png", "image/png", "\x89PNG"],
    ["files/bb.txt", "text/plain", "12 34"],
    ["sub-77.html", "text/html", "<p>A subagent</p>"],
  ])("does not hide %s that is still served", async (name, type, body) => {
    const { prove, kept, base } = await deleted(never)
    kept.set(name, () => ({ status: 200, headers: { "content-type": type, age: "12", "x-cache": "HIT" }, body }))
    const error = await failed(prove(paths))
    const [first] = stillServedUrls(error)
    expect(error).toMatchObject({ code: "left-behind", message: expect.stringContaining(`${first} still`) })
    // A redirect of the first page to its folder serves the page as well.
    expect(stillServedUrls(error).filter((each) => name !== "" || !each.endsWith("index.html"))).toEqual([base + name])
    expect(error.hint).toMatch(/x-cache: HIT.*purge/)
  })

  test.each(["plain", "gzip without Content-Encoding", "without its quotes"])(
    "does not hide a page that is still served (%s)",
    async (how) => {
      const { prove, kept, id, url } = await deleted(never)
      const page = `<meta name="share" content="${id}"><title>App</title>`
      const body = how === "plain" ? page : how.startsWith("gzip") ? gzipSync(page) : page.replaceAll('"', "")
      kept.set("index.html", () => ({ status: 200, headers: html, body }))
      const error = await failed(prove())
      expect(error.message).toContain(`${url} still shows it`)
    },
  )
})

test.each(["gzip", "br", "deflate"])(
  "content that is still served with a wrong encoding (%s) is reported",
  async (encoding) => {
    const { prove, kept, base } = await deleted(() => notFound)
    kept.set("session.json", () => ({ status: 200, headers: { "content-encoding": encoding }, body: '{"a":"plain"}' }))
    expect(stillServedUrls(await failed(prove()))).toEqual([`${base}session.json`])
  },
)

test("any single object that is still served is found", async () => {
  const { prove, kept, base } = await deleted(() => notFound)
  const name = fc.stringMatching(/^(?:files\/)?[a-z0-9]{1,8}(?:-[a-f0-9]{4})?\.(?:html|css|json|md|png|txt|pdf)$/)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), fc.nat(), async (names, pick) => {
      const left = names[pick % names.length]!
      kept.clear()
      kept.set(left, () => ({ status: 200, body: "kept" }))
      expect(stillServedUrls(await failed(prove(names)))).toEqual([base + left])
    }),
    { numRuns: runs(20) },
  )
})

test("a sample of every kind of object of a large share is requested, a few at a time", async () => {
  const { prove, host, id } = await deleted(() => notFound)
  const many = Array.from({ length: 10_000 }, (_, n) => `${n + 2}.html`)
  const kinds = ["page-ab.css", "sub-1.html", "files/a.png", "files/b.txt", "changes.html", "changes-2.html"]
  expect(await prove([...many, ...kinds])).toMatchObject({ proven: true, asked: MAX_CHECKED_COUNT })
  const asked = new Set(host.asked.map((path) => path.slice(`/s/${id}/`.length)))
  for (const name of [...kinds, "index.html", "", "session.json", "session.md", "manifest.json"])
    expect(asked, name).toContain(name)
  expect(host.asked.length).toBeLessThan(MAX_CHECKED_COUNT + 10)
  expect(host.atOnce()).toBeLessThanOrEqual(32)
})

test("foreign names are not requested", () => {
  expect(samplePaths(["a b", "../x", "é", "x//y", "a\x1b[2J"])).toHaveLength(5)
})

test.each(challenges)("a bot check of %s is no proof and is named", async (by, answer) => {
  const { prove } = await deleted(() => answer)
  const gone = await prove(paths)
  expect(gone).toMatchObject({ proven: false, seen: "challenge" })
  expect(gone.note).toContain(by)
})

test.each(signIns)("a sign-in (%s) is no proof and is named", async (_, answer) => {
  const host: { here?: StandIn } = {}
  const { prove, host: here } = await deleted((path) => answer(host.here!.url, path))
  host.here = here
  expect(await prove(paths)).toMatchObject({ proven: false, seen: "sign-in", note: expect.stringContaining("sign-in") })
})

test("a bot check for pages only does not hide other objects", async () => {
  const { prove, kept, base } = await deleted((path) => (/\.html$|\/$/.test(path) ? challenges[0]![1] : notFound))
  expect(await prove(paths)).toMatchObject({ proven: false, seen: "challenge" })
  kept.set("session.json", () => ({ status: 200, headers: { "content-type": "application/json" }, body: "{}" }))
  expect(stillServedUrls(await failed(prove(paths)))).toEqual([`${base}session.json`])
})

test.each([
  ["403 of a host that is no store", () => ({ status: 403, headers: html, body: "<h1>403 Forbidden</h1><hr>nginx" })],
  ["403 without a word", () => ({ status: 403 })],
  [
    "403 in JSON",
    () => ({ status: 403, headers: { "content-type": "application/json" }, body: '{"message":"Forbidden"}' }),
  ],
  ["451", () => ({ status: 451, headers: html, body: "No" })],
] as [string, () => StandInAnswer][])("%s for everything is a refusal, and no proof", async (_, answer) => {
  const { prove } = await deleted(answer)
  expect(await prove()).toMatchObject({ proven: false, seen: "refused" })
})

test("S3's 403 is no proof if missing objects give another response", async () => {
  const { prove, kept } = await deleted(() => notFound)
  const denied = () => ({ status: 403, body: "<Error><Code>AccessDenied</Code></Error>" })
  kept.set("index.html", denied)
  expect(await prove()).toMatchObject({ proven: false, seen: "refused" })
})

test("a redirect of everything to another host is no proof", async () => {
  const { prove, host } = await deleted((path) =>
    path.startsWith("/welcome")
      ? { status: 200, headers: html, body: "Welcome" }
      : { status: 302, headers: { location: `http://localhost:${new URL(host.url).port}/welcome` } },
  )
  expect(await prove()).toMatchObject({ proven: false, seen: "redirect", note: expect.stringContaining("/welcome") })
})

test("a removal is proven at the host to which the bucket has moved", async () => {
  const { prove, host } = await deleted((path) =>
    path.startsWith("/new")
      ? notFound
      : { status: 301, headers: { location: `http://localhost:${new URL(host.url).port}/new${path}` } },
  )
  expect(await prove()).toMatchObject({ proven: true })
})

test.each([500, 502, 503, 429, 407])("a response %i is no proof", async (status) => {
  const { prove } = await deleted(() => ({ status }))
  expect(await prove(paths)).toMatchObject({ proven: false, seen: "unreachable" })
})

test("an unreachable host is no proof and is asked once", async () => {
  expect(await verifyRemoved(store, "x", "http://127.0.0.1:9/s/x/index.html", { paths })).toMatchObject({
    ...{ proven: false, seen: "unreachable", asked: 1 },
    note: expect.stringContaining("cannot be reached from here"),
  })
})

test("a cache that revalidates after a request gets the time", async () => {
  const { prove, kept } = await deleted(() => notFound)
  let times = 0
  kept.set("session.json", () => (times++ === 0 ? { status: 200, body: "stale" } : notFound))
  expect(await prove()).toMatchObject({ proven: true })
  expect(times).toBe(2)
})

test.each([
  [{ "cf-cache-status": "HIT", "cf-ray": "1-FRA" }, /cf-cache-status: HIT.*Cloudflare/],
  [{ "x-cache": "Hit from cloudfront", "x-amz-cf-id": "x" }, /Hit from cloudfront.*create-invalidation --paths "\/s\//],
  [{ "x-served-by": "cache-fra-etou8220045-FRA", "x-cache": "HIT" }, /Fastly/],
  [{ "cdn-pullzone": "1", "cdn-cache": "HIT" }, /cdn-cache: HIT.*Bunny/],
  [{ "cache-status": "edge; hit; ttl=30" }, /cache-status: edge; hit.*purge http/],
  [{ "x-proxy-cache": "HIT" }, /x-proxy-cache: HIT/],
  [{ age: "9" }, /age: 9/],
  [{}, /^A cache serves it: purge http:\/\/127\.0\.0\.1:\d+\/s\/.*\/\* there, then run the same command again\.$/],
] as [Record<string, string>, RegExp][])("the cache (%j) is named, and how to purge it", async (headers, hint) => {
  const { prove, kept } = await deleted(() => notFound)
  kept.set("index.html", () => ({ status: 200, headers, body: "kept" }))
  expect((await failed(prove())).hint).toMatch(hint)
})
