import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { temporaryFolder } from "../support/world.ts"

const root = path.dirname(path.dirname(import.meta.dirname))

function demo(env: Record<string, string> = {}) {
  const home = temporaryFolder()
  const own = { PATH: process.env["PATH"], HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home }
  const script = path.join(root, "scripts", "demo.ts")
  const run = spawnSync(process.execPath, [script], { env: { ...own, ...env }, encoding: "utf8" })
  return { ...run, home }
}

test("the demo prints a working link under any configuration, and does not touch the user's folders", () => {
  const { status, stdout, stderr, home } = demo({
    OPENCODE_BUCKET_TO: "s3://somebody",
    OPENCODE_BUCKET_ENDPOINT: "http://127.0.0.1:9",
  })
  expect(status, stderr).toBe(0)
  const page = fileURLToPath(stdout.trim().split("\n").at(-1)!)
  expect(page.startsWith(path.join(root, "demo", "out", "s"))).toBe(true)
  expect(existsSync(page)).toBe(true)
  const folder = path.dirname(page)
  expect(readFileSync(path.join(folder, "manifest.json"), "utf8")).toContain('"published"')
  expect(readdirSync(home)).toEqual([])
})

test("the demo does not share if sharing is disabled", () => {
  expect(demo({ OPENCODE_DISABLE_SHARE: "1" })).toMatchObject({ status: 3, stdout: "" })
})
