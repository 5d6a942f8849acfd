import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import path from "node:path"
import { text } from "node:stream/consumers"
import { expect, onTestFinished, test } from "vitest"
import { post, recordedItems } from "../support/own-server.ts"
import { ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"
import { freePort, startServer } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

const half = {
  OPENCODE_BUCKET_PUBLIC_URL: "https://shares.corp.example",
  OPENCODE_BUCKET_TO: "s3://shares",
}

/** The built server over a folder, below a path of a host that a proxy passes on. */
async function ownServe(more: Record<string, string> = {}) {
  const bucket = path.join(temporaryFolder(), "bucket")
  const home = ownHome()
  const env = { OPENCODE_BUCKET_TO: bucket, HOME: home.home, ...more }
  const [port, figures] = [await freePort(), await freePort()]
  const publicUrl = `http://127.0.0.1:${port}/tools/shares`
  const { stdout } = await home.run(["token", "create", "ci"], { env })
  const token = stdout.trim()
  const server = await startServer({
    ...env,
    OPENCODE_BUCKET_PUBLIC: "true",
    OPENCODE_BUCKET_PUBLIC_URL: publicUrl,
    OPENCODE_BUCKET_LISTEN: `127.0.0.1:${port}`,
    OPENCODE_BUCKET_METRICS_LISTEN: `127.0.0.1:${figures}`,
    ...more,
  })
  const ask = (place: string, init?: RequestInit) => fetch(publicUrl + place, { redirect: "manual", ...init })
  const { session, items, info } = recordedItems("questions")
  const share = async () =>
    (await (await ask(`/${token}/api/share`, post({ sessionID: session }))).json()) as {
      id: string
      url: string
      secret: string
    }
  const sync = ({ id, secret }: { id: string; secret: string }, data: unknown[] = items) =>
    ask(`/${token}/api/share/${id}/sync`, post({ secret, data }))
  return {
    bucket,
    token,
    server,
    ask,
    share,
    sync,
    info,
    publicUrl,
    figures: `http://127.0.0.1:${figures}/metrics`,
  }
}

test("a server below a path serves what was sent, and its log has no secrets", async () => {
  const { ask, share, sync, token, info, server, publicUrl, figures } = await ownServe()
  expect([(await ask("/healthz")).status, (await ask("/readyz")).status]).toEqual([200, 200])
  const made = await share()
  expect(made.url).toBe(`${publicUrl}/share/${made.id}`)
  expect((await sync(made)).status).toBe(200)
  expect((await ask(`/share/${made.id}`)).headers.get("location")).toBe(`/tools/shares/s/${made.id}/`)
  await expect.poll(async () => (await ask(`/s/${made.id}/`)).status).toBe(200)
  const page = await ask(`/s/${made.id}/index.html`)
  expect(await page.text()).toContain(info.title)
  expect(Object.fromEntries(page.headers)).toMatchObject({
    "cache-control": "private, no-cache",
    "content-security-policy": "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
  })

  const audit = server.log().filter(({ level }) => level === "audit")
  expect(audit).toMatchObject([
    { event: "create", share: made.id.slice(0, 8), token: "ci" },
    ...audit.slice(1).map(() => ({ event: "read", reader: "anyone" })),
  ])
  const log = JSON.stringify(server.log())
  for (const hidden of [token, made.id, made.secret, info.title]) expect(log).not.toContain(hidden)
  const told = async () => (await fetch(figures)).text()
  // A page is there a moment before it counts as published.
  await expect.poll(told).toMatch(/opencode_bucket_publishes_total\{result="published"\} \d/)
  expect(await told()).toContain('opencode_bucket_requests_total{route="publish",status="200"} 2')
})

test("on SIGTERM, the server publishes what was sent and accepts nothing more", async () => {
  const { bucket, share, sync, server, ask } = await ownServe()
  const made = await share()
  expect((await sync(made)).status).toBe(200)
  expect(existsSync(path.join(bucket, "s", made.id, "index.html"))).toBe(false)
  expect(await server.end("SIGTERM")).toBe(0)
  expect(readFileSync(path.join(bucket, "s", made.id, "index.html"), "utf8")).toContain("</html>")
  await expect(ask("/healthz")).rejects.toThrow()
})

test("a token has limits for sizes and requests", async () => {
  const { ask, share, sync, token } = await ownServe({
    OPENCODE_BUCKET_MAX_REQUEST_MB: "1",
    OPENCODE_BUCKET_REQUESTS_PER_MINUTE: "5",
  })
  const made = await share()
  const much = [{ type: "session", data: { id: "ses_a", title: "x".repeat(1_100_000) } }]
  expect((await sync(made, much)).status).toBe(413)
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await sync(made, [])).status))
  expect(statuses).toContain(429)
  expect((await ask(`/${token}x/api/share`, post({ sessionID: "ses_a" }))).status).toBe(401)
})

test("malformed requests on the socket reach nothing", async () => {
  const { share, sync, ask, server, token, info } = await ownServe()
  const made = await share()
  await sync(made)
  await expect.poll(async () => (await ask(`/s/${made.id}/`)).status).toBe(200)
  const { hostname, port, host } = new URL(server.url)
  const answerTo = async (request: string): Promise<string> => {
    const socket = connect(Number(port), hostname)
    socket.setTimeout(2_000, () => socket.end().destroy())
    socket.write(`${request}\r\nConnection: close\r\n\r\n`)
    return text(socket).catch(() => "")
  }
  const own = `/tools/shares/s/${made.id}`
  const good = await answerTo(`GET ${own}/index.html HTTP/1.1\r\nHost: ${host}`)
  expect(good).toContain(info.title)
  // Nothing is believed of who the request says that the server is.
  for (const said of [
    "Host: evil.example",
    "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example",
  ])
    for (const place of [own, `/tools/shares/share/${made.id}`, "/tools/shares/"]) {
      const answer = await answerTo(`GET ${place} HTTP/1.1\r\n${said}`)
      expect(answer).toMatch(/^HTTP\/1.1 302 .*\r\n(?:.*\r\n)*location: \/tools\/shares\//i)
      expect(answer).not.toContain("evil")
    }

  const kept = "server/owner.json"
  const tricks = [
    `GET ${own}/${kept} HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}/files/../${kept} HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}/%2e%2e/${made.id}/${kept} HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}/files/..%2f${kept} HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}//${kept} HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}/..\\..\\..\\tokens HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}/index.html/../../../../../etc/passwd HTTP/1.1\r\nHost: ${host}`,
    `GET /../../../../etc/passwd HTTP/1.1\r\nHost: ${host}`,
    `GET //evil.example/ HTTP/1.1\r\nHost: ${host}`,
    `GET http://evil.example${own}/${kept} HTTP/1.1\r\nHost: ${host}`,
    `GET file:///etc/passwd HTTP/1.1\r\nHost: ${host}`,
    `GET ${own}/${kept} HTTP/1.1\r\nHost: ${host}/tools/shares/s`,
    `GET ${own}/index.html HTTP/1.1\r\nHost: a b@c/?`,
    `GET ${own}/${kept} HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example`,
    `GET ${own}/index.html HTTP/1.1`,
    `GET ${own}/index.html\u0000 HTTP/1.1\r\nHost: ${host}`,
    `GET * HTTP/1.1\r\nHost: ${host}`,
    `CONNECT ${host} HTTP/1.1\r\nHost: ${host}`,
    `TRACE ${own}/index.html HTTP/1.1\r\nHost: ${host}`,
    `PROPFIND /tools/shares/s/ HTTP/1.1\r\nHost: ${host}`,
    `POST ${own}/index.html HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked`,
    `GET /tools/shares/tokens/ HTTP/1.1\r\nHost: ${host}`,
  ]
  for (const trick of tricks) {
    const answer = await answerTo(trick)
    // A connection that only ends is an answer as well.
    expect([trick, answer.slice(0, 12)]).toEqual([trick, expect.stringMatching(/^(?:HTTP\/1.1 (?:4\d\d|501))?$/)])
    for (const word of [info.title, '"secret"', '"token"', "root:", token]) expect(answer).not.toContain(word)
  }
  expect((await ask("/healthz")).status).toBe(200)
})

test("on SIGTERM with an unresponsive bucket, the server ends within its limit and the next start publishes the rest", async () => {
  let hanging = false
  const s3 = await startS3Server({
    fault: ({ operation, key }) => (hanging && operation === "PutObject" && key.endsWith(".html") ? "hang" : undefined),
  })
  onTestFinished(() => s3.close())
  const bucket = {
    ...s3.environment,
    OPENCODE_BUCKET_TO: `s3://${s3.bucket}`,
    OPENCODE_BUCKET_ENDPOINT: s3.endpoint,
    OPENCODE_BUCKET_SHUTDOWN_SECONDS: "1",
  }
  const { share, sync, server } = await ownServe(bucket)
  const made = await share()
  hanging = true
  expect((await sync(made)).status).toBe(200)
  await expect.poll(() => s3.requests.some(({ key }) => key.endsWith(".html"))).toBe(true)
  expect(await server.end("SIGTERM")).toBe(0)
  expect(server.log().at(-1)).toMatchObject({ event: "closed" })
  expect([...s3.objects().keys()].join()).toContain(`pending/${made.id}/`)
})

test.each([
  ["nothing set", {}, "publicUrl is missing (OPENCODE_BUCKET_PUBLIC_URL); to is missing (OPENCODE_BUCKET_TO)"],
  ["half a sign-in", { ...half, OPENCODE_BUCKET_ISSUER: "https://login.corp.example" }, "cookieKeys are missing"],
])("with %s the server does not start, and names what is missing", async (_, env, words) => {
  const { status, stdout, stderr } = await ownHome().run(["serve"], { env })
  expect([status, stdout]).toEqual([2, ""])
  expect(stderr).toContain(words)
})

test("--public sets the setting", async () => {
  const { status, stderr } = await ownHome().run(["serve", "--public", "--listen", "nowhere"], { env: half })
  expect(status).toBe(2)
  expect(stderr).toContain("listen must be an address and a port")
  expect(stderr).not.toContain("no reader access")
})

/** The built server over a bucket that refuses what `refuses` says; nothing when it is started is in its bucket. */
async function serverOver(options: Parameters<typeof startS3Server>[0], more: Record<string, string> = {}) {
  const s3 = await startS3Server(options)
  onTestFinished(() => s3.close())
  const env = {
    ...s3.environment,
    ...{
      OPENCODE_BUCKET_TO: `s3://${s3.bucket}`,
      OPENCODE_BUCKET_ENDPOINT: s3.endpoint,
      OPENCODE_BUCKET_PUBLIC: "true",
    },
    ...{ OPENCODE_BUCKET_LISTEN: `127.0.0.1:${await freePort()}`, OPENCODE_BUCKET_PUBLIC_URL: "http://127.0.0.1" },
    ...more,
  }
  return { s3, env, run: () => ownHome().run(["serve"], { env }) }
}

test.each([
  ["PutObject", "s3:PutObject"],
  ["GetObject", "s3:GetObject"],
  ["DeleteObject", "s3:DeleteObject"],
  ["ListObject", "s3:ListBucket"],
])(
  "without the right to %s the server does not start, names the right, and leaves nothing",
  async (operation, right) => {
    const { s3, run } = await serverOver({
      fault: (request) =>
        request.operation.startsWith(operation) && !request.anonymous
          ? { status: 403, code: "AccessDenied" }
          : undefined,
    })
    const { status, stderr } = await run()
    expect(status).toBe(5)
    expect(stderr).toContain(right)
    expect(s3.versions()).toEqual([])
  },
)

test("the server does not start if the endpoint names the bucket, and suggests the right one", async () => {
  const { s3, run, env } = await serverOver({})
  env.OPENCODE_BUCKET_ENDPOINT = `${s3.endpoint}/${s3.bucket}`
  const { status, stderr } = await run()
  expect(status).toBe(2)
  expect(stderr).toContain(`--endpoint ${s3.endpoint}\n`)
  expect(s3.versions()).toEqual([])
})

test("a bucket that is unreachable at start is tested before the first share", async () => {
  let isExpired = true
  const { s3, env } = await serverOver({
    versions: "on",
    fault: ({ query }) =>
      query.has("versionId")
        ? { status: 403, code: "AccessDenied" }
        : isExpired
          ? { status: 400, code: "ExpiredToken" }
          : undefined,
  })
  isExpired = false
  const made = await ownHome().run(["token", "create", "ci"], { env })
  isExpired = true
  const server = await startServer(env)
  // Sweeps, which begin as the server starts, fail meanwhile.
  const events = server.log().flatMap(({ event }) => (event === "sweep failed" ? [] : [event]))
  expect(events).toEqual(["bucket not checked", "listening"])
  isExpired = false
  const { session } = recordedItems("questions")
  const asked = await fetch(`${server.url}/${made.stdout.trim()}/api/share`, post({ sessionID: session }))
  expect(asked.status).toBe(502)
  expect(JSON.stringify(await asked.json())).toContain("s3:DeleteObjectVersion")
  expect(s3.versions().filter(({ key, deleteMarker }) => key.startsWith("s/") && !deleteMarker)).toEqual([])
})

test("credentials that are rotated in their file are read again by server and publisher, without a restart", async () => {
  const file = path.join(temporaryFolder(), "credentials")
  const write = (id: string, secret: string) =>
    writeFileSync(file, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`)
  const s3 = await startS3Server({})
  onTestFinished(() => s3.close())
  write("testaccess", "testsecret")
  const { ask, share, sync, info } = await ownServe({
    AWS_SHARED_CREDENTIALS_FILE: file,
    OPENCODE_BUCKET_TO: `s3://${s3.bucket}`,
    OPENCODE_BUCKET_ENDPOINT: s3.endpoint,
    AWS_REGION: "us-east-1",
  })
  const made = await share()
  const title = async () => /<title>([^<]*)/.exec(await (await ask(`/s/${made.id}/`)).text())?.[1]
  for (const [round, name] of ["Before", "After", "Afterwards"].entries()) {
    if (round > 0) {
      Object.assign(s3.options, { accessKey: `id-${round}`, secretKey: `secret-${round}` })
      write(`id-${round}`, `secret-${round}`)
    }
    const data = { ...info, title: name, time: { ...info.time, updated: Date.now() + round } }
    expect((await sync(made, [{ type: "session", data }, ...recordedItems("questions").items.slice(1)])).status).toBe(
      200,
    )
    await expect.poll(title).toContain(name)
    expect([(await ask("/healthz")).status, (await ask("/readyz")).status]).toEqual([200, 200])
  }
})

test("rejected credentials from the environment make /healthz ask for a restart, and /readyz for no traffic", async () => {
  const s3 = await startS3Server({})
  onTestFinished(() => s3.close())
  const { ask } = await ownServe({
    ...s3.environment,
    OPENCODE_BUCKET_TO: `s3://${s3.bucket}`,
    OPENCODE_BUCKET_ENDPOINT: s3.endpoint,
  })
  const states = async () => [(await ask("/readyz")).status, (await ask("/healthz")).status]
  expect(await states()).toEqual([200, 200])
  Object.assign(s3.options, { accessKey: "rotated" })
  expect(await states()).toEqual([503, 503])
  expect(await (await ask("/healthz")).text()).toContain("restart")
  Object.assign(s3.options, { accessKey: "testaccess" })
  expect(await states()).toEqual([200, 200])
})
