import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, onTestFinished, test } from "vitest"
import { type Both, bothGenerations } from "../support/both-generations.ts"
import { fixture, ownHome, type RunOptions } from "../support/run-command.ts"

/** A home in which OpenCode 1 had a talk and OpenCode 2 took it over, its database open as OpenCode would have it. */
function homeWithBoth() {
  const home = ownHome()
  const both = bothGenerations({ folder: home.project, path: home.file("data", "opencode", "opencode.db") })
  onTestFinished(both.close)
  const talk = both.first.begin()
  both.second.start()
  both.second.takeOver()
  /** Every file of the home but those of OpenCode. */
  const files = () =>
    readdirSync(home.home, { recursive: true, encoding: "utf8" }).filter(
      (name) => !name.startsWith(path.join("data", "opencode", "")),
    )
  return { ...home, both, talk, files }
}

type Home = ReturnType<typeof homeWithBoth>

async function expectRefused(home: Home, args: string[], options?: RunOptions): Promise<string> {
  const before = home.files()
  const { status, stdout, stderr } = await home.run(args, options)
  expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: "" })
  expect(stderr).toMatch(/^opencode-bucket: .*OpenCode 2.*\.\n {2}\S.*\.\n$/)
  expect(home.files()).toEqual(before)
  return stderr
}

const everyCommand = (home: Home, ...named: string[]): string[][] => [
  ["share", ...named, "--yes"],
  ["share", ...named, "--yes", "--to", home.file("bucket")],
  ["preview", ...named],
  ...["html", "folder", "md", "json"].map((format) => ["export", ...named, "--format", format]),
  ["export", ...named, "--output", "-"],
]

const everyAll = (home: Home): string[][] => [
  ["share", "--all", "--yes"],
  ["share", "--all", "--yes", "--to", home.file("bucket"), "--since", "9999d"],
  ["export", "--all", "--output", home.file("kept")],
  ["export", "--all", "--output", home.file("kept"), "--project", home.project],
]

describe("nothing is published or kept", () => {
  test("of a folder whose newest session is of OpenCode 2", async () => {
    const home = homeWithBoth()
    const newest = home.both.second.begin()
    for (const args of [...everyCommand(home), ...everyAll(home), ...everyCommand(home, newest).slice(0, 3)])
      expect(await expectRefused(home, args)).toContain(newest)
  })

  test.each<[string, (both: Both, talk: string) => unknown]>([
    ["went on", ({ second }, talk) => second.say(talk)],
    ["was undone in part", ({ second }, talk) => second.undo(talk)],
    ["was undone for good", ({ second }, talk) => second.drop(talk)],
    ["has a subagent's session", ({ second, folder }, talk) => second.begin(folder, talk)],
  ])("of a session that %s in OpenCode 2", async (_, change) => {
    const home = homeWithBoth()
    change(home.both, home.talk)
    const commands = [everyCommand(home), everyCommand(home, home.talk), everyAll(home)].flatMap((some) =>
      some.slice(0, 3),
    )
    for (const args of commands) await expectRefused(home, args)
  })

  test("of a session that was shared before it went on in OpenCode 2: its share stays as it was", async () => {
    const home = homeWithBoth()
    const link = fileURLToPath((await home.run(["share", home.talk])).stdout.trim())
    const page = readFileSync(link)
    home.both.second.say(home.talk)
    await expectRefused(home, ["share", home.talk])
    expect(readFileSync(link).equals(page)).toBe(true)
    const said = home.both.first.say(home.talk)
    expect((await home.run(["share", home.talk])).status).toBe(0)
    expect(readFileSync(link, "utf8")).toContain(said)
  })
})

test("what OpenCode 2 has only copied goes on to work, and what was begun or went on in OpenCode 1 since", async () => {
  const home = homeWithBoth()
  const older = home.both.second.begin()
  home.both.second.view(home.talk)
  await expectRefused(home, ["share"])
  for (const args of everyCommand(home, home.talk)) {
    const { status, stderr } = await home.run(args)
    expect({ args, status, stderr }).toMatchObject({ status: 0 })
  }
  const begun = home.both.first.begin()
  expect(JSON.parse((await home.run(["share", "--json"])).stdout)).toMatchObject({ session: begun })
  home.both.first.say(home.talk)
  expect(JSON.parse((await home.run(["share", "--json"])).stdout)).toMatchObject({ session: home.talk })
  await expectRefused(home, ["share", older])
})

describe("doctor", () => {
  const doctor = async (home: Home, ...flags: string[]) => {
    const { status, stdout } = await home.run(["doctor", ...flags])
    return { status, said: stdout.replaceAll(/\s+/g, " ") }
  }

  test("does not say that sharing works where the newest session is of OpenCode 2", async () => {
    const home = homeWithBoth()
    expect(await doctor(home)).toMatchObject({ status: 0, said: expect.stringMatching(/Sharing works\. $/) })
    const newest = home.both.second.begin()
    for (const flags of [[], ["--quiet"]]) {
      const { status, said } = await doctor(home, ...flags)
      expect(status).toBe(2)
      expect(said).toContain(`✗ Newest session The newest session here, ${newest}, is a session of OpenCode 2`)
      expect(said).not.toContain("Sharing works")
    }
    const { status, said } = await doctor(home, "--json")
    expect(status).toBe(2)
    expect(JSON.parse(said)).toMatchObject({ works: false })
    home.both.first.say(home.talk)
    expect(await doctor(home)).toMatchObject({ status: 0, said: expect.stringMatching(/Sharing works\. $/) })
  })

  test("looks at the bucket all the same, and at all sessions where this folder has none", async () => {
    const home = homeWithBoth()
    home.both.second.begin(home.file("elsewhere"))
    expect(await doctor(home)).toMatchObject({ status: 0 })
    home.both.exec("UPDATE session SET directory = '/nowhere'; UPDATE session_v2 SET directory = '/nowhere'")
    home.both.exec("UPDATE project SET worktree = '/nowhere'")
    expect(await doctor(home)).toMatchObject({ status: 2, said: expect.stringMatching(/✗ Newest session .*✓ Delete/) })
  })

  test("tells that `opencode` is OpenCode 2", async () => {
    const home = homeWithBoth()
    const PATH = pathWith(home, `echo "opencode v2.0.26"`)
    const { status, stdout } = await home.run(["doctor"], { env: { PATH } })
    expect(status).toBe(0)
    expect(stdout).toMatch(/! OpenCode {7}2\.0\.26: only OpenCode 1 sessions/)
  })
})

const folder = fileURLToPath(new URL("../fixtures/opencode-2/", import.meta.url))
const recorded = readdirSync(folder).map((name): [string, string] => [
  name,
  readFileSync(path.join(folder, name), "utf8"),
])

/** An export without the roles of its messages, and one of which some are in the other form. */
function withoutRoles(name: string): string[] {
  const { info, messages } = JSON.parse(readFileSync(fixture(name), "utf8")) as {
    info: object
    messages: { info: { role?: string }; parts: object[] }[]
  }
  const roleless = messages.map(({ info: { role: _, ...info }, parts }) => ({ info, parts }))
  const later = { id: "msg_later", type: "user", text: "later", time: { created: 1 } }
  const bare = messages.map(({ info, parts }) => ({ ...info, role: undefined, type: info.role, content: parts }))
  const child = { info: { id: "ses_child" }, messages: [later] }
  const forms = [roleless, [...messages, later], bare]
  return [
    ...forms.map((messages) => JSON.stringify({ info, messages })),
    JSON.stringify({ info, messages, children: [{ info: { id: "ses_2" }, messages, children: [child] }] }),
    JSON.stringify({ info, messages, children: [{ info: { id: "ses_2" }, messages: roleless }] }),
  ]
}

describe("an export of OpenCode 2", () => {
  test.each(["file", "standard input"])("is refused from a %s, for sharing, keeping and importing", async (from) => {
    const home = homeWithBoth()
    const [, text] = recorded[0]!
    writeFileSync(home.file("talk.json"), text)
    const PATH = pathWith(home, "echo 1.18.33")
    const named = from === "file" ? home.file("talk.json") : "-"
    for (const args of [...everyCommand(home, named), ["import", named, "--yes"], ["import", named, "--force"]])
      await expectRefused(home, args, { stdin: text, env: { PATH } })
  })

  test.each([
    ...recorded,
    ...withoutRoles("questions").map((text, i): [string, string] => [`form ${i} of a session's messages`, text]),
  ])("is refused in every form: %s", async (_, text) => {
    const home = homeWithBoth()
    writeFileSync(home.file("talk.json"), text)
    await expectRefused(home, ["share", home.file("talk.json"), "--yes"])
    await expectRefused(home, ["import", "-", "--yes"], { stdin: text })
  })

  test("is refused if it is generated, large, or in UTF-16", async () => {
    const home = homeWithBoth()
    const exported = home.both.second.exported(home.both.second.begin())
    const long = { id: "msg_long", type: "synthetic", text: "x".repeat(25_000_000), time: { created: 1 } }
    const texts = [exported, { ...exported, messages: [...exported.messages, long] }].map((value) =>
      JSON.stringify(value),
    )
    const { info, messages } = JSON.parse(readFileSync(fixture("questions"), "utf8"))
    texts.push(JSON.stringify({ info, messages: [...messages, long] }))
    for (const content of [...texts, Buffer.from(`\ufeff${texts[0]}`, "utf16le")]) {
      writeFileSync(home.file("talk.json"), content)
      await expectRefused(home, ["share", home.file("talk.json"), "--yes"])
      await expectRefused(home, ["export", home.file("talk.json")])
      await expectRefused(home, ["import", home.file("talk.json"), "--yes"])
    }
  })

  test("that an earlier version has published is not imported from its share", async () => {
    const home = homeWithBoth()
    const share = home.file("bucket", "s", "V1StGXR8_Z5jdHi6B-myT")
    mkdirSync(share, { recursive: true })
    writeFileSync(path.join(share, "session.json"), recorded[0]![1])
    writeFileSync(path.join(share, "index.html"), "<!doctype html>")
    await expectRefused(home, ["import", share, "--yes"])
    await expectRefused(home, ["import", path.join(share, "index.html"), "--yes"])
  })
})

/** A PATH that begins with an `opencode` that does this. */
function pathWith({ file }: Home, script: string): string {
  mkdirSync(file("bin"), { recursive: true })
  writeFileSync(file("bin", "opencode"), `#!/bin/sh\n${script}\n`)
  chmodSync(file("bin", "opencode"), 0o755)
  return file("bin") + path.delimiter + process.env["PATH"]
}

describe("where `opencode` has to be asked", () => {
  const asked = (home: Home) => existsSync(home.file("asked"))
  const exported = (file: string) => `case "$1" in
    --version) echo VERSION ;;
    session) echo '[{"id":"ses_1","updated":1,"projectId":"x","directory":"/"}]' ;;
    *) echo >> "${file}"; cat "${fixture("questions")}" ;;
  esac`

  test.each(["2.0.3", "v2.3.0", "opencode 2.0.26", "3.1.0-beta.1"])(
    "%s is not asked for a session",
    async (version) => {
      const home = homeWithBoth()
      const PATH = pathWith(home, exported(home.file("asked")).replace("VERSION", version))
      const env = { PATH, OPENCODE_DB: home.file("none.db") }
      for (const named of [[], ["ses_1"]]) await expectRefused(home, ["share", ...named], { env })
      await expectRefused(home, ["import", fixture("questions"), "--yes"], { env })
      expect(asked(home)).toBe(false)
    },
  )

  test.each(["1.18.33", "", "local"])("version %j is, and what it says without roles is refused", async (version) => {
    const home = homeWithBoth()
    const script = exported(home.file("asked")).replace("VERSION", version)
    const env = { PATH: pathWith(home, script), OPENCODE_DB: home.file("none.db") }
    expect(await home.run(["share", "ses_1"], { env })).toMatchObject({ status: 0 })
    expect(asked(home)).toBe(true)
    pathWith(home, script.replace(fixture("questions"), path.join(folder, "running.json")))
    await expectRefused(home, ["share", "ses_1"], { env })
    await expectRefused(home, ["share"], { env })
  })

  test("for a database that nobody can open, what it says is not believed", async () => {
    const home = homeWithBoth()
    const script = exported(home.file("asked")).replace("VERSION", "1.18.33")
    writeFileSync(home.file("broken.db"), "This is no database, though it is long enough to be one. ".repeat(99))
    const env = { PATH: pathWith(home, script), OPENCODE_DB: home.file("broken.db") }
    const { status, stdout, stderr } = await home.run(["share", "ses_1"], { env })
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain("to check whether OpenCode 2 has a newer version of the session")
    expect(existsSync(home.file("data", "opencode-bucket"))).toBe(false)
  })
})
