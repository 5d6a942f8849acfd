import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { readFile, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { type NpmRegistry, npmRegistry } from "../support/npm-registry.ts"
import { type PluggedClient, pageAt, pluggedClient, until } from "../support/opencode-plugin.ts"
import { ownProxy } from "../support/proxy.ts"
import { type S3Server, startS3Server } from "../support/s3-server.ts"
import { inTmux, type Terminal } from "../support/tmux.ts"

let registry: NpmRegistry
let opencode: PluggedClient
let s3: S3Server
let env: Record<string, string>

beforeAll(async () => {
  registry = await npmRegistry()
  opencode = await pluggedClient()
  s3 = await startS3Server({ publicRead: true })
  env = { ...opencode.client.env, ...s3.environment, npm_config_registry: registry.url }
})

afterAll(async () => {
  await s3?.close()
  await opencode?.close()
  await registry?.close()
})

const config = (name: string) => path.join(opencode.home, ".config", "opencode", name)
const read = async (name: string) => JSON.parse(await readFile(config(name), "utf8"))
const shows = (terminal: Terminal, text: string) => until(terminal.screen, (screen) => screen.includes(text))

const init = () =>
  inTmux(
    ["bash", "-c", `${process.execPath} ${path.resolve("bin/opencode-bucket.js")} init; echo "ended with $?"; cat`],
    {
      cwd: opencode.project,
      env,
    },
  )

async function answer(terminal: Terminal, question: string, text: string): Promise<void> {
  await shows(terminal, question)
  if (text) await terminal.type(text)
  await terminal.press("Enter")
}

test("a package named in opencode.json is installed from npm at the next start, and shares", async () => {
  await opencode.configure({}, { plugin: [["opencode-bucket", { to: opencode.bucket }]] })
  const server = await opencode.serve(env)
  const session = await server.session("From npm")
  const link = await server.share(session)
  expect(await pageAt(link)).toContain("From npm")
  expect(registry.asked).toContainEqual(expect.stringMatching(/^\/opencode-bucket\/-\/opencode-bucket-[\d.]+\.tgz$/))
  const { enterprise } = (await server.ask("GET", "/config")) as { enterprise: { url: string } }
  expect(enterprise.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  await server.unshare(session)
  await server.close()
  expect([opencode.files(), opencode.ledger()]).toEqual([[], []])
})

test("after `opencode plugin opencode-bucket`, the plugin names the missing line, and init adds it", async () => {
  await opencode.configure({}, { plugin: [], enterprise: undefined })
  const installing = promisify(execFile)(opencode.client.binary, ["plugin", "--global", "opencode-bucket"], {
    cwd: opencode.project,
    env,
  })
  installing.child.stdin?.end()
  expect((await installing).stdout).toContain("Detected server + tui targets")
  expect((await read("opencode.json")).plugin).toEqual(["opencode-bucket"])
  expect(await read("tui.json")).toEqual({ plugin: ["opencode-bucket"] })
  // It ends without giving back the lock on that folder, so that the next start would wait for more than a minute.
  const unlock = () =>
    rm(path.join(opencode.home, ".local", "state", "opencode", "locks"), { recursive: true, force: true })
  await unlock()

  const proxy = await ownProxy([], registry.url)
  const through = { ...env, HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: "127.0.0.1" }
  let server = await opencode.serve(through)
  const session = await server.session("One line")
  const events = await server.listen()
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  await until(
    events.said,
    (said) => said.includes("Sharing is off") && said.includes(`\\"url\\": \\"${DEAD_ENDPOINT_URL}\\"`),
  )
  events.close()
  await server.close()

  const bin = path.resolve("bin/opencode-bucket.js")
  const options = { cwd: opencode.project, env }
  await promisify(execFile)(process.execPath, [bin, "init", "--to", opencode.bucket], options)
  expect((await read("opencode.json")).enterprise).toEqual({ url: DEAD_ENDPOINT_URL })
  await unlock()
  server = await opencode.serve(through)
  expect(await pageAt(await server.share(session))).toContain("One line")
  await server.unshare(session)
  await server.close()
  expect(proxy.asked.filter((asked) => asked.includes("opncd.ai"))).toEqual([])
})

test.each([
  ["goes to nobody, with what init writes", { enterprise: { url: DEAD_ENDPOINT_URL } }, []],
  ["goes to the public service without that", { enterprise: undefined }, ["CONNECT opncd.ai:443"]],
])("if the package cannot be installed, /share %s", async (_, more, expected) => {
  const proxy = await ownProxy([], registry.url)
  await opencode.configure({}, { plugin: [["opencode-bucket@99.0.0", { to: opencode.bucket }]], ...more })
  const through = { HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: "127.0.0.1" }
  const server = await opencode.serve({ ...env, ...through })
  const session = await server.session("Without the package")
  await expect(server.share(session)).rejects.toThrow(" 500 ")
  expect(proxy.asked.filter((asked) => asked.includes("opncd.ai"))).toEqual(expected)
  await server.close()
  expect(opencode.files()).toEqual([])
  await opencode.configure({}, { plugin: ["opencode-bucket"] })
})

test("init changes nothing if it is cancelled or the bucket refuses", async () => {
  const before = await readFile(config("opencode.json"), "utf8")
  let terminal = await init()
  await answer(terminal, "Where should shares be stored?", "")
  await shows(terminal, "Bucket")
  await terminal.type("s3://half-typ")
  await terminal.press("C-c")
  await shows(terminal, "Nothing was changed.")
  await shows(terminal, "ended with 130")
  await terminal.close()

  terminal = await init()
  await shows(terminal, "Where should shares be stored?")
  await terminal.press("Down")
  await answer(terminal, "● MinIO", "")
  await answer(terminal, "Bucket", "s3://no-such-bucket")
  await answer(terminal, "URL of the S3 service", s3.endpoint)
  await answer(terminal, "Public URL of the bucket", "")
  await answer(terminal, "How long should shares be kept?", "")
  await answer(terminal, "Who are these settings for?", "")
  await shows(terminal, "ended with 5")
  expect(await terminal.screen()).toContain("no-such-bucket")
  await terminal.close()
  expect(await readFile(config("opencode.json"), "utf8")).toBe(before)
})

test("init in a terminal writes settings with which OpenCode shares and has /shares", async () => {
  await rm(config("tui.json"))
  const terminal = await init()
  await shows(terminal, "Where should shares be stored?")
  await terminal.press("Down")
  await answer(terminal, "● MinIO", "")
  await answer(terminal, "Bucket", `s3://${s3.bucket}`)
  await answer(terminal, "URL of the S3 service", s3.endpoint)
  await answer(terminal, "Public URL of the bucket", "")
  await answer(terminal, "How long should shares be kept?", "")
  await answer(terminal, "Who are these settings for?", "")
  await shows(terminal, "ended with 0")
  await terminal.close()
  expect(s3.objects().size).toBe(0)
  const settings = { to: `s3://${s3.bucket}`, endpoint: s3.endpoint, expires: "90d" }
  expect((await read("opencode.json")).plugin).toEqual([["opencode-bucket", settings]])
  expect((await read("opencode.json")).enterprise).toEqual({ url: DEAD_ENDPOINT_URL })
  expect((await read("tui.json")).plugin).toEqual(["opencode-bucket"])
  expect(existsSync(config("opencode.json.new"))).toBe(false)

  // As `opencode plugin` without --global writes it, into the project: without options, those of the user hold.
  await writeFile(path.join(opencode.project, "opencode.json"), '{ "plugin": ["opencode-bucket"] }')

  const tui = await inTmux([opencode.client.binary], { cwd: opencode.project, env })
  try {
    await shows(tui, "Ask anything")
    opencode.model.queue({ text: "The first answer." })
    for (const [said, shown] of [
      ["the first prompt", "The first answer."],
      ["/share", "Are you sure you want to share it?"],
    ] as const) {
      await tui.type(said)
      await until(tui.screen, (screen) => (said[0] === "/" ? /\/share\s+\S/.test(screen) : screen.includes(said)))
      await tui.press("Enter")
      await shows(tui, shown)
    }
    await tui.press("Enter")
    const [entry] = await until(opencode.ledger, (entries) => entries[0]?.url !== undefined)
    expect(entry!.url).toContain(s3.endpoint)
    expect(await (await fetch(entry!.url!)).text()).toContain("The first answer.")
    await tui.type("/shares")
    await shows(tui, "List your shares")
  } finally {
    await tui.close()
  }
})
