import { describe, expect, test } from "vitest"
import { otherBucket, readmeRights, versionRights, without } from "../support/other-user.ts"
import { post, recordedItems } from "../support/own-server.ts"
import { fixture } from "../support/run-command.ts"
import { freePort, startServer } from "../support/server-process.ts"

describe.each([
  ["a bucket without versions, with the README's rights", { rights: readmeRights }],
  ["a bucket without versions, with those for versions as well", { rights: versionRights }],
  [
    "a bucket without versions, whose versions may be listed but not deleted",
    { rights: without(versionRights, "s3:DeleteObjectVersion") },
  ],
  ["a bucket with versions", { rights: versionRights, versions: true }],
])("%s", (_, options) => {
  test("a share is removed completely, and doctor reports that sharing works", async () => {
    const { run, held } = await otherBucket(options)
    const looked = await run(["doctor", "--json"])
    expect({ status: looked.status, works: JSON.parse(looked.stdout).works }).toEqual({ status: 0, works: true })
    expect(await held()).toEqual([])
    const first = JSON.parse((await run(["share", fixture("all-tools"), "--json"])).stdout)
    const second = await run(["share", fixture("questions"), "--expires", "1h", "--json"])
    expect(second.status).toBe(0)
    expect(await held()).toContain(`s/${first.id}/index.html`)
    // Sharing less removes what does not belong any more.
    expect((await run(["share", fixture("all-tools"), "--omit", "tool-output,attachments"])).status).toBe(0)
    expect(await run(["unshare", first.url])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("Removed and verified: "),
    })
    expect((await held()).every((key) => key.startsWith(`s/${JSON.parse(second.stdout).id}/`))).toBe(true)
    expect((await run(["unshare", "--all", "--yes"])).status).toBe(0)
    expect(await held()).toEqual([])
  })
})

describe.each([
  ["without versions", readmeRights, false],
  ["with versions", versionRights, true],
] as const)("a bucket %s", (_, rights, versions) => {
  const all = [...rights.objects, ...rights.bucket]
  test.each(all)("without %s, nothing is shared, the right is named, and nothing is left", async (right) => {
    // On Ceph, an object's owner may read it unless that is denied.
    const denied = right === "s3:GetObject" ? { denied: right } : {}
    const { run, held, allow } = await otherBucket({ rights: without(rights, right), versions, ...denied })
    // The removal of a delete marker takes the very right that is missing.
    const markers = right === "s3:DeleteObjectVersion"
    for (const args of [["share", fixture("questions"), "--yes"], ["init"]]) {
      const refused = await run(args)
      expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" })
      expect(refused.stderr).toMatch(new RegExp(`${right}\\b`))
      if (markers) expect(refused.stderr).toContain("An empty delete marker was left behind.")
      expect((await held()).filter((key) => !markers || !key.endsWith("(marker)"))).toEqual([])
    }
    const looked = JSON.parse((await run(["doctor", "--json"])).stdout)
    expect(looked.works).toBe(false)
    expect(JSON.stringify(looked.findings)).toMatch(new RegExp(`${right}\\b`))
    // With it, the same command works.
    await allow(rights)
    expect((await run(["share", fixture("questions")])).status).toBe(0)
    expect((await run(["unshare", "--all", "--yes"])).status).toBe(0)
    expect((await held()).filter((key) => !key.includes("rehearsal-"))).toEqual([])
  })
})

test("an earlier share in a bucket whose versions may not be listed is never reported as removed", async () => {
  const { run, held, allow } = await otherBucket({ rights: versionRights, versions: true })
  const { url } = JSON.parse((await run(["share", fixture("questions"), "--json"])).stdout)
  for (const right of ["s3:ListBucketVersions", "s3:DeleteObjectVersion"]) {
    await allow(without(versionRights, right))
    for (let time = 1; time <= 2; time++) {
      const refused = await run(["unshare", url])
      expect(refused.status).toBeGreaterThanOrEqual(5)
      expect(refused.stderr).toContain(right)
    }
    // At least nobody opens it any more.
    expect((await held()).filter((key) => key.endsWith("index.html (marker)")).length).toBe(1)
  }
  await allow(versionRights)
  expect((await run(["unshare", url])).status).toBe(0)
  expect((await held()).filter((key) => !key.includes("rehearsal-"))).toEqual([])
})

describe("a bucket with a default retention", () => {
  const lockRights = { ...versionRights, bucket: [...versionRights.bucket, "s3:GetBucketObjectLockConfiguration"] }

  test("nothing is uploaded without --accept-retention, not even a probe", async () => {
    const { run, held } = await otherBucket({ rights: lockRights, lockDays: 3 })
    for (const more of [[], ["--yes", "--expires", "12h"]]) {
      const refused = await run(["share", fixture("questions"), ...more])
      expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" })
      expect(refused.stderr).toMatch(/locked for 3 days \(object lock, governance mode\), until \d+ \w+ \d{4}/)
      expect(refused.stderr).toContain("--accept-retention")
      expect(refused.stderr.includes("nor by its expiry")).toBe(more.length > 0)
    }
    expect((await run(["init"])).status).toBe(5)
    expect(await held()).toEqual([])
  })

  test("an accepted share is hidden by unshare, with the time until which it is retained", async () => {
    const { run, held, endpoint, Bucket } = await otherBucket({ rights: lockRights, lockDays: 2 })
    const shared = await run(["share", fixture("questions"), "--accept-retention", "--json"])
    const { id, url } = JSON.parse(shared.stdout)
    expect((await run(["share", fixture("questions"), "--omit", "tool-output"])).status).not.toBe(1)
    // Another session is another decision.
    expect((await run(["share", fixture("all-tools"), "--yes"])).status).toBe(5)
    for (let time = 1; time <= 2; time++) {
      const refused = await run(["unshare", url])
      expect(refused.status).toBe(6)
      expect(refused.stderr).toMatch(/hidden from readers/)
      expect(refused.stderr).toMatch(/is locked until \d+ \w+ \d{4}, \d\d:\d\d UTC \(object lock, governance mode\)/)
      expect(refused.stderr).not.toContain("Allow s3:DeleteObject")
      const keys = await held()
      const content = new Set(keys.filter((key) => !key.endsWith(" (marker)")))
      expect(keys.filter((key) => key.endsWith(" (marker)")).sort()).toEqual(
        [...content].map((key) => `${key} (marker)`).sort(),
      )
      expect(keys).toContain(`s/${id}/index.html`)
      expect((await fetch(`${endpoint}/${Bucket}/s/${id}/index.html`)).status).toBeGreaterThanOrEqual(403)
    }
  })

  test("that may not be read is found by the probe, which reports what is retained", async () => {
    const { run, held } = await otherBucket({ rights: versionRights, lockDays: 1 })
    const refused = await run(["share", fixture("questions"), "--yes"])
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" })
    expect(refused.stderr).toMatch(/is locked until \d+ \w+ \d{4}/)
    const [key = ""] = (await held()).filter((each) => !each.endsWith("(marker)"))
    expect(refused.stderr).toContain(key)
    expect((await held()).filter((each) => !each.endsWith("(marker)")).length).toBe(1)
  })
})

test("the share server publishes and removes shares with the documented rights", async () => {
  const { held, env, Bucket, endpoint, home } = await otherBucket({ rights: readmeRights, resource: "*" })
  const settings = {
    ...env,
    ...{ OPENCODE_BUCKET_TO: `s3://${Bucket}`, OPENCODE_BUCKET_ENDPOINT: endpoint, OPENCODE_BUCKET_PUBLIC: "true" },
  }
  const token = (await home.run(["token", "create", "ci"], { env: settings })).stdout.trim()
  const listen = `127.0.0.1:${await freePort()}`
  const server = await startServer({
    ...settings,
    ...{ OPENCODE_BUCKET_LISTEN: listen, OPENCODE_BUCKET_PUBLIC_URL: `http://${listen}` },
  })
  const { session, items } = recordedItems("questions")
  const api = `${server.url}/${token}/api/share`
  const made = (await (await fetch(api, post({ sessionID: session }))).json()) as { id: string; secret: string }
  expect((await fetch(`${api}/${made.id}/sync`, post({ secret: made.secret, data: items }))).status).toBe(200)
  // The lease is given back, and what was folded is deleted.
  await expect
    .poll(async () => (await held()).filter((key) => /lease\.json|pending\/|index\.html/.test(key)), {
      timeout: 60_000,
    })
    .toEqual([`s/${made.id}/index.html`])
  const removed = await fetch(`${api}/${made.id}`, post({ secret: made.secret }, "DELETE"))
  expect(removed.status).toBe(200)
  await expect.poll(async () => (await held()).filter((key) => !/^(?:tokens|gone|inventory)\//.test(key))).toEqual([])
  expect((await home.run(["token", "revoke", "ci"], { env: settings })).status).toBe(0)
  expect((await held()).filter((key) => !/^(?:gone|revoked|inventory)\//.test(key))).toEqual([])
})
