import { execFile } from "node:child_process"
import { writeFile } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest"
import { type PluggedClient, pageAt, pluggedClient, until } from "../support/opencode-plugin.ts"
import { ownProxy } from "../support/proxy.ts"
import { startS3Server } from "../support/s3-server.ts"

let opencode: PluggedClient

beforeAll(async () => {
  opencode = await pluggedClient()
})

afterAll(() => opencode?.close())

beforeEach(() => opencode.configure({ to: opencode.bucket }))

const newest = () => opencode.ledger().at(-1)
const shares = () => new Set(opencode.files().map((file) => file.split("/")[1])).size

/** `opencode run`, with more variables; both streams as text. */
async function run(args: string[], more: Record<string, string> = {}): Promise<string> {
  const env = { ...opencode.client.env, ...more }
  return new Promise((resolve, reject) => {
    const options = { cwd: opencode.project, env, timeout: 120_000 }
    const child = execFile(opencode.client.binary, ["run", ...args], options, (error, stdout, stderr) =>
      error ? reject(error) : resolve(stdout + stderr),
    )
    child.stdin?.end()
  })
}

/** Takes everything back that a test has shared. */
async function clear(): Promise<void> {
  const server = await opencode.serve()
  for (const { session } of opencode.ledger()) await server.unshare(session)
  await server.close()
  expect(opencode.files()).toEqual([])
}

test("`opencode run --share` prints the link, and its page has the last answer", async () => {
  const read = { name: "read", args: { filePath: path.join(opencode.project, "README.md") } }
  opencode.model.queue({ text: "Looking.", tools: [read] }, { text: "The very last answer." })
  const said = await run(["--share", "--title", "Run", "what is in the README?"])
  const link = /file:\/\/\S+index\.html/.exec(said)?.[0] ?? ""
  expect(await pageAt(link), opencode.logged()).toContain("The very last answer.")
  expect(shares()).toBe(1)
})

test("a session continued by another process is up to date when that process has ended", async () => {
  const { session, url } = newest()!
  opencode.model.queue({ text: "Said on the next day." })
  await run(["--session", session, "and today?"])
  expect(await pageAt(url!), opencode.logged()).toContain("Said on the next day.")
  expect(shares()).toBe(1)
  await clear()
})

test.each([
  ['"share": "auto"', { share: "auto" }, {}],
  ["OPENCODE_AUTO_SHARE=1", {}, { OPENCODE_AUTO_SHARE: "1" }],
])("with %s a session is shared automatically, once", async (_, more, env) => {
  await opencode.configure({ to: opencode.bucket }, more)
  opencode.model.queue({ text: "Shared by itself." })
  await run(["--title", "Auto", "hello"], env)
  expect(await pageAt(newest()!.url!), opencode.logged()).toContain("Shared by itself.")
  expect(shares()).toBe(1)
  await clear()
})

test("nothing is shared if sharing is disabled", async () => {
  await opencode.configure({ to: opencode.bucket }, { share: "disabled" })
  const server = await opencode.serve()
  const session = await server.session("Disabled")
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  await server.close()
  await run(["--share", "--title", "Disabled", "hello"]).catch(() => {})
  expect([opencode.files(), opencode.ledger()]).toEqual([[], []])
})

test("requests to loopback do not use the proxy of the environment", async () => {
  const dead = "http://127.0.0.1:9"
  const env = { HTTP_PROXY: dead, HTTPS_PROXY: dead, http_proxy: dead, NO_PROXY: "example.com" }
  // The stub model is on loopback, too, and OpenCode's own affair: only the share goes around the proxy by itself.
  const server = await opencode.serve(env)
  const session = await server.session("Proxy")
  expect(await pageAt(await server.share(session))).toContain("Proxy")
  await server.unshare(session)
  await server.close()
})

test("a bucket behind the proxy of the environment works", async () => {
  const s3 = await startS3Server({ publicRead: true })
  onTestFinished(() => s3.close())
  const proxy = await ownProxy(["bucket.corp.test"], s3.endpoint)
  await opencode.configure({ to: `s3://${s3.bucket}`, endpoint: "http://bucket.corp.test" })
  const env = { HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: "127.0.0.1" }
  const server = await opencode.serve({ ...s3.environment, ...env })
  const session = await server.session("Behind a proxy")
  expect(await server.share(session)).toMatch(/^http:\/\/bucket\.corp\.test\/shares\/s\//)
  expect(s3.objects().size).toBeGreaterThan(0)
  await server.unshare(session)
  expect([s3.objects().size, opencode.ledger()]).toEqual([0, []])
  await server.close()
})

test("a project's destination is not used before the user has confirmed it", async () => {
  await opencode.configure({})
  const config = path.join(opencode.project, "opencode.json")
  const theirs = path.join(opencode.home, "theirs")
  await writeFile(config, JSON.stringify({ plugin: [["opencode-bucket", { to: theirs }]] }))
  await writeFile(config, JSON.stringify({ plugin: [[pathToFileURL(path.resolve(".")).href, { to: theirs }]] }))
  const server = await opencode.serve()
  const events = await server.listen()
  const session = await server.session("Theirs")
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  await until(events.said, (said) => said.includes("not accepted") && said.includes("--trust-project"))
  events.close()
  await server.close()
  await writeFile(config, "{}")
  expect(opencode.ledger()).toEqual([])
})

test("invalid settings are reported, and nothing is sent", async () => {
  await opencode.configure({ to: "ftp://example.com/shares" })
  const server = await opencode.serve()
  const events = await server.listen()
  const session = await server.session("Wrong settings")
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  await until(events.said, (said) => said.includes("ftp:// is not a destination"))
  const { enterprise } = (await server.ask("GET", "/config")) as { enterprise?: { url?: string } }
  expect(enterprise?.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  events.close()
  await server.close()
  expect(opencode.ledger()).toEqual([])
})
