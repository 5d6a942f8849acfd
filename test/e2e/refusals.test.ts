import { once } from "node:events"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import path from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

/** Nothing of ours was made, not even the ledger. */
const untouched = (home: ReturnType<typeof ownHome>) => expect(existsSync(home.file("data"))).toBe(false)

describe("sharing is disabled", () => {
  test.each([
    ["user-wide", ["config", "opencode", "opencode.json"]],
    ["in the project", ["project", "opencode.jsonc"]],
  ])("%s: exit status 3, the file named, nothing touched", async (_, file) => {
    const home = ownHome()
    const name = home.file(...file)
    mkdirSync(path.dirname(name), { recursive: true })
    writeFileSync(name, '{ "share": "disabled", }')
    const { status, stdout, stderr } = await home.run(["share", fixture("questions")])
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" })
    expect(stderr).toContain(`Sharing is disabled by ${name}.`)
    untouched(home)
  })

  test("by the variable: exit status 3", async () => {
    const home = ownHome()
    const { status } = await home.run(["share", fixture("questions")], { env: { OPENCODE_DISABLE_SHARE: "1" } })
    expect(status).toBe(3)
    untouched(home)
  })

  test("in the folder of the session, but not in the current one", async () => {
    const home = ownHome()
    const elsewhere = home.file("elsewhere")
    mkdirSync(path.join(elsewhere, ".git"), { recursive: true })
    writeFileSync(path.join(elsewhere, "opencode.json"), '{ "share": "disabled" }')
    const session = JSON.parse(readFileSync(fixture("questions"), "utf8"))
    const { status, stderr } = await home.run(["share", "-"], {
      stdin: JSON.stringify({ ...session, info: { ...session.info, directory: elsewhere } }),
    })
    expect(status).toBe(3)
    expect(stderr).toContain(path.join(elsewhere, "opencode.json"))
    untouched(home)
  })
})

describe("bad input gets one clear sentence, a hint and exit status 2", () => {
  const table: [string, (home: ReturnType<typeof ownHome>) => { args: string[]; stdin?: string }, RegExp][] = [
    ["no such file", () => ({ args: ["share", "missing.json"] }), /missing\.json/],
    ["a folder", ({ home }) => ({ args: ["share", `${home}/`] }), /folder/],
    ["not JSON", () => ({ args: ["share", "-"], stdin: "hello" }), /JSON/],
    ["nothing at all", () => ({ args: ["share", "-"], stdin: "" }), /empty|nothing/i],
    [
      "a truncated export",
      () => ({ args: ["share", "-"], stdin: readFileSync(fixture("questions"), "utf8").slice(0, 5000) }),
      /JSON/,
    ],
    ["JSON, but no session", () => ({ args: ["share", "-"], stdin: '{"a":1}' }), /session/],
    [
      "a session without messages",
      () => ({ args: ["share", "-"], stdin: JSON.stringify({ info: { id: "ses_1" }, messages: [] }) }),
      /no messages|nothing/i,
    ],
    [
      "a place that is none",
      () => ({ args: ["share", fixture("questions"), "--to", "gs://bucket"] }),
      /gs:\/\/ is not a destination/,
    ],
    ["an endpoint that is none", () => ({ args: ["share", fixture("questions"), "--endpoint", "minio"] }), /endpoint/],
    ["an unknown flag", () => ({ args: ["share", "--no-such-flag"] }), /Unknown option --no-such-flag/],
    ["no share's name", () => ({ args: ["unshare", "hello"] }), /neither the link of a share/],
    ["no argument", () => ({ args: ["unshare"] }), /Name a share to remove/],
    [
      "a page to import",
      ({ project }) => {
        writeFileSync(path.join(project, "talk.html"), "<!DOCTYPE html><title>Talk</title>")
        return { args: ["import", "talk.html", "--yes"] }
      },
      /without a session\.json.*\n.*--format json/,
    ],
  ]
  test.each(table)("%s", async (_, arrange, sentence) => {
    const home = ownHome()
    const { args, stdin } = arrange(home)
    const { status, stdout, stderr } = await home.run(args, stdin === undefined ? {} : { stdin })
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(sentence)
    expect(stderr).not.toMatch(/\n\s+at |Error:|undefined/)
    expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(3)
  })
})

test("a busy port is named, without a stack trace", async () => {
  const busy = createServer().listen(0, "127.0.0.1")
  onTestFinished(() => void busy.close())
  await once(busy, "listening")
  const listen = `127.0.0.1:${(busy.address() as AddressInfo).port}`
  const env = { OPENCODE_BUCKET_TO: "./shares", OPENCODE_BUCKET_PUBLIC_URL: `http://${listen}` }
  const { status, stderr } = await ownHome().run(["serve", "--public", "--listen", listen], { env })
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `opencode-bucket: Cannot listen on ${listen}: another program uses this port.\n  Choose another address or port: --listen 127.0.0.1:8081\n`,
  })
})

test("an unknown session id: exit status 4", async () => {
  const { run } = ownHome()
  const { status, stderr } = await run(["share", "ses_0000000000000000000000"], { env: { PATH: "" } })
  expect(status).toBe(4)
  expect(stderr).toContain("ses_0000000000000000000000")
  expect(stderr).not.toMatch(/\n\s+at /)
})

test("a folder without permission, or that is a file: exit status 5, and nothing half-written", async () => {
  const { run, file } = ownHome()
  writeFileSync(file("taken"), "mine")
  const { status, stderr } = await run(["share", fixture("questions"), "--to", file("taken")])
  expect(status).toBe(5)
  expect(stderr).toContain(file("taken"))
  expect(readFileSync(file("taken"), "utf8")).toBe("mine")
  if (process.getuid?.() === 0) return
  mkdirSync(file("locked"))
  chmodSync(file("locked"), 0o500)
  expect((await run(["share", fixture("questions"), "--to", file("locked")])).status).toBe(5)
})

describe("a destination that a project's file names", () => {
  const withProject = () => {
    const home = ownHome()
    const config = { plugin: [["opencode-bucket", { to: home.file("theirs") }]] }
    writeFileSync(path.join(home.project, "opencode.json"), JSON.stringify(config))
    return home
  }

  test("is refused without a terminal, and nothing is sent", async () => {
    const { run, file } = withProject()
    const { status, stderr } = await run(["share", fixture("questions")])
    expect(status).toBe(2)
    expect(stderr).toContain(`sends sessions to ${file("theirs")}`)
    expect(stderr).toContain("--trust-project")
    expect(existsSync(file("theirs"))).toBe(false)
  })

  test("is used after confirmation until it changes", async () => {
    const { run, file, project } = withProject()
    const first = await run(["share", fixture("questions"), "--trust-project"])
    expect(first.stdout).toContain("/theirs/s/")
    expect((await run(["share", fixture("questions")])).stdout).toBe(first.stdout)
    writeFileSync(
      path.join(project, "opencode.json"),
      JSON.stringify({ plugin: [["opencode-bucket", { to: file("others") }]] }),
    )
    expect((await run(["share", fixture("questions")])).status).toBe(2)
  })

  test("needs no confirmation when a flag names another", async () => {
    const { run, file } = withProject()
    expect((await run(["share", fixture("questions"), "--to", file("mine")])).stdout).toContain("/mine/s/")
  })
})
