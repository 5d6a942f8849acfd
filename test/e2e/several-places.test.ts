import { existsSync, readFileSync, rmSync } from "node:fs"
import { type AddressInfo, createServer, type Socket } from "node:net"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { nanoid } from "nanoid"
import { describe, expect, onTestFinished, test } from "vitest"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { MAX_CONCURRENT_READS } from "../../src/store/object-store.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

/** A port that accepts connections and never answers, and the connections made so far. */
async function silence(): Promise<{ endpoint: string; open: ReadonlySet<Socket> }> {
  const open = new Set<Socket>()
  const server = createServer((socket) => void open.add(socket.on("error", () => {})))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, open }
}

const NOBODY = "http://127.0.0.1:9"
const { id: session } = JSON.parse(readFileSync(fixture("questions"), "utf8")).info as { id: string }

/** Somebody who has shared a session in a public bucket, and may have more shares of it. */
async function ownUser() {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const home = ownHome()
  const env = { ...server.environment }
  const run = (...args: string[]) => home.run(args, { env })
  const to = ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
  const ledger = openLedger(home.file("data", "opencode-bucket", "ledger"))
  const share = async (...place: string[]) =>
    JSON.parse((await run("share", fixture("questions"), "--json", ...place)).stdout)
  /** Ledger entry of an unfinished share. */
  const remember = async (destination: LedgerEntry["destination"], more: Partial<LedgerEntry> = {}) => {
    const id = nanoid().replace(/^-/, "a")
    const [created, updated] = [new Date().toISOString(), new Date().toISOString()]
    await ledger.claim({ id, session, title: "A talk", destination, state: "publishing", created, updated, ...more })
    return id
  }
  return { server, home, run, to, ledger, share, remember }
}

const failedIn = (stdout: string) =>
  (JSON.parse(stdout).failed as { id: string; code: string }[]).map(({ id, code }) => ({ id, code }))

describe("unshare of a session with several shares", () => {
  test("removes what it can, names the rest with reasons, and completes it later", async () => {
    const { server, home, run, to, ledger, share, remember } = await ownUser()
    const refused = await remember({ to: "s3://elsewhere", endpoint: NOBODY })
    const unknown = await remember({ to: "s3://theirs", profile: "nosuch", endpoint: server.endpoint })
    const missing = await remember({ to: "s3://no-such-bucket", endpoint: server.endpoint })
    const folder = await share("--to", home.file("gone"))
    rmSync(home.file("gone"), { recursive: true })
    const kept = await share("--to", home.file("kept"))
    const open = await share(...to)
    expect((await fetch(open.url)).status).toBe(200)

    const { status, stdout, stderr } = await run("unshare", session, "--json")
    expect(status).toBe(5)
    expect((await fetch(open.url)).status).toBe(404)
    expect(existsSync(fileURLToPath(kept.url))).toBe(false)
    expect(server.objects().size).toBe(0)
    expect(failedIn(stdout)).toEqual(
      expect.arrayContaining([
        { id: refused, code: "store-unreachable" },
        { id: unknown, code: expect.stringMatching(/store-credentials|bad-settings/) },
        { id: missing, code: "store-bucket-missing" },
      ]),
    )
    expect(JSON.parse(stdout).removed).toMatchObject([
      { id: folder.id, proven: false },
      { id: kept.id },
      { id: open.id },
    ])
    for (const part of [NOBODY, "connection was refused", "no bucket no-such-bucket", `unshare --forget ${refused}`])
      expect(stderr).toContain(part)
    expect(stderr).toContain(`Removed and verified: ${open.url}`)
    expect(stderr).toContain("3 of 6 shares could not be removed.")
    expect((await ledger.all()).map(({ id }) => id).sort()).toEqual([refused, unknown, missing].sort())
  })

  test.each(["--all", "session"])("works while another destination hangs (%s)", async (how) => {
    const { server, home, to, share, remember } = await ownUser()
    await remember({ to: "s3://silent", endpoint: (await silence()).endpoint })
    const { url } = await share(...to)
    const args = how === "session" ? [session] : ["--all", "--yes"]
    let stop = () => {}
    const running = home.run(["unshare", ...args], {
      env: server.environment,
      onStart: (child) => {
        stop = () => void child.kill("SIGKILL")
      },
    })
    await expect.poll(async () => (await fetch(url)).status).toBe(404)
    stop()
    expect((await running).status).toBeNull()
  })

  test("reports a share that a cache still serves, and removes the others", async () => {
    const { server, home, run, to, share } = await ownUser()
    const folder = await share("--to", home.file("kept"))
    const open = await share(...to)
    const before = new Map([...server.objects()].map(([key, { body, headers }]) => [key, { body, headers }]))
    let cached = "session.md"
    server.options.fault = ({ anonymous, key }) => {
      const found = anonymous && key.endsWith(cached) ? before.get(key) : undefined
      const { "content-encoding": _, ...headers } = found?.headers ?? {}
      return (
        found && { status: 200, body: gunzipSync(found.body).toString(), headers: { "x-cache": "HIT", ...headers } }
      )
    }
    const { status, stdout } = await run("unshare", session, "--json")
    expect(status).toBe(6)
    const { removed, failed } = JSON.parse(stdout)
    expect(removed).toMatchObject([{ id: folder.id, proven: true }])
    const address = open.url.replace("index.html", "session.md")
    expect(failed).toMatchObject([{ id: open.id, code: "left-behind", seen: "kept", served: [address] }])
    // The store lists nothing any more; what it was made of is remembered all the same.
    const style = [...before.keys()].find((key) => key.endsWith(".css"))!
    cached = path.basename(style)
    expect((await run("unshare", session)).stderr).toContain(`${cached} still returns status 200`)
    server.options.fault = () => undefined
    expect(await run("unshare", session)).toMatchObject({ status: 0 })
    expect((await run("list")).stderr).toBe("No shares.\n")
  })
})

describe("unshare --forget", () => {
  test("forgets a share whose requests never reached the store, and names it", async () => {
    const { run, to, share, ledger, remember } = await ownUser()
    // The first share at a place that cannot be reached leaves nothing to forget.
    const failed = await run("share", fixture("questions"), "--to", "s3://elsewhere", "--endpoint", NOBODY)
    expect(failed.status).toBe(5)
    expect(await ledger.all()).toEqual([])
    await remember({ to: "s3://elsewhere", endpoint: NOBODY }, { unsent: true })
    const open = await share(...to)
    const { status, stderr } = await run("unshare", "--forget", session)
    expect(status).toBe(2)
    expect(stderr).toContain(`in s3://elsewhere at ${NOBODY}`)
    expect(stderr).toContain("Forgot ")
    expect(stderr).toContain("no request for it has ever reached the store")
    expect(stderr).toContain(`Not forgotten: `)
    expect(stderr).toContain(`To remove it: opencode-bucket unshare ${open.id}`)
    expect((await fetch(open.url)).status).toBe(200)
    expect(await run("unshare", session)).toMatchObject({ status: 0 })
    expect((await run("list")).stderr).toBe("No shares.\n")
  })

  test.each([
    ["the bucket is not there", "no-such-bucket", {}, "its bucket does not exist"],
    ["the store lists nothing of it", "shares", {}, "its store lists no objects of it"],
  ])("forgets a share when %s", async (_, bucket, more, why) => {
    const { server, run, remember, ledger } = await ownUser()
    const id = await remember({ to: `s3://${bucket}`, endpoint: server.endpoint }, more)
    const { status, stdout } = await run("unshare", "--forget", id, "--json")
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ forgotten: [{ id, holds: "nothing", why }], kept: [] })
    expect(await ledger.all()).toEqual([])
  })

  test("refuses if something may be stored, unless forced", async () => {
    const { run, remember, ledger } = await ownUser()
    const id = await remember({ to: "s3://elsewhere", endpoint: NOBODY }, { state: "published", url: `${NOBODY}/x` })
    const refused = await run("unshare", "--forget", id)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain("It may still be stored")
    expect(refused.stderr).toContain(`unshare --forget ${id} --yes`)
    expect(await ledger.all()).toHaveLength(1)
    const meant = await run("unshare", "--forget", id, "--yes", "--json")
    expect(meant.status).toBe(0)
    expect(JSON.parse(meant.stdout)).toMatchObject({ forgotten: [{ id, holds: "unknown", url: `${NOBODY}/x` }] })
    expect(meant.stderr).toContain("will stay there")
    expect(await ledger.all()).toEqual([])
  })

  test("applies to one destination with --to, and requires a known share", async () => {
    const { run, remember, ledger } = await ownUser()
    const a = await remember({ to: "s3://aaa", endpoint: NOBODY }, { unsent: true })
    const b = await remember({ to: "s3://bbb", endpoint: NOBODY }, { unsent: true })
    const only = await run("unshare", "--forget", session, "--to", "s3://bbb", "--endpoint", NOBODY)
    expect(only).toMatchObject({ status: 0, stderr: expect.stringContaining(b) })
    expect((await ledger.all()).map(({ id }) => id)).toEqual([a])
    expect(await run("unshare", "--forget", "ses_unknown")).toMatchObject({ status: 0 })
    expect(await run("unshare", "--forget")).toMatchObject({ status: 2 })
    expect(await run("unshare", "--forget", "--all", "--yes")).toMatchObject({ status: 2 })
    expect(await ledger.all()).toHaveLength(1)
  })
})

describe("list", () => {
  test("names an unresponsive destination, shows the others, and does not wait for a second try", async () => {
    const { home, run, to, share, remember } = await ownUser()
    const { endpoint: silent, open: connections } = await silence()
    for (let n = 0; n < 40; n++) await remember({ to: "s3://silent", endpoint: silent }, { session: `ses_${n}` })
    await remember({ to: "s3://theirs", profile: "nosuch", endpoint: silent })
    const [open, folder] = [await share(...to), await share("--to", home.file("kept"))]
    const { status, stdout, stderr } = await run("list", "--json")
    expect(status).toBe(0)
    // One for each concurrent read: the SDK connects again after its own timeout, much later than the list has given up.
    expect(connections.size).toBeLessThanOrEqual(MAX_CONCURRENT_READS)
    expect(stderr).toContain("Could not check s3://silent did not answer within 5 seconds.")
    expect(stderr.match(/s3:\/\/silent did not answer/g)).toHaveLength(1)
    const { shares } = JSON.parse(stdout)
    const states = new Map(shares.map(({ id, state }: { id: string; state: string }) => [id, state]))
    expect([states.get(open.id), states.get(folder.id)]).toEqual(["shared", "shared"])
    expect(shares.filter(({ state }: { state: string }) => state === "unknown")).toHaveLength(41)
  }, 60_000)

  test("--bucket with an unresponsive bucket shows the rest, and fails", async () => {
    const { run, to, share } = await ownUser()
    const open = await share(...to)
    const { status, stdout, stderr } = await run(
      "list",
      "--bucket",
      "--to",
      "s3://silent",
      "--endpoint",
      (await silence()).endpoint,
    )
    expect(status).toBe(5)
    expect(stdout).toContain(open.url)
    expect(stderr).toContain("s3://silent did not answer within 5 seconds.")
  })
})
