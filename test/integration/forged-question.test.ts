import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterEach, expect, test } from "vitest"
import { until } from "../support/opencode-plugin.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"
import { inTmux, type Terminal } from "../support/tmux.ts"

const opened: Terminal[] = []
afterEach(async () => {
  for (const terminal of opened.splice(0)) await terminal.close()
})

/** The built command on a terminal, in a repository whose configuration names these settings. */
async function inRepository(options: object, { args = ["share", fixture("questions")], folder = "", env = {} } = {}) {
  const home = ownHome()
  const cwd = path.join(home.project, folder)
  mkdirSync(cwd, { recursive: true })
  writeFileSync(path.join(cwd, "opencode.json"), JSON.stringify({ plugin: [["opencode-bucket", options]] }))
  const command = [process.execPath, path.resolve("bin/opencode-bucket.js"), ...args]
  // The screen stays when the command has ended.
  const shell = ["sh", "-c", '"$@"; echo "ended $?"; sleep 600', "sh", ...command]
  const terminal = await inTmux(shell, {
    cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home.home,
      XDG_DATA_HOME: home.file("data"),
      XDG_CONFIG_HOME: home.file("config"),
      ...env,
    },
    columns: 200,
  })
  opened.push(terminal)
  return { home, cwd, terminal, shows: (text: string) => until(terminal.screen, (screen) => screen.includes(text)) }
}

// Goes back over what was said, and says something else in its place.
const rewrites = (good: string) => [
  `\x1b[2K\x1b[1A\x1b[2K\r${good}`,
  `\b\b\b\b\b\b${good}`,
  `\x9b2K\r${good}`,
  `\u202e${good}`,
]
const settings = ["to", "endpoint", "publicUrl", "profile"] as const

test.each(
  settings.flatMap((name) =>
    rewrites("s3://team-shares at https://minio.corp.example").map((text) => [name, text] as const),
  ),
)("a project's %s that rewrites the question is refused, by its file and name: %j", async (name, text) => {
  const { terminal, cwd, shows } = await inRepository({
    ...{ to: "s3://evil-shares", endpoint: "https://evil.example" },
    [name]: name === "to" ? `s3://evil-shares${text}` : `https://evil.example/${text}`,
  })
  await shows("ended 2")
  const screen = await terminal.screen()
  expect(screen.replace(/\n/g, "")).toContain(`"${name}" in ${cwd}/opencode.json must not contain U+`)
  expect(screen).not.toContain("Accept this destination")
  expect(screen).not.toContain("team-shares at https://minio.corp.example")
})

test("the question shows the effective host, in whatever spelling", async () => {
  const { terminal, shows } = await inRepository({
    to: "S3://evil-shares/",
    endpoint: "https://minio.corp.example@evil.example",
    publicUrl: "https://shares.corp.ex\u0430mple",
    profile: "work seen as https://shares.corp.example",
  })
  await shows("Accept this destination?")
  const screen = (await terminal.screen()).replace(/\n[│ ]*/g, " ")
  expect(screen).toContain("s3://evil-shares at https://evil.example using profile")
  expect(screen).toContain('"work seen as https://shares.corp.example"')
  expect(screen).toContain("public at https://shares.corp.xn--exmple-4nf")
  expect(screen).not.toContain("minio.corp.example@")
  await terminal.press("n")
  await shows("ended 130")
})

test("a folder name with control sequences is shown escaped", async () => {
  const folder = "\x1b[2J\x1b[H s3:\x1b[1Ateam"
  const { terminal, shows } = await inRepository({ to: "s3://evil-shares" }, { folder })
  await shows("Accept this destination?")
  expect((await terminal.screen()).replace(/\n[│ ]*/g, "")).toContain(
    "\\u001b[2J\\u001b[H s3:\\u001b[1Ateam/opencode.json sends",
  )
})

test("prompts, colours and progress of the command still work", async () => {
  const server = await startS3Server({ publicRead: true })
  const args = ["share", fixture("questions"), "--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
  const { terminal, shows } = await inRepository({}, { args, env: server.environment })
  await shows("Cancel")
  expect(await terminal.screen({ colours: true })).toContain("\x1b[")
  expect(await terminal.screen()).not.toContain("u001b")
  await terminal.press("Enter")
  await shows("ended 0")
  expect(await terminal.screen()).toMatch(/objects uploaded/)
  expect(await terminal.screen()).not.toMatch(/u001b|Uploading to/)
  await server.close()

  const doctor = await inRepository({}, { args: ["doctor"] })
  await doctor.shows("ended")
  const seen = await doctor.terminal.screen({ colours: true })
  expect(seen).toMatch(/\x1b\[[\d;]*1m[^\n]*Settings/)
  expect(seen).not.toContain("u001b")
})

test("an export is escaped on a terminal and unchanged in a pipe", async () => {
  const home = ownHome()
  const text = "Before\x1b[2J\x1b[Hafter\u202e\tend \u{1f469}\u200d\u{1f4bb}"
  const talk = {
    info: { id: "ses_1", title: "T", directory: "/src" },
    messages: [{ info: { id: "msg_1", role: "user" }, parts: [{ type: "text", text }] }],
  }
  writeFileSync(home.file("talk.json"), JSON.stringify(talk))
  const args = ["export", home.file("talk.json"), "--format", "json", "--output"]
  const md = ["export", home.file("talk.json"), "--format", "md", "--output"]
  expect(JSON.parse((await home.run([...args, "-"])).stdout).messages[0].parts[0].text).toBe(text)
  const piped = (await home.run([...md, "-"])).stdout
  expect(piped).toContain("\x1b[2J")
  const { terminal, shows } = await inRepository({}, { args: [...md, "-"] })
  await shows("ended 0")
  const screen = await terminal.screen()
  expect(screen).toContain("# T")
  expect(screen).toContain("Before\\u001b[2J\\u001b[Hafter\\u202e")
})

test("init asks again for an ambiguous destination, with both spellings", async () => {
  const { home, cwd, terminal, shows } = await inRepository({}, { args: ["init"] })
  await shows("Where should shares be stored?")
  await terminal.press("Up")
  await terminal.press("Enter")
  await shows("Folder")
  await terminal.type("team-shares")
  await terminal.press("Enter")
  await shows("did you mean s3://team-shares or ./team-shares?")
  for (const _ of "team-shares") await terminal.press("BSpace")
  await terminal.type("./team-shares")
  await terminal.press("Enter")
  for (const question of ["How long should shares be kept?", "Who are these settings for?"]) {
    await shows(question)
    await terminal.press("Enter")
  }
  await shows("ended 0")
  const settings = readFileSync(home.file("config", "opencode", "opencode.json"), "utf8")
  expect(JSON.parse(settings).plugin).toEqual([
    ["opencode-bucket", { to: path.join(cwd, "team-shares"), expires: "90d" }],
  ])
})
