import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parse } from "yaml"
import manifest from "../../package.json" with { type: "json" }
import { releaseManifest, releaseNotes } from "../../scripts/release-manifest.ts"

const facts = {
  server: "https://github.com",
  repository: "corp/opencode-bucket",
  tag: `v${manifest.version}`,
  changelog: `# Changelog\n\n## Unreleased\n\n- Next.\n\n## ${manifest.version} (2026-12-01)\n\n- First.\n\n## 0.0.1\n\n- Old.\n`,
}

describe("a release", () => {
  test("fills the addresses of the manifest, and changes nothing else", () => {
    const { repository, homepage, bugs, ...rest } = releaseManifest(manifest, facts)
    expect({ repository, homepage, bugs }).toEqual({
      repository: { type: "git", url: "git+https://github.com/corp/opencode-bucket.git" },
      homepage: "https://github.com/corp/opencode-bucket#readme",
      bugs: "https://github.com/corp/opencode-bucket/issues",
    })
    const { repository: _r, homepage: _h, bugs: _b, ...before } = manifest
    expect(rest).toEqual(before)
  })

  test.each([
    [{ tag: "v99.0.0" }, /tag v99\.0\.0 is not that of version/],
    [{ repository: "" }, /not owner\/name/],
    [{ changelog: "# Changelog\n\n## Unreleased\n\n- Next.\n" }, /CHANGELOG\.md has nothing under/],
  ])("with %j is refused", (wrong, said) => {
    expect(() => releaseManifest(manifest, { ...facts, ...wrong })).toThrow(said)
  })

  test("of a fork whose manifest names another repository is refused", () => {
    const theirs = releaseManifest(manifest, { ...facts, repository: "theirs/opencode-bucket" })
    expect(() => releaseManifest(theirs, facts)).toThrow(/names .*theirs/)
  })

  test("has the notes of its version alone", () => {
    expect(releaseNotes(facts.changelog, manifest.version)).toBe("- First.")
  })
})

interface Workflow {
  permissions: Record<string, string>
  jobs: Record<string, { permissions?: Record<string, string>; steps: { uses?: string; run?: string }[] }>
}

describe.each(["test", "release"])("the workflow %s", (name) => {
  const { permissions, jobs } = parse(readFileSync(`.github/workflows/${name}.yml`, "utf8")) as Workflow
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  test("may only read, except in the job that publishes, and pins its actions", () => {
    expect(permissions).toEqual({ contents: "read" })
    for (const [job, { permissions }] of Object.entries(jobs)) if (permissions) expect(job).toBe("publish")
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/)
  })

  test("runs scripts that exist", () => {
    const commands = steps.flatMap(({ run }) => run ?? [])
    for (const [, script = ""] of commands.join("\n").matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(manifest.scripts)).toContain(script)
    for (const [, file = ""] of commands.join("\n").matchAll(/(?:node |^)((?:scripts|\.ci)\/\S+)/gm))
      expect(existsSync(file), file).toBe(true)
  })
})

test("a release publishes what was tested and packed, with provenance and a bill of materials", () => {
  const { jobs } = parse(readFileSync(".github/workflows/release.yml", "utf8")) as Workflow
  const { permissions, steps } = jobs["publish"]!
  expect(permissions).toMatchObject({ "id-token": "write" })
  const order = ["node scripts/release.ts", "npm test", "npm pack", "attest-sbom", "npm publish", "gh release create"]
  const places = order.map((word) => steps.findIndex(({ run, uses }) => `${run ?? uses}`.includes(word)))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(steps[places[4]!]!.run).toMatch(/\.tgz --provenance/)
})
