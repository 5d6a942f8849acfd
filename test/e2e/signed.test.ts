import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

test.each([
  [["--signed", "8d"], /is too long: S3 limits presigned links to 7 days/],
  [["--signed", "never"], /Invalid duration/],
  [["--signed", "soon"], /Invalid duration/],
  [["--signed", "1h", "--to", "./shares"], /--signed needs an S3 bucket/],
])("share %o is a clear error, before anything is sent", async (flags, words) => {
  const args = ["share", fixture("questions"), "--to", "s3://shares", "--endpoint", "http://127.0.0.1:1", ...flags]
  expect(await ownHome().run(args)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(words) })
})

test("the next share after the last presigned link expired removes its page", async () => {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const home = ownHome()
  const share = (...flags: string[]) =>
    home.run(
      [
        "share",
        fixture("questions"),
        "--to",
        `s3://${server.bucket}`,
        "--endpoint",
        server.endpoint,
        "--json",
        ...flags,
      ],
      { env: server.environment },
    )
  const { id, url, signed } = JSON.parse((await share("--signed", "1h")).stdout)
  expect(url).toContain(`/s/${id}/whole.html?`)
  const names = () => [...server.objects().keys()].map((key) => key.replace(`s/${id}/`, ""))
  expect(names()).toContain("whole.html")
  const ledger = home.file("data", "opencode-bucket", "ledger")
  const [file = ""] = readdirSync(ledger).filter((name) => name.endsWith(".json"))
  const entry = JSON.parse(readFileSync(path.join(ledger, file), "utf8"))
  expect(entry.signed).toBe(signed)
  expect(JSON.stringify(entry)).not.toContain("X-Amz")
  writeFileSync(path.join(ledger, file), JSON.stringify({ ...entry, signed: "2026-01-01T00:00:00.000Z" }))
  expect(JSON.parse((await share()).stdout)).toMatchObject({ id, removed: 1 })
  expect(names()).not.toContain("whole.html")
  expect(
    JSON.parse((await home.run(["list", "--json"], { env: server.environment })).stdout).shares[0],
  ).not.toHaveProperty("signed")
})
