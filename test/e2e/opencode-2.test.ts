import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, onTestFinished, test } from "vitest"
import { bothGenerations } from "../support/both-generations.ts"
import { exportedTides, idInV2, opencode2Database } from "../support/opencode-2.ts"
import { fixture, ownHome } from "../support/run-command.ts"

/** A home in which OpenCode 1 had a talk and OpenCode 2 took it over, its database open as OpenCode would have it. */
function homeWithBoth() {
  const home = ownHome()
  const both = bothGenerations({ folder: home.project, path: home.file("data", "opencode", "opencode.db") })
  onTestFinished(both.close)
  const talk = both.first.begin()
  both.second.start()
  both.second.takeOver()
  return { ...home, both, talk }
}

type Home = Pick<ReturnType<typeof homeWithBoth>, "file">

const pageOf = (link: string) => readFileSync(fileURLToPath(link.trim()), "utf8")

test("share updates one link while a session moves from OpenCode 1 to OpenCode 2 and back", async () => {
  const home = homeWithBoth()
  const { first, second } = home.both
  const share = async (...args: string[]) => {
    const { status, stdout, stderr } = await home.run(["share", ...args])
    expect({ status, stderr: stderr.includes("at ") }).toEqual({ status: 0, stderr: false })
    return { link: stdout.trim(), stderr }
  }
  const { link } = await share(home.talk)
  const later = second.say(home.talk)
  expect(await share()).toMatchObject({ link, stderr: expect.not.stringContaining("continued in OpenCode 1") })
  expect(pageOf(link)).toContain(later)
  const again = first.say(home.talk)
  expect(await share()).toMatchObject({ link, stderr: expect.stringContaining("was continued in OpenCode 1") })
  expect(pageOf(link)).toContain(again)

  const begun = second.begin()
  const own = await share()
  expect(own.link).not.toBe(link)
  const said = second.say(begun)
  expect((await share(begun)).link).toBe(own.link)
  expect(pageOf(own.link)).toContain(said)
  expect(await home.run(["unshare", begun])).toMatchObject({ status: 0 })
  expect(existsSync(fileURLToPath(own.link))).toBe(false)
})

test("every command takes a session of OpenCode 2", async () => {
  const home = ownHome()
  const database = home.file("data", "opencode", "opencode.db")
  mkdirSync(path.dirname(database), { recursive: true })
  cpSync(opencode2Database("fresh"), database)
  const id = idInV2(database, "Tide table for the harbour")
  for (const named of [id, exportedTides]) {
    expect(pageOf((await home.run(["preview", named])).stdout)).toContain("Review the table")
    for (const format of ["html", "folder", "md", "json"])
      expect(await home.run(["export", named, "--format", format, "--force"])).toMatchObject({ status: 0 })
    const { stdout } = await home.run(["export", named, "--format", "json", "--output", "-"])
    const { info, messages, children } = JSON.parse(stdout)
    expect(info).toMatchObject({ id, location: { directory: "~/work/seabird" } })
    expect(messages[0]).toMatchObject({ type: "user", text: expect.any(String) })
    expect(children).toHaveLength(named === id ? 1 : 0)
  }
  const omitted = await home.run([
    "export",
    id,
    "--omit",
    "tool-output",
    "--until",
    "1",
    "--format",
    "md",
    "--output",
    "-",
  ])
  expect(omitted.stdout).toContain("Write a tide table")
  expect(omitted.stdout).not.toContain("Run what fails")
  const folder = home.file("kept")
  expect(await home.run(["export", "--all", "--output", folder])).toMatchObject({ status: 0 })
  expect(readdirSync(folder).join(" ")).toContain("index.html")
})

test("doctor reports that sharing works, and the generation", async () => {
  const home = homeWithBoth()
  home.both.second.begin()
  expect(await home.run(["doctor"])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/sessions of\s+OpenCode 1 and 2[\s\S]*shares open on this machine/),
  })
  home.both.exec("ALTER TABLE session_message RENAME COLUMN data TO body")
  const { status, stdout } = await home.run(["doctor"])
  expect(status).toBe(2)
  expect(stdout).toMatch(/unknown\s+schema/)
  expect(stdout).not.toMatch(/Sharing works|shares open/)
  expect(JSON.parse((await home.run(["doctor", "--json"])).stdout)).toMatchObject({ works: false })
})

test("an export without a message of any known form is refused", async () => {
  const home = ownHome()
  const { info, messages } = JSON.parse(readFileSync(fixture("questions"), "utf8"))
  const roleless = messages.map((message: { info: object }) => ({ info: { ...message.info, role: undefined } }))
  writeFileSync(home.file("talk.json"), JSON.stringify({ info, messages: roleless }))
  for (const args of [
    ["share", home.file("talk.json"), "--yes"],
    ["import", home.file("talk.json"), "--yes"],
  ])
    expect(await home.run(args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/no message in a form/),
    })
})

/** A PATH that begins with an `opencode` of this version that writes down how it is called. */
function pathWith(home: Home, version: string, script = ""): string {
  mkdirSync(home.file("bin"), { recursive: true })
  const log = `case "$1" in --version) echo "${version}"; exit ;; esac; echo "$@" >> "${home.file("called")}"`
  writeFileSync(home.file("bin", "opencode"), `#!/bin/sh\n${log}\n${script}\n`)
  chmodSync(home.file("bin", "opencode"), 0o755)
  return home.file("bin") + path.delimiter + process.env["PATH"]
}
const called = (home: Home) => readFileSync(home.file("called"), "utf8").trim().split("\n")

describe("import", () => {
  test("passes a session of OpenCode 2 and its subagents' to `opencode session import`, parents first", async () => {
    const home = ownHome()
    const keep = `[ "$2" = import ] && cp "$3" "${home.file("imported")}.$(grep -c import "${home.file("called")}").json"`
    const env = { PATH: pathWith(home, "2.0.26", keep), OPENCODE_DB: opencode2Database("fresh") }
    const shared = await home.run(
      ["export", idInV2(env.OPENCODE_DB, "Tide table for the harbour"), "--format", "json", "--output", "-"],
      { env },
    )
    const { status, stderr } = await home.run(["import", "-", "--yes"], {
      stdin: shared.stdout,
      env: { PATH: env.PATH, OPENCODE_DB: home.file("none.db") },
    })
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining("Imported") })
    expect(called(home).filter((line) => line.includes("import"))).toEqual(
      [1, 2].map(() => expect.stringMatching(/^session import \S+ --directory \S+$/)),
    )
    const [parent, child] = [1, 2].map((n) => JSON.parse(readFileSync(home.file(`imported.${n}.json`), "utf8")))
    expect(child.info.parentID).toBe(parent.info.id)
    for (const { info, messages } of [parent, child]) {
      expect(info).toMatchObject({
        projectID: expect.any(String),
        cost: expect.any(Number),
        location: expect.any(Object),
      })
      for (const message of messages)
        expect(message).toMatchObject({ id: expect.stringMatching(/^msg_/), time: { created: expect.any(Number) } })
    }
  })

  test.each([
    ["of OpenCode 2 into OpenCode 1", exportedTides, "1.18.33"],
    ["of OpenCode 1 into OpenCode 2", fixture("questions"), "v2.3.0"],
  ])("refuses a session %s, whose formats differ", async (_, file, version) => {
    const home = ownHome()
    const { status, stderr } = await home.run(["import", file, "--yes"], { env: { PATH: pathWith(home, version) } })
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(version.replace("v", "")) })
    expect(existsSync(home.file("called"))).toBe(false)
  })
})

describe("where `opencode` has to be asked", () => {
  test.each([
    ["1.18.33", "export ses_1", fixture("questions")],
    ["", "export ses_1", fixture("questions")],
    ["opencode 2.0.26", "session export ses_1", exportedTides],
  ])("version %j is asked with its own command", async (version, command, file) => {
    const home = ownHome()
    const env = { PATH: pathWith(home, version, `cat "${file}"`), OPENCODE_DB: home.file("none.db") }
    expect(await home.run(["share", "ses_1"], { env })).toMatchObject({ status: 0 })
    expect(called(home)[0]).toBe(command)
  })

  test("is not trusted for a database that cannot be opened", async () => {
    const home = ownHome()
    writeFileSync(home.file("broken.db"), "This is no database, though it is long enough to be one. ".repeat(99))
    const env = {
      PATH: pathWith(home, "1.18.33", `cat "${fixture("questions")}"`),
      OPENCODE_DB: home.file("broken.db"),
    }
    const { status, stdout, stderr } = await home.run(["share", "ses_1"], { env })
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain("to check whether OpenCode 2 has a newer version of the session")
    expect(existsSync(home.file("data", "opencode-bucket"))).toBe(false)
  })
})

describe("the setup of OpenCode 2", () => {
  /** Writes configuration files of the user, by name, and returns the finding about the plugin. */
  async function pluginFinding(version: string, files: Record<string, object>) {
    const home = ownHome()
    mkdirSync(home.file("config", "opencode"), { recursive: true })
    for (const [name, content] of Object.entries(files))
      writeFileSync(home.file("config", "opencode", name), JSON.stringify(content))
    const { stdout } = await home.run(["doctor", "--json"], { env: { PATH: pathWith(home, version) } })
    const { findings, works } = JSON.parse(stdout) as { findings: Record<string, string>[]; works: boolean }
    return { works, ...findings.find(({ about }) => about === "Plugin") }
  }
  const ours = ["opencode-bucket"]
  const policy = (effect: string) => ({
    policies: [{ action: "plugin.use", resource: "opencode-bucket", effect }],
  })

  test.each<[string, string, Record<string, object>, string, RegExp]>([
    ["one line", "2.3.0", { "opencode.json": { plugin: ours } }, "ok", /\/share uses these settings/],
    ["no line", "2.3.0", {}, "note", /no \/share; this command shares/],
    ["both keys", "2.3.0", { "opencode.json": { plugin: ours, plugins: ours } }, "fail", /loads neither/],
    ["both keys before 2", "1.18.33", { "opencode.json": { plugin: ours, plugins: ours } }, "fail", /loads neither/],
    [
      "a second entry in cli.json",
      "2.3.0",
      { "opencode.json": { plugin: ours }, "cli.json": { plugin: ours } },
      "warn",
      /twice/,
    ],
    ["1.19.1 without tui.json", "1.19.1", { "opencode.json": { plugin: ours } }, "fail", /tui\.json/],
    [
      "1.19.1 with tui.json",
      "1.19.1",
      { "opencode.json": { plugin: ours }, "tui.json": { plugin: ours } },
      "ok",
      /\/share uses these settings/,
    ],
  ])("%s: doctor reports it (OpenCode %s)", async (_, version, files, state, says) => {
    expect(await pluginFinding(version, files)).toMatchObject({ state, says: expect.stringMatching(says) })
  })

  test("a policy that forbids the plugin is reported, and one that allows it is not", async () => {
    for (const [effect, state] of [
      ["deny", "fail"],
      ["allow", "ok"],
    ] as const) {
      const files = { "opencode.json": { plugin: ours, ...policy(effect) } }
      expect(await pluginFinding("2.3.0", files)).toMatchObject({ state })
    }
  })

  test.each([
    ["2.3.0", ["opencode.json"]],
    ["1.18.33", ["opencode.json", "tui.json"]],
  ])("init writes for OpenCode %s what it reads: %j", async (version, names) => {
    const home = ownHome()
    const env = { PATH: pathWith(home, version) }
    expect((await home.run(["init", "--to", home.file("shares")], { env })).status).toBe(0)
    expect(readdirSync(home.file("config", "opencode")).sort()).toEqual(names)
    const written = JSON.parse(readFileSync(home.file("config", "opencode", "opencode.json"), "utf8"))
    expect(written.plugin).toEqual([["opencode-bucket", { to: home.file("shares") }]])
    expect("enterprise" in written).toBe(version.startsWith("1."))
  })
})
