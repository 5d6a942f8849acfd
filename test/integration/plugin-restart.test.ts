import { execFileSync } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type PluggedClient, pageAt, pluggedClient, type Served, until } from "../support/opencode-plugin.ts"
import { type S3Server, startS3Server } from "../support/s3-server.ts"

let opencode: PluggedClient
let s3: S3Server

beforeEach(async () => {
  opencode = await pluggedClient()
  s3 = await startS3Server({ publicRead: true })
})

afterEach(async () => {
  await s3.close()
  await opencode.close()
})

const toS3 = () => opencode.configure({ to: `s3://${s3.bucket}`, endpoint: s3.endpoint })

/** The processes that a process has started. */
function children({ pid }: Served): number[] {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n")
  const found = lines.flatMap((line) => {
    const [, child, parent, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(parent) === pid && args.includes("worker.js") ? [Number(child)] : []
  })
  return found
}

/** Holds the bucket's answers until it is let go: from the first request on that is of a share, and not of a first trial. */
function hold(operation: string) {
  let release = () => {}
  let isShare = false
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const reached = new Promise<void>((resolve) => {
    s3.options.delay = async (request) => {
      isShare ||= request.key.endsWith(".css")
      if (!isShare || request.operation !== operation || request.key.endsWith("manifest.json")) return
      resolve()
      await released
    }
  })
  return { reached, release }
}

test("after OpenCode was killed, a shared session keeps its share and is removed with its secret", async () => {
  let server = await opencode.serve()
  const session = await server.session("Yesterday")
  await server.say(session, "hello")
  const link = await server.share(session)
  await server.close("SIGKILL")

  server = await opencode.serve()
  opencode.model.queue({ text: "Good morning." })
  await server.say(session, "are you there?")
  await until(
    () => pageAt(link),
    (page) => page.includes("Good morning."),
  )
  // A page is there before the ledger says so.
  await until(opencode.ledger, ([entry]) => entry?.state === "published" && entry.url === link)
  await server.unshare(session)
  expect([opencode.files(), opencode.ledger()]).toEqual([[], []])
  await server.close()
})

test("the publisher removes the share if OpenCode is killed during the first publish", async () => {
  await toS3()
  const server = await opencode.serve(s3.environment)
  const session = await server.session("Killed")
  const { reached, release } = hold("PutObject")
  const sharing = server.share(session)
  sharing.catch(() => {})
  await Promise.race([reached, sharing])
  await server.close("SIGKILL")
  release()
  await until(opencode.ledger, (entries) => entries.length === 0)
  expect(s3.objects().size).toBe(0)
})

test("the next start removes a share if OpenCode and its publisher are killed during the first publish", async () => {
  await toS3()
  let server = await opencode.serve(s3.environment)
  const session = await server.session("Killed")
  const { reached, release } = hold("PutObject")
  const sharing = server.share(session)
  sharing.catch(() => {})
  await Promise.race([reached, sharing])
  const publishers = children(server)
  expect(publishers).toHaveLength(1)
  await server.close("SIGKILL")
  for (const pid of publishers) process.kill(pid, "SIGKILL")
  release()
  delete s3.options.delay
  expect(opencode.ledger()).toMatchObject([{ state: "publishing" }])
  expect(s3.objects().size).toBeGreaterThan(0)

  server = await opencode.serve(s3.environment)
  // OpenCode loads a project's plugins with the first request for it.
  await server.ask("GET", "/config")
  await until(opencode.ledger, (entries) => entries.length === 0)
  expect(s3.objects().size).toBe(0)
  expect(await (await fetch(await server.share(session))).text()).toContain("Killed")
  await server.close()
})

test("a share whose publisher is killed fails with a message, and the next share gets a new publisher", async () => {
  await toS3()
  const server = await opencode.serve(s3.environment)
  const events = await server.listen()
  const session = await server.session("Publisher killed")
  const { reached, release } = hold("PutObject")
  const failing = server.share(session).then(
    () => "shared",
    () => "failed",
  )
  await reached
  for (const pid of children(server)) process.kill(pid, "SIGKILL")
  expect(await failing).toBe("failed")
  await until(events.said, (said) => said.includes("exited unexpectedly (SIGKILL)"))
  release()
  delete s3.options.delay
  const link = await server.share(session)
  expect(await (await fetch(link)).text()).toContain("Publisher killed")
  await server.unshare(session)
  expect([s3.objects().size, opencode.ledger()]).toEqual([0, []])
  events.close()
  await server.close()
})

test("a bucket that fails during the first publish keeps nothing, and OpenCode shows the reason", async () => {
  await toS3()
  const server = await opencode.serve(s3.environment)
  const events = await server.listen()
  const session = await server.session("Refused")
  s3.options.fault = ({ operation, key }) =>
    operation === "PutObject" && key.endsWith("index.html") ? { status: 403, code: "AccessDenied" } : undefined
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  await until(events.said, (said) => said.includes("The session was not shared"))
  expect([s3.objects().size, opencode.ledger()]).toEqual([0, []])
  const { share } = (await server.ask("GET", `/session/${session}`)) as { share?: object }
  expect(share).toBeUndefined()
  events.close()
  await server.close()
})

test("a failed update is reported once and completed when the bucket is available again", async () => {
  await toS3()
  const server = await opencode.serve(s3.environment)
  const events = await server.listen()
  const session = await server.session("Interrupted")
  const link = await server.share(session)
  s3.options.fault = ({ operation }) => (operation === "PutObject" ? { status: 403, code: "AccessDenied" } : undefined)
  opencode.model.queue({ text: "Said while the bucket refused." })
  await server.say(session, "hello")
  await until(events.said, (said) => said.includes("was not updated"))
  delete s3.options.fault
  await until(
    async () => (await fetch(link)).text(),
    (page) => page.includes("Said while the bucket refused."),
  )
  expect(events.said().split('"title":"The share was not updated"')).toHaveLength(2)
  await server.unshare(session)
  events.close()
  await server.close()
})

test("an impossible folder is reported, and nothing is left", async () => {
  await writeFile(opencode.bucket, "a file stands where the folder would be")
  const server = await opencode.serve()
  const events = await server.listen()
  const session = await server.session("Not writable")
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  await until(events.said, (said) => said.includes("The session was not shared"))
  expect(opencode.ledger()).toEqual([])
  events.close()
  await server.close()
})
