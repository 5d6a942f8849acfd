import { writeFileSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { NOWHERE } from "../../src/config/nowhere.ts"
import { ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

async function ownBucket() {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const home = ownHome()
  const config = {
    share: "auto",
    plugin: [["opencode-bucket", { to: `s3://${server.bucket}`, endpoint: server.endpoint, expires: "30d" }]],
    enterprise: { url: NOWHERE },
  }
  const file = path.join(home.project, "opencode.json")
  return {
    server,
    home,
    file,
    write: (more: object = {}) => writeFileSync(file, JSON.stringify({ ...config, ...more })),
  }
}

test("doctor tells in one screen what is set, where that comes from, and that it works", async () => {
  const { server, home, file, write } = await ownBucket()
  write()
  const env = { ...server.environment, OPENCODE_BUCKET_REGION: "us-east-1" }
  const { status, stdout, stderr } = await home.run(["doctor", "--trust-project", "--expires", "7d"], { env })
  expect(stderr).toBe("")
  expect(status).toBe(0)
  expect(stdout).toContain(`  to             s3://${server.bucket}`)
  expect(stdout).toContain(file)
  expect(stdout).toMatch(/region\s+us-east-1\s+(?:from )?OPENCODE_BUCKET_REGION/)
  expect(stdout).toMatch(/expires\s+7d\s+(?:from )?flag/)
  expect(stdout).toContain("✓ Share mode     auto, set in")
  expect(stdout).toContain("✓ Delete         it is gone again, and the link is dead")
  expect(stdout).toMatch(/\nSharing works\.\n$/)
  expect(stdout).not.toMatch(/testaccess|testsecret|\x1b/)
  for (const line of stdout.split("\n")) if (line.includes(" ", 17)) expect(line.length).toBeLessThan(120)
  expect(server.versions()).toEqual([])
})

test("doctor warns where OpenCode would go to its public service if it could not load the plugin", async () => {
  const { server, home, file, write } = await ownBucket()
  write({ enterprise: undefined })
  const { status, stdout } = await home.run(["doctor", "--trust-project", "--quiet"], { env: server.environment })
  expect(status).toBe(0)
  const said = stdout.replaceAll(/\s+/g, " ")
  expect(said).toContain(`! Plugin in ${file}: /share goes where the settings say; but where OpenCode cannot load it,`)
  expect(said).toContain(`"enterprise": { "url": "${NOWHERE}" } in ${file}.`)
})

test("doctor --json is one object, and the exit status says whether sharing works", async () => {
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

test("where sharing is disabled, or the project's bucket was not agreed to, nothing is tried", async () => {
  const { server, home, write } = await ownBucket()
  write({ share: "disabled" })
  const disabled = await home.run(["doctor", "--trust-project"], { env: server.environment })
  expect(disabled.status).toBe(5)
  expect(disabled.stdout).toContain("✗ Share mode")
  write()
  const stranger = await home.run(["doctor"], { env: server.environment })
  expect(stranger.status).toBe(5)
  expect(stranger.stdout).toContain("that was not agreed to")
  expect(server.requests).toEqual([])
})

test("doctor --quiet says only what is wrong", async () => {
  const { server, home, write } = await ownBucket()
  write()
  const run = () => home.run(["doctor", "--trust-project", "--quiet"], { env: server.environment })
  expect(await run()).toMatchObject({ status: 0, stdout: "", stderr: "" })
  server.options.publicList = true
  expect((await run()).stdout).toMatch(/^! Listing/)
})

test("doctor --lifecycle prints the rule of the settings, alone, as JSON or XML", async () => {
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
