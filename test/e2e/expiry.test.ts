import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

/** As if all that has an end had been shared long ago. */
function age(home: ReturnType<typeof ownHome>): void {
  const folder = home.file("data", "opencode-bucket", "ledger")
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const file = path.join(folder, name)
    const entry = JSON.parse(readFileSync(file, "utf8"))
    if (entry.expires) writeFileSync(file, JSON.stringify({ ...entry, expires: "2020-01-31T00:00:00.000Z" }))
  }
}

const sharesOf = async (home: ReturnType<typeof ownHome>) =>
  JSON.parse((await home.run(["list", "--json"])).stdout).shares

test("--expires is shown, listed and kept; list names expired shares, and prune removes them", async () => {
  const home = ownHome()
  const shared = await home.run(["share", fixture("questions"), "--expires", "7d", "--json"])
  const { id, expires } = JSON.parse(shared.stdout)
  expect(Date.parse(expires)).toBeGreaterThan(Date.now())
  expect(shared.stderr).toMatch(/ It expires \d{4}-\d\d-\d\d \d\d:\d\d (?:UTC|[+-]\d\d:\d\d)\. To share/m)
  expect(await sharesOf(home)).toMatchObject([{ id, expires, state: "shared" }])
  expect((await home.run(["list"])).stdout).toMatch(/ · expires \d{4}-\d\d-\d\d \d\d:\d\d (?:UTC|[+-]\d\d:\d\d)$/m)

  const again = await home.run(["share", fixture("questions"), "--json"], { env: { OPENCODE_BUCKET_EXPIRES: "1d" } })
  expect(JSON.parse(again.stdout)).toMatchObject({ id, expires, sent: 0 })

  age(home)
  expect((await home.run(["list"])).stdout).toMatch(/expired 2020-0[12]-\d\d .*, not removed yet: run prune/)
  const pruned = await home.run(["prune", "--json"])
  expect(pruned.status).toBe(0)
  expect(JSON.parse(pruned.stdout)).toMatchObject({ removed: [{ id, proven: true }], failed: [] })
  expect(await sharesOf(home)).toEqual([])
  const nothing = await home.run(["prune"])
  expect(nothing).toMatchObject({ status: 0, stdout: "", stderr: "No expired shares.\n" })
})

test("every share removes expired shares at the same destination after printing its link", async () => {
  const home = ownHome()
  const first = await home.run(["share", fixture("questions")], { env: { OPENCODE_BUCKET_EXPIRES: "12h" } })
  age(home)
  const second = await home.run(["share", fixture("apply-patch")])
  expect(second.stdout).toMatch(/^file:\S+\n$/)
  expect(second.stderr).toContain(`Expired. Removed and verified: ${first.stdout.trim()}`)
  expect((await sharesOf(home)).map(({ url }: { url: string }) => url)).toEqual([second.stdout.trim()])
})

test("an invalid lifetime is refused as a flag and as a setting", async () => {
  const home = ownHome()
  const flag = await home.run(["share", fixture("questions"), "--expires", "tomorrow"])
  expect(flag).toMatchObject({ status: 2, stdout: "" })
  expect(flag.stderr).toBe(
    'opencode-bucket: Invalid duration "tomorrow" for --expires.\n  Use hours, days or weeks, such as 12h, 7d or 8w, or never.\n',
  )
  const setting = await home.run(["share", fixture("questions")], { env: { OPENCODE_BUCKET_EXPIRES: "7" } })
  expect(setting.status).toBe(2)
  expect(setting.stderr).toContain('"expires" in the environment must be a duration in hours, days or weeks')
})

test("unshare --all requires --yes without a terminal, removes everything, and continues after failures", async () => {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const home = ownHome()
  const env = server.environment
  const bucket = ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
  await home.run(["share", fixture("questions"), ...bucket], { env })
  await home.run(["share", fixture("apply-patch"), ...bucket], { env })
  await home.run(["share", fixture("questions")])

  const refused = await home.run(["unshare", "--all"], { env })
  expect(refused).toMatchObject({ status: 2, stdout: "" })
  expect(refused.stderr).toContain(`3 shares: 2 in s3://${server.bucket}, 1 in ${home.file("data")}`)
  expect(refused.stderr).toContain("unshare --all --yes")
  expect(await sharesOf(home)).toHaveLength(3)

  server.options.undeletable = () => "AccessDenied"
  const partly = await home.run(["unshare", "--all", "--yes", "--json"], { env })
  expect(partly.status).toBe(5)
  const { removed, failed } = JSON.parse(partly.stdout)
  expect(removed).toHaveLength(1)
  expect(failed).toMatchObject([{ code: "store-denied" }, { code: "store-denied" }])
  expect(partly.stderr).toContain("2 of 3 shares could not be removed.")

  server.options.undeletable = () => undefined
  const rest = await home.run(["unshare", "--all", "--yes"], { env })
  expect(rest.status).toBe(0)
  expect(server.versions()).toEqual([])
  expect(await sharesOf(home)).toEqual([])
  expect(await home.run(["unshare", "--all"])).toMatchObject({ status: 0, stderr: "No shares.\n" })
})

test("unshare takes either one share or --all", async () => {
  const home = ownHome()
  for (const args of [["unshare"], ["unshare", "ses_abc", "--all"]])
    expect(await home.run(args)).toMatchObject({ status: 2, stdout: "" })
})
