import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { post, recordedItems } from "../support/own-server.ts"
import { ownHome } from "../support/run-command.ts"
import { freePort, startServer } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

/** The built server over a folder, below a path of a host that a proxy passes on. */
async function ownServe(more: Record<string, string> = {}) {
  const bucket = path.join(temporaryFolder(), "bucket")
  const home = ownHome()
  const env = { OPENCODE_BUCKET_TO: bucket, HOME: home.home }
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
  return { bucket, token, server, ask, share, sync, info, publicUrl, figures: `http://127.0.0.1:${figures}/metrics` }
}

test("below a path of its own: what is sent is read there, and who runs it sees that, and no secret", async () => {
  const { ask, share, sync, token, info, server, publicUrl, figures } = await ownServe()
  expect([(await ask("/healthz")).status, (await ask("/readyz")).status]).toEqual([200, 200])
  const made = await share()
  expect(made.url).toBe(`${publicUrl}/share/${made.id}`)
  expect((await sync(made)).status).toBe(200)
  expect((await ask(`/share/${made.id}`)).headers.get("location")).toBe(`/tools/shares/s/${made.id}/`)
  await expect.poll(async () => (await ask(`/s/${made.id}/`)).status, { timeout: 15_000 }).toBe(200)
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
  const told = await (await fetch(figures)).text()
  expect(told).toContain('opencode_bucket_requests_total{route="publish",status="200"} 2')
  expect(told).toMatch(/opencode_bucket_publishes_total\{result="published"\} \d/)
})

test("asked to end, it publishes what was sent, and takes no more", async () => {
  const { bucket, share, sync, server, ask } = await ownServe()
  const made = await share()
  expect((await sync(made)).status).toBe(200)
  expect(existsSync(path.join(bucket, "s", made.id, "index.html"))).toBe(false)
  expect(await server.end("SIGTERM")).toBe(0)
  expect(readFileSync(path.join(bucket, "s", made.id, "index.html"), "utf8")).toContain("</html>")
  await expect(ask("/healthz")).rejects.toThrow()
})

test("a token may bring so much at once, and ask so often", async () => {
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
