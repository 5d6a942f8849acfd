import { readFileSync, writeFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { describe, expect, onTestFinished, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"
import { type S3ServerOptions, startS3Server } from "../support/s3-server.ts"

async function ownBucket(options: S3ServerOptions = {}) {
  const server = await startS3Server({ publicRead: true, ...options })
  onTestFinished(() => server.close())
  const home = ownHome()
  const place = ["--to", `s3://${server.bucket}/team`, "--endpoint", server.endpoint]
  return {
    server,
    home,
    place,
    run: (...args: string[]) => home.run([...args, ...place], { env: server.environment }),
    shareJson: async (file = fixture("all-tools")) => {
      const run = await home.run(["share", file, "--json", ...place], { env: server.environment })
      return run.status === 0 ? JSON.parse(run.stdout) : Promise.reject(new Error(run.stderr))
    },
  }
}

test("a share in a public bucket opens anonymously, with types, compression and no caching", async () => {
  const { server, run } = await ownBucket()
  const { status, stdout, stderr } = await run("share", fixture("all-tools"))
  expect({ status, stderr }).toMatchObject({ status: 0 })
  const link = stdout.trim()
  expect(link).toMatch(new RegExp(`^${server.endpoint}/shares/team/s/[A-Za-z0-9_-]{21}/index\\.html$`))
  expect(stderr).toMatch(
    /^s3:\/\/shares\/team: \d+ of \d+ objects uploaded \([\d.]+ [kM]B\)\.\nAnyone with the link can open it\.\nTo take it back: opencode-bucket unshare ses_\w+\n$/,
  )

  const answer = await fetch(link)
  expect(answer.status).toBe(200)
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8")
  expect(answer.headers.get("cache-control")).toBe("no-cache")
  expect(await answer.text()).toContain("Main fixture")
  for (const [key, { headers, body }] of server.objects()) {
    expect(headers["content-type"], key).toBeTruthy()
    expect(headers["cache-control"], key).toBeTruthy()
    if (!/\.(png|jpg|pdf)$/.test(key)) {
      expect(headers["content-encoding"], key).toBe("gzip")
      expect(gunzipSync(body).length, key).toBeGreaterThan(0)
    }
  }
})

test("the manifest is uploaded first, index.html after all other files, everything below one prefix", async () => {
  const { server, shareJson } = await ownBucket()
  const { id } = await shareJson()
  const sent = server.requests.filter(({ operation }) => operation === "PutObject").map(({ key }) => key)
  // Before anything real: the page of the trial.
  const [trial = "", ...puts] = sent
  const prefix = `team/s/${id}/`
  expect(trial).toMatch(/^team\/s\/[^/]+\/index\.html$/)
  expect(trial.startsWith(prefix)).toBe(false)
  expect(puts.every((key) => key.startsWith(prefix))).toBe(true)
  expect(puts[0]).toBe(`${prefix}manifest.json`)
  expect(puts.indexOf(`${prefix}index.html`)).toBe(puts.length - 2)
  expect(puts.at(-1)).toBe(`${prefix}manifest.json`)
})

test("a share in a private bucket is reported as not public", async () => {
  const { shareJson, run } = await ownBucket({ publicRead: false })
  expect(await shareJson()).toMatchObject({ public: false, note: expect.stringContaining("403") })
  expect((await run("share", fixture("all-tools"))).stderr).toContain("The link is not public")
})

test("a private bucket's first share says how to make links public; the next ones do not", async () => {
  const { run } = await ownBucket({ publicRead: false })
  expect((await run("share", fixture("questions"))).stderr).toContain("opencode-bucket doctor --policy")
  expect(JSON.parse((await run("doctor", "--policy")).stdout).Statement).toEqual([
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::shares/team/s/*" },
  ])
  expect((await run("share", fixture("questions"))).stderr).not.toContain("--policy")
})

test("a publicly listable bucket causes a warning that every id is visible", async () => {
  const { shareJson } = await ownBucket({ publicList: true })
  expect(await shareJson()).toMatchObject({
    public: true,
    note: expect.stringContaining("Anyone can list this bucket"),
  })
})

test("an unreachable public URL is reported", async () => {
  const { home, place, server } = await ownBucket()
  const args = ["share", fixture("questions"), "--json", ...place, "--public-url", "http://127.0.0.1:9"]
  const { status, stdout } = await home.run(args, { env: server.environment })
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    public: null,
    note: expect.stringContaining("could not be checked from here"),
  })
  expect(JSON.parse(stdout).url).toMatch(/^http:\/\/127\.0\.0\.1:9\/s\//)
})

test("sharing again after one more message uploads only what changed", async () => {
  const { server, home, shareJson } = await ownBucket()
  const session = JSON.parse(readFileSync(fixture("all-tools"), "utf8"))
  const talk = home.file("talk.json")
  writeFileSync(talk, JSON.stringify({ ...session, messages: session.messages.slice(0, -1) }))
  const first = await shareJson(talk)
  writeFileSync(talk, JSON.stringify(session))
  const before = server.requests.length
  const second = await shareJson(talk)
  expect(second).toMatchObject({ id: first.id, url: first.url })
  const puts = server.requests.slice(before).filter(({ operation }) => operation === "PutObject")
  expect(puts).toHaveLength(second.sent)
  expect(second.sent).toBeLessThanOrEqual(4)
})

describe.each(["off", "on"] as const)("unshare, versions %s", (versions) => {
  test("deletes the whole share and nothing else", async () => {
    const { server, run, shareJson } = await ownBucket({ versions })
    const kept = await shareJson(fixture("questions"))
    const others = server.versions().map(({ key, version }) => `${key} ${version}`)
    const { id, url } = await shareJson()
    await shareJson()
    const { status, stderr } = await run("unshare", url)
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`Removed and verified: ${url}`),
    })
    expect(server.versions().map(({ key, version }) => `${key} ${version}`)).toEqual(others)
    expect((await fetch(url)).status).toBe(404)
    expect((await fetch(kept.url)).status).toBe(200)
    expect((await run("unshare", id)).stderr).toContain("Already removed")
  })
})

test("unshare deletes index.html first and the manifest last", async () => {
  const { server, run, shareJson } = await ownBucket()
  const { url, id } = await shareJson()
  const before = server.requests.length
  await run("unshare", url)
  const bodies = server.requests.slice(before).filter(({ operation }) => operation === "DeleteObjects")
  const keys = bodies.map(({ body }) => [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key))
  expect(keys[0]).toEqual([`team/s/${id}/index.html`])
  expect(keys.at(-1)).toEqual([`team/s/${id}/manifest.json`])
})

test("an object that cannot be deleted is named, exit status 5, and the share stays in the ledger", async () => {
  const { server, run, shareJson } = await ownBucket()
  const { url, id } = await shareJson()
  server.options.undeletable = (key) => (key.endsWith("session.json") ? "AccessDenied" : undefined)
  const refused = await run("unshare", url)
  expect(refused.status).toBe(5)
  expect(refused.stderr).toContain(`team/s/${id}/session.json`)
  expect((await run("list")).stdout).toContain(id)
  server.options.undeletable = () => undefined
  expect((await run("unshare", url)).status).toBe(0)
  expect((await run("list")).stderr).toBe("No shares.\n")
})

test("content that versioning only hides is not reported as deleted: exit status 6", async () => {
  const { server, run, shareJson } = await ownBucket({ versions: "on" })
  const { url } = await shareJson()
  server.options.versions = "denied"
  const { status, stderr } = await run("unshare", url)
  expect(status).toBe(6)
  expect(stderr).toContain("s3:ListBucketVersions")
  // Nor when nothing is listed any more.
  const again = await run("unshare", url)
  expect(again.status).toBeGreaterThanOrEqual(5)
  expect(again.stderr).toContain("s3:ListBucketVersions")
})

test("a cache that still serves the page is reported: exit status 6", async () => {
  const { server, run, shareJson } = await ownBucket()
  const { url } = await shareJson()
  const page = await (await fetch(url)).text()
  server.options.fault = ({ anonymous }) =>
    anonymous
      ? { status: 200, body: page, headers: { "x-cache": "Hit from cdn", "content-type": "text/html" } }
      : undefined
  const { status, stderr } = await run("unshare", url)
  expect(status).toBe(6)
  expect(stderr).toContain(`${url} still shows it`)
  expect(stderr).toContain("Hit from cdn")
})

test("from another machine, the bucket's manifests find the share of a session", async () => {
  const { server, place, shareJson } = await ownBucket()
  const { url, session } = await shareJson()
  const other = ownHome()
  const { status, stderr } = await other.run(["unshare", session, ...place], { env: server.environment })
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`Removed and verified: ${url}`),
  })
  expect(server.objects().size).toBe(0)
})

test("list --bucket shows shares of other users", async () => {
  const { server, place, shareJson } = await ownBucket()
  const { url } = await shareJson()
  const other = ownHome()
  expect((await other.run(["list", ...place], { env: server.environment })).stdout).toBe("")
  expect((await other.run(["list", "--bucket", ...place], { env: server.environment })).stdout).toContain(url)
})

describe("a failing service: one sentence, a hint, exit status 5", () => {
  const table: [string, S3ServerOptions, RegExp, Record<string, string>?][] = [
    ["a wrong secret", {}, /secret key/, { AWS_SECRET_ACCESS_KEY: "wrong" }],
    ["an unknown key", {}, /does not know the access key/, { AWS_ACCESS_KEY_ID: "NOSUCHKEY" }],
    ["no credentials", {}, /No valid credentials/, { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }],
    [
      "a clock that the service does not accept",
      { clockOffset: 3_600_000, fault: () => skewed },
      /this machine's clock is 60 minutes behind/,
    ],
    ["put denied", { fault: ({ operation }) => (operation === "PutObject" ? denied : undefined) }, /may not write/],
    [
      "get denied",
      { fault: (r) => (r.operation === "GetObject" && !r.anonymous ? denied : undefined) },
      /may not read/,
    ],
    ["SlowDown without end", { fault: () => ({ status: 503, code: "SlowDown" }) }, /too busy/],
    ["a connection that breaks", { fault: () => "reset" }, /broke repeatedly/],
    [
      "no S3 at all",
      { fault: () => ({ status: 200, body: "<html>hello</html>" }) },
      /does not answer like an S3 service/,
    ],
  ]
  const denied = { status: 403, code: "AccessDenied" } as const
  const skewed = { status: 403, code: "RequestTimeTooSkewed" } as const
  test.each(table)("%s", async (_, options, sentence, env = {}) => {
    const { server, home, place } = await ownBucket(options)
    const run = await home.run(["share", fixture("questions"), ...place], { env: { ...server.environment, ...env } })
    expect(run).toMatchObject({ status: 5, stdout: "" })
    expect(run.stderr).toMatch(sentence)
    expect(run.stderr.trim().split("\n")).toHaveLength(2)
    expect(run.stderr).not.toMatch(/testsecret|wrong\b|\n\s+at /)
  })

  test("a missing bucket leaves nothing in the ledger", async () => {
    const { server, home } = await ownBucket()
    const args = ["share", fixture("questions"), "--to", "s3://no-such-bucket", "--endpoint", server.endpoint]
    const run = await home.run(args, { env: server.environment })
    expect(run).toMatchObject({ status: 5, stderr: expect.stringContaining("There is no bucket no-such-bucket") })
    expect((await home.run(["list"])).stderr).toBe("No shares.\n")
  })

  test("a wrong clock is corrected by the service's time", async () => {
    const { shareJson } = await ownBucket({ clockOffset: 3_600_000 })
    expect(await shareJson(fixture("questions"))).toMatchObject({ public: true })
  })

  test("an unreachable endpoint", async () => {
    const { home, server } = await ownBucket()
    const args = ["share", fixture("questions"), "--to", "s3://shares", "--endpoint", "http://127.0.0.1:9"]
    const run = await home.run(args, { env: server.environment })
    expect(run).toMatchObject({ status: 5, stderr: expect.stringContaining("connection was refused") })
  })

  test("unshare reports that listing is denied, and the share stays in the ledger", async () => {
    const { server, run, shareJson } = await ownBucket()
    const { url, id } = await shareJson()
    server.options.fault = ({ operation }) => (operation.startsWith("List") ? denied : undefined)
    const refused = await run("unshare", url)
    expect(refused).toMatchObject({ status: 5, stderr: expect.stringContaining("s3:ListBucket") })
    expect((await run("list")).stdout).toContain(id)
  })
})
