import { readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { Finding } from "../../src/doctor/finding.ts"
import { nginxBefore } from "../support/nginx.ts"
import { ownBucket } from "../support/own-bucket.ts"
import { fixture, type Run } from "../support/run-command.ts"

/** A public bucket of Ceph's, seen through nginx. */
async function behind(settings: string, more?: string, { unpacked = false } = {}) {
  const bucket = await ownBucket("CEPH", { isPublic: true })
  let origin = `${bucket.endpoint}/${bucket.Bucket}`
  if (unpacked) origin = (await nginxBefore(origin, "gunzip on;")).url
  const front = await nginxBefore(origin, settings, more)
  const run = (...args: string[]) => bucket.run(...args, "--public-url", front.url)
  const share = async () => {
    const ran = await run("share", fixture("all-tools"), "--json")
    return { ...ran, result: JSON.parse(ran.stdout) }
  }
  const keysOf = async (id: string) =>
    (await bucket.keys())!.filter((key) => key!.startsWith(`s/${id}/`)).map((key) => key!.slice(`s/${id}/`.length))
  return { ...bucket, front, run, share, keysOf }
}

const findings = ({ stdout }: Run) => JSON.parse(stdout).findings as Finding[]
const keeps =
  "proxy_cache kept; proxy_cache_key $uri; proxy_cache_valid 200 1h; proxy_ignore_headers Cache-Control Expires Vary Set-Cookie;"
/** All but pages are kept, whatever they ask for. */
const keepsAllButPages = `${keeps} proxy_no_cache $html; proxy_cache_bypass $html; add_header X-Cache $upstream_cache_status always;
  set $html 0; if ($uri ~ "\\.html$|/$") { set $html 1; }`

describe("a cache with its own lifetime", () => {
  test("is named if it keeps a record, a style sheet or an attachment, until it is purged", async () => {
    const { share, run, keysOf, front } = await behind(keepsAllButPages)
    const { result } = await share()
    expect(result).toMatchObject({ public: true, seen: "page" })
    const keys = await keysOf(result.id)
    const read = ["session.json", "session.md", "manifest.json"]
    read.push(keys.find((key) => key.endsWith(".css"))!, keys.find((key) => key.startsWith("files/"))!)
    const base = result.url.replace("index.html", "")
    for (const name of read) expect((await fetch(base + name)).status, name).toBe(200)

    const kept = await run("unshare", result.url, "--json")
    expect(kept.status).toBe(6)
    expect(kept.stderr).toMatch(/x-cache: HIT.*purge http.*there/s)
    const [failed] = JSON.parse(kept.stdout).failed
    expect(failed).toMatchObject({ id: result.id, code: "left-behind", seen: "kept" })
    expect(failed.served.sort()).toEqual(read.map((name) => base + name).sort())
    // Nothing is in the bucket any more; what was in it is remembered.
    expect((await run("unshare", result.id)).status).toBe(6)
    await front.purge()
    const gone = await run("unshare", result.id, "--json")
    expect(gone.status).toBe(0)
    expect(JSON.parse(gone.stdout)).toMatchObject({ removed: [{ proven: true, seen: "missing", deleted: 0 }] })
  })

  test("that silently keeps pages is found by doctor and unshare", async () => {
    const { share, run, front } = await behind(keeps)
    const looked = await run("doctor", "--json")
    expect(looked.status).toBe(5)
    expect(findings(looked).find(({ about }) => about === "Delete")).toMatchObject({
      state: "fail",
      remedy: expect.stringContaining("purge"),
    })
    const { result } = await share()
    expect(await run("unshare", result.url)).toMatchObject({
      status: 6,
      stderr: expect.stringContaining(`${result.url} still shows it`),
    })
    await front.purge()
    expect(await run("unshare", result.url)).toMatchObject({ status: 0 })
  })

  test("that serves an older version is reported", async () => {
    const { share, run } = await behind(keeps)
    expect((await share()).result).toMatchObject({ seen: "page" })
    const again = await run("share", fixture("all-tools"), "--expires", "7d", "--json")
    expect(JSON.parse(again.stdout)).toMatchObject({
      public: true,
      seen: "older",
      note: expect.stringMatching(/older version/),
    })
  })

  test("that drops Content-Encoding is reported by share and doctor, and not taken for removal", async () => {
    const { share, run, front } = await behind(`${keeps} proxy_hide_header Content-Encoding;`)
    const { result } = await share()
    expect(result).toMatchObject({
      public: null,
      seen: "compressed",
      note: expect.stringContaining("Content-Encoding"),
    })
    expect(await run("unshare", result.url)).toMatchObject({
      status: 6,
      stderr: expect.stringContaining("still shows it"),
    })
    await front.purge()
    expect(await run("unshare", result.url)).toMatchObject({ status: 0 })
  })
})

describe("share and doctor report what readers would get", () => {
  test.each([
    ["text", "proxy_hide_header Content-Type; add_header Content-Type text/plain;", "text/plain", "fail"],
    [
      "download",
      "proxy_hide_header Content-Type; add_header Content-Type application/octet-stream;",
      "octet-stream",
      "fail",
    ],
    ["download", 'add_header Content-Disposition "attachment; filename=index.html";', "Content-Disposition", "fail"],
    ["compressed", "proxy_hide_header Content-Encoding;", "Content-Encoding", "fail"],
    ["sign-in", 'auth_basic "Shares"; auth_basic_user_file /dev/null;', "sign-in", "warn"],
    ["challenge", "error_page 403 /check; return 403;", "bot check", "warn"],
    ["redirect", "return 302 http://localhost:$server_port/welcome;", "/welcome", "warn"],
  ])("%s (%s)", async (seen, settings, says, state) => {
    const beside =
      'location = /welcome { return 200 "Welcome"; } location = /check { internal; default_type text/html; return 403 "<title>Just a moment...</title>"; }'
    const { share, run } = await behind(settings, beside)
    const { result, status, stderr } = await share()
    expect(status).toBe(0)
    expect(result).toMatchObject({
      public: null,
      seen,
      note: expect.stringContaining(says),
    })
    expect(stderr).not.toContain("is not public")
    const looked = await run("doctor", "--json")
    expect(looked.status).toBe(state === "fail" ? 5 : 0)
    expect(findings(looked).find(({ about }) => about === "Public")).toMatchObject({ state })
    const removed = await run("unshare", result.url, "--json")
    expect(removed.status).toBe(0)
    const isGone = state === "fail"
    expect(JSON.parse(removed.stdout).removed).toMatchObject([
      { proven: isGone, seen: isGone ? "missing" : result.seen },
    ])
    if (!isGone) expect(removed.stderr).toContain("not verified")
  })

  test.each([
    ["a script", "sub_filter '</body>' '<script src=/rum.js></script></body>';"],
    ["other words", "sub_filter 'Conversation' 'Talk'; sub_filter_once off;"],
  ])("a host that changes pages (%s)", async (_, filter) => {
    const { share, run } = await behind(`proxy_set_header Accept-Encoding ""; ${filter}`, "", { unpacked: true })
    const { result, stderr } = await share()
    expect(result).toMatchObject({ seen: "changed", note: expect.stringContaining("changes it") })
    expect(stderr).not.toContain("older version")
    expect((await share()).result).toMatchObject({ seen: "changed" })
    expect(await run("unshare", result.url)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("Removed and verified: "),
    })
  })
})

test("a host with one page for everything proves removal by that page", async () => {
  const { share, run, home } = await behind(
    "proxy_intercept_errors on; error_page 403 404 =200 /app;",
    'location = /app { internal; default_type text/html; return 200 "<title>App</title>$request_uri $request_id"; }',
  )
  const { result } = await share()
  expect(result).toMatchObject({ public: true, seen: "page" })
  const removed = await run("unshare", result.url, "--json")
  expect(JSON.parse(removed.stdout).removed).toMatchObject([{ proven: true, seen: "missing" }])
  expect(readdirSync(home.file("data", "opencode-bucket", "ledger")).filter((name) => name.endsWith(".json"))).toEqual(
    [],
  )
})
