import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"
import { type S3ServerOptions, startS3Server } from "../support/s3-server.ts"

const wrong = ["team-shares", "s3:/team-shares", "arn:aws:s3:::team-shares", "https://team-shares.s3.amazonaws.com"]
const settingsFile = (home: ReturnType<typeof ownHome>, options: object) => {
  const file = home.file("config", "opencode", "opencode.json")
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ plugin: [["opencode-bucket", options]] }))
  return file
}
const meant = /did you mean s3:\/\/team-shares( or \.\/team-shares)?\?/

describe.each(wrong)("%s is refused, and no folder is created for it", (to) => {
  test.each([
    ["share", ["share", fixture("questions")]],
    ["init", ["init"]],
    ["token create", ["token", "create", "ci"]],
    ["token list", ["token", "list"]],
    ["list --bucket", ["list", "--bucket"]],
    ["prune", ["prune"]],
  ])("by %s --to", async (_, args) => {
    const home = ownHome()
    const run = await home.run([...args, "--to", to])
    expect(run).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(meant) })
    expect([readdirSync(home.project), existsSync(home.file("config"))]).toEqual([[".git"], false])
  })

  test("an ambiguous destination in a variable or a settings file is refused by share, doctor, token and serve", async () => {
    const home = ownHome()
    const env = {
      OPENCODE_BUCKET_TO: to,
      OPENCODE_BUCKET_PUBLIC: "1",
      OPENCODE_BUCKET_PUBLIC_URL: "http://127.0.0.1:1",
    }
    for (const args of [
      ["share", fixture("questions")],
      ["token", "create", "ci"],
      ["serve", "--listen", "127.0.0.1:0"],
    ])
      expect(await home.run(args, { env })).toMatchObject({ status: 2, stderr: expect.stringMatching(meant) })
    writeFileSync(home.file("server.json"), JSON.stringify({ to, public: true, publicUrl: "http://127.0.0.1:1" }))
    expect((await home.run(["serve", "--config", home.file("server.json")])).stderr).toMatch(meant)
    const file = settingsFile(home, { to })
    for (const args of [
      ["share", fixture("questions")],
      ["token", "create", "ci"],
    ]) {
      const run = await home.run(args)
      expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(meant) })
      expect(run.stderr).toContain(file)
    }
    expect((await home.run(["doctor"])).stdout.replace(/\s+/g, " ")).toMatch(meant)
    expect(readdirSync(home.project)).toEqual([".git"])
    expect(readdirSync(path.dirname(file))).toEqual(["opencode.json"])
  })
})

test("existing shares in a folder named without ./ are listed and removed, but not updated", async () => {
  const home = ownHome()
  // As an earlier version stored "team-shares" of this file.
  const file = settingsFile(home, { to: "./team-shares" })
  const { id } = JSON.parse((await home.run(["share", fixture("questions"), "--json"])).stdout)
  settingsFile(home, { to: "team-shares" })
  expect((await home.run(["share", fixture("questions")])).stderr).toContain('"to": "./team-shares"')
  const folder = path.join(path.dirname(file), "team-shares")
  expect((await home.run(["list"])).stdout).toContain(id)
  expect((await home.run(["list", "--bucket", "--json"])).stdout).toContain(folder)
  expect((await home.run(["export", fixture("questions"), "--output", "-"])).status).toBe(0)
  expect((await home.run(["preview", fixture("questions"), "--no-open"])).status).toBe(0)
  expect((await home.run(["prune"])).status).toBe(0)
  expect(await home.run(["unshare", id])).toMatchObject({
    status: 0,
    stderr: expect.stringContaining("Removed and verified"),
  })
  // Also where the machine has forgotten it.
  settingsFile(home, { to: "./team-shares" })
  const again = JSON.parse((await home.run(["share", fixture("questions"), "--json"])).stdout)
  settingsFile(home, { to: "team-shares" })
  renameSync(home.file("data", "opencode-bucket", "ledger"), home.file("lost"))
  expect(await home.run(["unshare", again.id])).toMatchObject({
    status: 0,
    stderr: expect.stringContaining("Removed and verified"),
  })
  expect(existsSync(path.join(folder, "s", again.id))).toBe(false)
})

async function withBucket(options: S3ServerOptions = {}) {
  const server = await startS3Server(options)
  onTestFinished(() => server.close())
  const home = ownHome()
  const run = (args: string[]) => home.run([...args, "--endpoint", server.endpoint], { env: server.environment })
  const share = async (to: string, ...flags: string[]) =>
    JSON.parse((await run(["share", fixture("questions"), "--to", to, "--json", ...flags])).stdout)
  return { server, home, run, share }
}

test("S3://shares, s3://shares/ and s3://shares are one destination with one share", async () => {
  const { home, run, share } = await withBucket()
  const first = await share("S3://shares")
  for (const to of ["s3://shares", "s3://shares/", "S3://shares//"])
    expect(await share(to)).toMatchObject({ id: first.id, sent: 0 })
  const { shares } = JSON.parse((await run(["list", "--json"])).stdout)
  expect(shares).toEqual([expect.objectContaining({ id: first.id, store: "s3://shares", state: "shared" })])
  const init = await run(["init", "--to", "S3://shares/"])
  expect(JSON.parse(readFileSync(init.stdout.trim(), "utf8")).plugin[0][1].to).toBe("s3://shares")
  expect((await run(["unshare", "--all", "--yes", "--to", "S3://shares"])).stderr).toContain("Removed and verified")
  expect(readdirSync(home.file("data", "opencode-bucket", "ledger")).filter((name) => name.endsWith(".json"))).toEqual(
    [],
  )
})

test.each(["S3://shares", "s3://shares/"])("a share that an earlier version made at %s keeps its link", async (to) => {
  const { server, home, run, share } = await withBucket()
  const { id, session } = await share("s3://shares")
  const ledger = home.file("data", "opencode-bucket", "ledger")
  const [name = ""] = readdirSync(ledger).filter((name) => name.endsWith(".json"))
  const entry = JSON.parse(readFileSync(path.join(ledger, name), "utf8"))
  const old = createHash("sha256")
    .update(JSON.stringify([session, to, server.endpoint]))
    .digest("hex")
  renameSync(path.join(ledger, name), path.join(ledger, `${old}.json`))
  writeFileSync(
    path.join(ledger, `${old}.json`),
    JSON.stringify({ ...entry, destination: { ...entry.destination, to } }),
  )
  expect((await run(["list"])).stdout).toContain(id)
  expect(await share("s3://shares")).toMatchObject({ id, sent: 0 })
  expect(readdirSync(ledger).filter((name) => name.endsWith(".json"))).toHaveLength(1)
  expect((await run(["unshare", session])).stderr).toContain("Removed and verified")
  expect([...server.objects().keys()]).toEqual([])
})

describe("--signed", () => {
  const signed = ["--signed", "1h"]
  test("into a public bucket warns that the expiry has no effect, and says what to do", async () => {
    const { run, share } = await withBucket({ publicRead: true })
    const { stderr, stdout } = await run(["share", fixture("questions"), "--to", "s3://shares", ...signed])
    expect(stderr).toMatch(/The page stays readable after the link expires/)
    expect(stderr).toMatch(/s3:GetObject[\s\S]*or unshare/)
    expect(stderr).not.toContain("can open this one page, until")
    // It is true.
    expect((await fetch(stdout.trim().replace(/\?.*/, ""))).status).toBe(200)
    expect(await share("s3://shares", ...signed)).toMatchObject({
      public: true,
      note: expect.stringContaining("stays readable after the link expires"),
    })
  })
})

test("with a misspelt share mode, no command shares", async () => {
  const home = ownHome()
  for (const share of ["disabld", "off", false]) {
    const file = home.file("project", "opencode.json")
    writeFileSync(file, JSON.stringify({ share }))
    for (const args of [
      ["share", fixture("questions")],
      ["share", "--all"],
    ]) {
      const run = await home.run(args)
      expect(run).toMatchObject({ status: 3, stdout: "" })
      expect(run.stderr).toContain(`unknown share mode "share": ${JSON.stringify(share)} in ${file}`)
    }
    expect((await home.run(["doctor"])).stdout.replace(/\s+/g, " ")).toContain("unknown share mode")
  }
  expect(existsSync(home.file("data"))).toBe(false)
})
