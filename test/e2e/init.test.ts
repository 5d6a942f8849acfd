import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

test("a folder is tested, left empty and written into the user's settings, which share then uses", async () => {
  const { run, file } = ownHome()
  const { status, stdout, stderr } = await run(["init", "--to", file("shares")])
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(stdout).toBe(`${file("config", "opencode", "opencode.json")}\n`)
  expect(stderr).toContain("works: write, read and delete succeeded")
  expect(stderr).toContain("fails instead of using the public service")
  const { plugin, enterprise } = JSON.parse(readFileSync(stdout.trim(), "utf8"))
  expect(plugin).toEqual([["opencode-bucket", { to: file("shares") }]])
  expect(enterprise).toEqual({ url: "http://127.0.0.1:9/opencode-bucket-is-not-there" })
  expect(readdirSync(file("shares"), { recursive: true, withFileTypes: true }).filter((f) => f.isFile())).toEqual([])

  const shared = await run(["share", fixture("questions")])
  expect(shared.stdout).toContain(file("shares"))
})

test("--project writes the settings into the project's file", async () => {
  const { run, project, file } = ownHome()
  const { stdout } = await run(["init", "--project", "--to", file("shares"), "--quiet"])
  expect(stdout).toBe(`${project}/opencode.json\n`)
  expect(existsSync(file("config"))).toBe(false)
})

test("without a terminal and a bucket, init asks and changes nothing", async () => {
  const { run, file } = ownHome()
  const { status, stderr } = await run(["init"])
  expect(status).toBe(2)
  expect(stderr).toContain("--to s3://team-shares")
  expect(existsSync(file("config"))).toBe(false)
})

test("a destination that does not work is not written", async () => {
  const { run, file } = ownHome()
  mkdirSync(file("config", "opencode"), { recursive: true })
  writeFileSync(file("blocked"), "a file")
  const { status, stderr } = await run(["init", "--to", file("blocked")])
  expect(status).toBe(5)
  expect(stderr).toContain("blocked")
  expect(existsSync(file("config", "opencode", "opencode.json"))).toBe(false)
})

test("an existing share server is kept, and nothing is tested", async () => {
  const { run, file } = ownHome()
  mkdirSync(file("config", "opencode"), { recursive: true })
  const own = file("config", "opencode", "opencode.json")
  const before = '{ "enterprise": { "url": "https://shares.corp.test/ocb_x" } }'
  writeFileSync(own, before)
  const { status, stderr } = await run(["init", "--to", file("shares")])
  expect(status).toBe(2)
  expect(stderr).toContain(`is set to share with another server ("enterprise" in ${own})`)
  expect(stderr).not.toContain("ocb_x")
  expect(readFileSync(own, "utf8")).toBe(before)
  expect(existsSync(file("shares"))).toBe(false)
})

test("init warns if another file overrides the address", async () => {
  const { run, project, file } = ownHome()
  writeFileSync(`${project}/opencode.json`, '{ "enterprise": { "url": "https://shares.corp.test" } }')
  const { status, stderr } = await run(["init", "--to", file("shares")])
  expect(status).toBe(0)
  expect(stderr).toContain("OpenCode's /share is still blocked in this folder.")
  expect(stderr).toContain(`shares.corp.test ("enterprise" in ~/project/opencode.json)`)
})
