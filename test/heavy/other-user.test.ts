import { describe, expect, test } from "vitest"
import { otherBucket, readmeRights, versionRights, without } from "../support/other-user.ts"
import { fixture } from "../support/run-command.ts"

describe.each([
  ["a bucket without versions, with the README's rights", { rights: readmeRights }],
  ["a bucket without versions, with those for versions as well", { rights: versionRights }],
  [
    "a bucket without versions, whose versions may be listed but not deleted",
    { rights: without(versionRights, "s3:DeleteObjectVersion") },
  ],
  ["a bucket with versions", { rights: versionRights, versions: true }],
])("%s", (_, options) => {
  test("what is shared is taken back without a trace; doctor says that it works", async () => {
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
    expect(await run(["unshare", first.url])).toMatchObject({ status: 0, stderr: expect.stringContaining("Gone: ") })
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
  test.each(all)("where %s is missing, nothing is shared, the right is named, and nothing stays", async (right) => {
    const { run, held, allow, home } = await otherBucket({ rights: without(rights, right), versions })
    for (const args of [["share", fixture("questions")], ["share", fixture("questions"), "--yes"], ["init"]]) {
      const refused = await run(args)
      expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" })
      expect(refused.stderr).toMatch(new RegExp(`${right}\\b`))
      // The removal of a delete marker takes the very right that is missing.
      const markers = right === "s3:DeleteObjectVersion" && versions
      expect((await held()).filter((key) => !markers || !key.endsWith("(marker)"))).toEqual([])
      if (markers) expect(refused.stderr).toContain("An empty delete marker stays there.")
    }
    const looked = JSON.parse((await run(["doctor", "--json"])).stdout)
    expect(looked.works).toBe(false)
    expect(JSON.stringify(looked.findings)).toMatch(new RegExp(`${right}\\b`))
    // With it, the same command works, and is not tried out any more from then on.
    await allow(rights)
    expect((await run(["share", fixture("questions")])).status).toBe(0)
    expect((await run(["unshare", "--all", "--yes"])).status).toBe(0)
    expect((await held()).filter((key) => key.includes("rehearsal-") === false)).toEqual([])
    expect(home.file("data")).toBeTruthy()
  })
})
