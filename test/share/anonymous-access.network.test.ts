import { createHash } from "node:crypto"
import { gzipSync } from "node:zlib"
import { nanoid } from "nanoid"
import { describe, expect, test } from "vitest"
import { compareWithSent, viewAnonymously } from "../../src/share/anonymous-access.ts"
import { describeView } from "../../src/share/describe-view.ts"
import { challenges, type StandInAnswer, signIns, standIn } from "../support/stand-in.ts"

const pageOf = (id: string, more = "") =>
  `<!doctype html><html><head><meta name="share" content="${id}"><title>A talk</title></head><body><p>Hello ${more}</p></body></html>`
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

/** Opens the link of a share that a host gives as `answer` says. */
async function opened(answer: (id: string) => StandInAnswer) {
  const id = nanoid()
  const host = await standIn(() => answer(id))
  const url = `${host.url}/s/${id}/index.html`
  return compareWithSent(await viewAnonymously(url, id), { hash: sha256(pageOf(id)) }, url, id)
}

describe("a page that is delivered", () => {
  const delivered = (headers: Record<string, string>, of = pageOf) =>
    opened((id) => ({ status: 200, headers, body: of(id) }))

  test.each([
    [{ "content-type": "text/html; charset=utf-8" }],
    [{ "content-type": "TEXT/HTML" }],
    [{ "content-type": "text/html", "content-disposition": "inline; filename=index.html" }],
    [{}],
  ])("as HTML (%j) is the page", async (headers) => {
    const view = await delivered(headers as Record<string, string>)
    expect(view).toMatchObject({ seen: "page" })
    expect(describeView(view)).toBeUndefined()
  })

  test.each([
    ["text/plain", "text"],
    ["text/plain; charset=utf-8", "text"],
    ["text/markdown", "text"],
    ["application/json", "text"],
    ["application/xml", "text"],
    ["text/html, text/plain", "text"],
    ["application/octet-stream", "download"],
    ["binary/octet-stream", "download"],
    ["application/x-download", "download"],
    ["image/png", "download"],
  ])("as %s is seen as %s and reported", async (type, seen) => {
    const view = await delivered({ "content-type": type })
    expect(view).toMatchObject({ seen })
    expect(describeView(view)?.says).toContain(type.split(", ").at(-1)!.split(";")[0])
  })

  test("without a type, and with nosniff, is text", async () => {
    expect(await delivered({ "x-content-type-options": "nosniff" })).toMatchObject({ seen: "text", why: "no type" })
  })

  test.each(["attachment", 'attachment; filename="index.html"', "ATTACHMENT"])(
    "with %s is a download",
    async (value) => {
      const view = await delivered({ "content-type": "text/html", "content-disposition": value })
      expect(view).toMatchObject({ seen: "download" })
      expect(describeView(view)?.says).toContain("Content-Disposition")
    },
  )

  test("compressed without Content-Encoding is reported", async () => {
    const view = await opened((id) => ({
      status: 200,
      headers: { "content-type": "text/html" },
      body: gzipSync(pageOf(id)),
    }))
    expect(view).toMatchObject({ seen: "compressed" })
    expect(describeView(view)?.says).toContain("Content-Encoding")
  })

  test.each<[string, (page: string) => string]>([
    ["a script injected at the end", (page) => page.replace("</body>", "<script>track()</script></body>")],
    ["a script injected in the head", (page) => page.replace("<head>", "<head><script src=x></script>")],
    ["minified", (page) => page.replaceAll('"', "").replace("<html>", "").replaceAll("</p>", "")],
    ["attributes turned round", (page) => page.replace(/name="share" (content="[^"]*")/, "$1 name='share'")],
    ["words replaced", (page) => page.replace("Hello", "<span class=mail>[email protected]</span>")],
  ])("%s is reported as changed, not as an older version", async (_, change) => {
    const view = await delivered({ "content-type": "text/html" }, (id) => change(pageOf(id)))
    expect(view).toMatchObject({ seen: "changed" })
    expect(describeView(view)?.says).toMatch(/changes it/)
  })

  test("an older version is detected by its hash or by bypassing the cache", async () => {
    const id = nanoid()
    const host = await standIn((path) => ({
      status: 200,
      headers: { "content-type": "text/html" },
      body: pageOf(id, path.includes("?") ? "again" : ""),
    }))
    const url = `${host.url}/s/${id}/index.html`
    const sent = { hash: sha256(pageOf(id, "again")) }
    expect(await compareWithSent(await viewAnonymously(url, id), sent, url, id)).toMatchObject({ seen: "older" })
    host.answer = () => ({ status: 200, headers: { "content-type": "text/html" }, body: pageOf(id) })
    const known = { ...sent, before: sha256(pageOf(id)) }
    expect(await compareWithSent(await viewAnonymously(url, id), known, url, id)).toMatchObject({ seen: "older" })
  })

  test("behind redirects to another host is the page", async () => {
    const id = nanoid()
    const host = await standIn((path) =>
      path.startsWith("/moved")
        ? { status: 200, headers: { "content-type": "text/html" }, body: pageOf(id) }
        : { status: 301, headers: { location: `${host.url.replace("127.0.0.1", "localhost")}/moved${path}` } },
    )
    expect(await viewAnonymously(`${host.url}/s/${id}/index.html`, id)).toMatchObject({ seen: "page" })
  })
})

test.each(challenges)("a bot check of %s is detected", async (by, answer) => {
  const view = await opened(() => answer)
  expect(view).toEqual({ seen: "challenge", by })
  expect(describeView(view)?.says).toContain(by)
})

test.each(signIns)("a sign-in (%s) is detected", async (_, answer) => {
  const id = nanoid()
  const host = await standIn((path) => answer(host.url, path))
  expect(await viewAnonymously(`${host.url}/s/${id}/index.html`, id)).toMatchObject({ seen: "sign-in" })
})

test.each([403, 451, 400])("a bare response %i is a refusal", async (status) => {
  expect(await opened(() => ({ status, body: "Refused" }))).toEqual({ seen: "refused", status })
})

test("S3's own 401 and 403 are refusals, not a sign-in", async () => {
  for (const status of [400, 401, 403])
    expect(
      await opened(() => ({ status, body: "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>" })),
    ).toEqual({ seen: "refused", status })
})

test.each([404, 410])("a response %i means that the page is missing", async (status) => {
  expect(await opened(() => ({ status, body: "Sign in" }))).toEqual({ seen: "missing", status })
})

test("another page is detected, even if it repeats the address", async () => {
  const view = await opened((id) => ({
    ...{ status: 200, headers: { "content-type": "text/html" } },
    body: `<meta property="og:url" content="http://x/s/${id}/"><p>Welcome to our app, /s/${id}/index.html</p>`,
  }))
  expect(view).toEqual({ seen: "other", status: 200 })
})

test("a redirect to another host is reported with its target, without control characters", async () => {
  const id = nanoid()
  const host = await standIn((path) =>
    path.startsWith("/home")
      ? { status: 200, headers: { "content-type": "text/html" }, body: "Home" }
      : { status: 302, headers: { location: `${host.url.replace("127.0.0.1", "localhost")}/home\x9b2J` } },
  )
  const view = await viewAnonymously(`${host.url}/s/${id}/index.html`, id)
  expect(view).toMatchObject({
    seen: "redirect",
    to: expect.stringMatching(/^http:\/\/localhost:\d+\/home[\x20-\x7e]*$/),
  })
})

test("circular redirects end", async () => {
  const id = nanoid()
  const host = await standIn((path) => ({ status: 302, headers: { location: `${path}x` } }))
  expect(await viewAnonymously(`${host.url}/s/${id}/index.html`, id)).toMatchObject({ seen: "redirect" })
})

test.each([500, 502, 503, 504, 407, 429])("a response %i is inconclusive", async (status) => {
  expect(await opened(() => ({ status }))).toEqual({ seen: "unreachable", reason: expect.stringMatching(/./) })
})

test("a missing response times out", async () => {
  const host = await standIn(() => "silence")
  expect(await viewAnonymously(`${host.url}/s/x/index.html`, "x", 100)).toMatchObject({ seen: "unreachable" })
})
