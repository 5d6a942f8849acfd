import { spawn } from "node:child_process"
import { cpSync, mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { recordedDatabase } from "../support/opencode-database.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { type S3ServerOptions, startS3Server } from "../support/s3-server.ts"

/** Runs the built command on a terminal of its own (`script`, from util-linux), types, and gives what the screen was sent. */
function onTerminal(home: ReturnType<typeof ownHome>, args: string[], { typed = "", env = {} } = {}) {
  const command = [process.execPath, path.resolve("bin/opencode-bucket.js"), ...args]
    .map((word) => `'${word}'`)
    .join(" ")
  return new Promise<{ status: number | null; screen: string }>((resolve, reject) => {
    const child = spawn("script", ["-qefc", `stty cols 200 rows 40; ${command}`, "/dev/null"], {
      cwd: home.project,
      env: {
        PATH: process.env["PATH"],
        HOME: home.home,
        XDG_DATA_HOME: home.file("data"),
        XDG_CONFIG_HOME: home.file("config"),
        TERM: "xterm",
        ...env,
      },
    })
    let screen = ""
    let answered = false
    child.stdout.on("data", (chunk) => {
      screen += chunk
      if (typed && !answered && screen.includes("○")) {
        answered = true
        child.stdin.end(typed)
      }
    })
    // script waits for the end of what is typed, also after the command has ended.
    if (!typed) child.stdin.end()
    child.on("error", reject)
    child.on("close", (status) => resolve({ status, screen }))
  })
}

test("the link is copied to the clipboard, over SSH through the terminal", async () => {
  const home = ownHome()
  const { status, screen } = await onTerminal(home, ["share", fixture("questions")], { env: { SSH_TTY: "/dev/pts/1" } })
  expect(status).toBe(0)
  const link = /file:\/\/\S+index\.html/.exec(screen)?.[0] ?? ""
  const copied = /\x1b\]52;c;([A-Za-z0-9+/=]+)\x07/.exec(screen)?.[1] ?? ""
  expect(Buffer.from(copied, "base64").toString()).toBe(link)
  expect(screen).toContain("Copied to the clipboard, if your terminal allows it.")
})

test("progress is shown during the upload and cleared before the result", async () => {
  const home = ownHome()
  const { screen } = await onTerminal(home, ["share", fixture("all-tools")])
  expect(screen).toMatch(/Uploading to .*: \d+ uploaded, \d+ unchanged/)
  const afterProgress = screen.slice(screen.lastIndexOf("unchanged"))
  expect(afterProgress).toContain("\x1b[2K")
})

test.each([
  ["y", 0],
  ["n", 130],
])("a project's destination needs one confirmation; %s", async (typed, expected) => {
  const home = ownHome()
  mkdirSync(home.project, { recursive: true })
  const config = { plugin: [["opencode-bucket", { to: home.file("theirs") }]] }
  writeFileSync(path.join(home.project, "opencode.json"), JSON.stringify(config))
  const first = await onTerminal(home, ["share", fixture("questions")], { typed })
  expect(first.screen).toContain(`sends sessions to ${home.file("theirs")}`)
  expect(first.status).toBe(expected)
  if (typed === "n") return
  const second = await onTerminal(home, ["share", fixture("questions")])
  expect(second.screen).not.toContain("○")
  expect(second.status).toBe(0)
})

describe("a bucket that others can read", () => {
  async function ownBucket(options: S3ServerOptions) {
    const server = await startS3Server(options)
    onTestFinished(() => server.close())
    const home = ownHome()
    const args = ["share", fixture("questions"), "--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
    return { server, share: (typed = "") => onTerminal(home, args, { typed, env: server.environment }) }
  }
  const down = "\x1b[B"

  test("share shows session, destination and audience, asks once, and not again for the same session", async () => {
    const { server, share } = await ownBucket({ publicRead: true })
    const first = await share("\r")
    expect(first.screen).toMatch(/Contains +\d+ prompts?, \d+ answers?/)
    expect(first.screen).toMatch(/Destination +s3:\/\/shares/)
    expect(first.screen).toMatch(/Visible to +anyone with the link/)
    expect(first.status).toBe(0)
    expect(new Set([...server.objects().keys()].map((key) => key.split("/")[1])).size).toBe(1)
    const again = await share()
    expect(again.status).toBe(0)
    expect(again.screen).not.toContain("Share it?")
  })

  test("a private bucket is named in the question, and declining shares nothing", async () => {
    const { server, share } = await ownBucket({ publicRead: false })
    const { status, screen } = await share(`${down}${down}\r`)
    expect(screen).toMatch(/Visible to +only those with read access to the bucket; links are not public/)
    expect(screen).toContain("The session was not shared.")
    expect([status, server.objects().size]).toEqual([130, 0])
  })

  test("a default retention is named in the question, and nothing is uploaded before the answer", async () => {
    const days = 2 + Math.floor(Math.random() * 300)
    const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>${days}</Days></DefaultRetention></Rule></ObjectLockConfiguration>`
    const { server, share } = await ownBucket({
      ...{ publicRead: true, versions: "on" },
      fault: ({ operation }) =>
        operation === "GetObjectLockConfiguration"
          ? { status: 200, headers: { "content-type": "application/xml" }, body }
          : undefined,
    })
    const refused = await share(`${down}${down}\r`)
    expect(refused.screen).toMatch(
      new RegExp(`Object lock +every new object is locked for ${days} days \\(object lock, governance mode\\)`),
    )
    expect([refused.status, server.versions().length]).toEqual([130, 0])
    // The answer accepts it.
    expect((await share("\r")).status).toBe(0)
  })

  test("share --all asks once for all sessions, and shares nothing without consent", async () => {
    const server = await startS3Server({ publicRead: true })
    onTestFinished(() => server.close())
    const home = ownHome()
    mkdirSync(home.file("data", "opencode"), { recursive: true })
    cpSync(recordedDatabase, home.file("data", "opencode", "opencode.db"))
    const args = ["share", "--all", "--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
    const run = (typed = "") => onTerminal(home, args, { typed, env: server.environment })
    const refused = await run("\r")
    expect(refused.screen).toMatch(/Conversations +4\r?\n[\s\S]*Visible to +anyone with the link/)
    expect([refused.status, server.objects().size]).toEqual([130, 0])
    const agreed = await run("y")
    expect(agreed.screen).toContain("4 shared, 0 unchanged")
    expect(agreed.screen.split("Share all of them").length).toBeGreaterThan(1)
    expect((await run()).screen).not.toContain("Share all of them")
  })
})

describe("unshare --all", () => {
  test.each([
    ["asks once, with how many there are and where, and removes nothing unless told to", "\r", 130, 2],
    ["removes all of them when told to", "y", 0, 0],
  ])("%s", async (_, typed, expected, left) => {
    const home = ownHome()
    for (const name of ["questions", "apply-patch"]) await home.run(["share", fixture(name)])
    const { status, screen } = await onTerminal(home, ["unshare", "--all"], { typed })
    expect(screen.split("Their links stop working permanently").length).toBeGreaterThan(1)
    expect(screen).toContain(`Remove 2 shares in ${home.file("data")}`)
    expect(status).toBe(expected)
    expect(JSON.parse((await home.run(["list", "--json"])).stdout).shares).toHaveLength(left)
  })
})
