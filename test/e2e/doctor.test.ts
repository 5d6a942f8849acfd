import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

async function ownBucket() {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const home = ownHome()
  const config = {
    share: "auto",
    plugin: [["opencode-bucket", { to: `s3://${server.bucket}`, endpoint: server.endpoint, expires: "30d" }]],
    enterprise: { url: DEAD_ENDPOINT_URL },
  }
  const file = path.join(home.project, "opencode.json")
  return {
    server,
    home,
    file,
    write: (more: object = {}) => writeFileSync(file, JSON.stringify({ ...config, ...more })),
  }
}

test("doctor reports on one screen all settings, their sources and the result", async () => {
  const { server, home, write } = await ownBucket()
  write()
  const env = { ...server.environment, OPENCODE_BUCKET_REGION: "us-east-1" }
  const { status, stdout, stderr } = await home.run(["doctor", "--trust-project", "--expires", "7d"], { env })
  expect(stderr).toBe("")
  expect(status).toBe(0)
  expect(stdout).toContain(`  to             s3://${server.bucket}`)
  expect(stdout).toContain("~/project/opencode.json")
  expect(stdout).toMatch(/region\s+us-east-1\s+(?:from )?OPENCODE_BUCKET_REGION/)
  expect(stdout).toMatch(/expires\s+7d\s+(?:from )?flag/)
  expect(stdout).toContain("✓ Share mode     auto, set in")
  expect(stdout).toContain("✓ Delete         it is deleted, and the link is dead")
  expect(stdout).toMatch(/\nSharing works\.\n$/)
  expect(stdout).not.toMatch(/testaccess|testsecret|\x1b/)
  for (const line of stdout.split("\n")) if (line.includes(" ", 17)) expect(line.length).toBeLessThan(120)
  expect(server.versions()).toEqual([])
})

test.each([
  ["the plugin line alone", { enterprise: undefined }, "to its public service", "Add"],
  ["an enterprise without an address", { enterprise: {} }, "to its public service", "Add"],
  ["a share server", { enterprise: { url: "https://shares.corp.test/ocb_x" } }, "to shares.corp.test (", "Write"],
  ["an address on loopback that may answer", { enterprise: { url: "http://127.0.0.1:99/" } }, "127.0.0.1:99", "Write"],
])("doctor fails with %s, and names the line to write", async (_, more, where, remedy) => {
  const { server, home, write } = await ownBucket()
  write(more)
  const { status, stdout, stderr } = await home.run(["doctor", "--trust-project", "--quiet"], {
    env: server.environment,
  })
  expect({ status, stderr }).toMatchObject({ status: 5, stderr: expect.stringContaining("plugin, see above") })
  const said = stdout.replaceAll(/\s+/g, " ")
  expect(said).toContain(where)
  expect(said).toContain(`${remedy} "enterprise": { "url": "${DEAD_ENDPOINT_URL}" }`)
  expect(said.replaceAll(" ", "")).toContain("~/project/opencode.json")
  expect(said).not.toContain("ocb_x")
})

test("doctor also fails with the enterprise line alone, and still tests the destination", async () => {
  const { server, home, write } = await ownBucket()
  write({ plugin: [] })
  const env = { ...server.environment, OPENCODE_BUCKET_TO: `s3://${server.bucket}` }
  const { status, stdout } = await home.run(["doctor"], {
    env: { ...env, OPENCODE_BUCKET_ENDPOINT: server.endpoint },
  })
  expect(status).toBe(5)
  const said = stdout.replaceAll(/\s+/g, " ")
  expect(said).toContain(`"enterprise" in ~/project/opencode.json is set to the dead endpoint: OpenCode's /share fails`)
  expect(said).toContain("✓ Delete")
})

test("doctor finds the two lines in separate files, in variables and in included files", async () => {
  const { server, home, file, write } = await ownBucket()
  const env = { ...server.environment, NOBODY: DEAD_ENDPOINT_URL }
  const run = () => home.run(["doctor", "--trust-project", "--quiet"], { env })
  for (const url of ["{env:NOBODY}", "{file:./nobody}"]) {
    writeFileSync(path.join(path.dirname(file), "nobody"), `${DEAD_ENDPOINT_URL}\n`)
    write({ enterprise: { url } })
    expect(await run(), url).toMatchObject({ status: 0, stdout: "" })
  }
  write({ enterprise: undefined })
  mkdirSync(home.file("config", "opencode"), { recursive: true })
  writeFileSync(
    home.file("config", "opencode", "opencode.json"),
    JSON.stringify({ enterprise: { url: DEAD_ENDPOINT_URL } }),
  )
  expect(await run()).toMatchObject({ status: 0, stdout: "" })
  write({ enterprise: { url: "https://shares.corp.test" } })
  expect(await run()).toMatchObject({ status: 5 })
})

test("doctor --json prints one object, and the exit status tells whether sharing works", async () => {
  const { server, home, write } = await ownBucket()
  write()
  const works = await home.run(["doctor", "--trust-project", "--json"], { env: server.environment })
  expect(works.status).toBe(0)
  expect(JSON.parse(works.stdout)).toMatchObject({ works: true, settings: [{ name: "to" }, { name: "endpoint" }, {}] })
  const env = { ...server.environment, AWS_SECRET_ACCESS_KEY: "another" }
  const fails = await home.run(["doctor", "--json"], { env })
  expect(fails.status).toBe(5)
  const { works: stillWorks, findings } = JSON.parse(fails.stdout)
  expect(stillWorks).toBe(false)
  expect(findings.at(-1)).toMatchObject({ about: "Credentials", state: "fail" })
  expect(fails.stdout + fails.stderr).not.toContain("another")
})

test("doctor sends nothing if sharing is disabled or the project's bucket is not confirmed", async () => {
  const { server, home, write } = await ownBucket()
  write({ share: "disabled" })
  const disabled = await home.run(["doctor", "--trust-project"], { env: server.environment })
  expect(disabled.status).toBe(5)
  expect(disabled.stdout).toContain("✗ Share mode")
  write()
  const stranger = await home.run(["doctor"], { env: server.environment })
  expect(stranger.status).toBe(5)
  expect(stranger.stdout.replace(/\s+/g, " ")).toContain("which you have not accepted")
  expect(server.requests).toEqual([])
})

test("doctor --quiet prints problems only", async () => {
  const { server, home, write } = await ownBucket()
  write()
  const run = () => home.run(["doctor", "--trust-project", "--quiet"], { env: server.environment })
  expect(await run()).toMatchObject({ status: 0, stdout: "", stderr: "" })
  server.options.publicList = true
  expect((await run()).stdout).toMatch(/^! Listing/)
})

test("doctor --lifecycle prints only the lifecycle rule of the settings, as JSON or XML", async () => {
  const { server, home, write } = await ownBucket()
  write()
  const json = await home.run(["doctor", "--lifecycle"], { env: server.environment })
  const [rule] = JSON.parse(json.stdout).Rules
  expect(rule).toMatchObject({ Status: "Enabled", Filter: { Prefix: "s/" }, Expiration: { Days: 30 } })
  expect(json.stderr).toContain("put-bucket-lifecycle-configuration")
  const xml = await home.run(["doctor", "--lifecycle", "xml", "--expires", "25h", "--quiet"], {
    env: server.environment,
  })
  expect(xml.stdout).toContain("<Expiration><Days>2</Days></Expiration>")
  expect(xml.stderr).toBe("")
  const never = await home.run(["doctor", "--lifecycle", "--expires", "never"], { env: server.environment })
  expect(never).toMatchObject({ status: 2, stdout: "" })
})
