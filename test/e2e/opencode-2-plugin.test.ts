import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"
import { pathToFileURL } from "node:url"
import { expect, onTestFinished, test, vi } from "vitest"
import { bothGenerations } from "../support/both-generations.ts"
import { ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"
import { serveFolder } from "../support/static-server.ts"

const dist = (name: string) => pathToFileURL(path.join(import.meta.dirname, "../../dist", name)).href
const hostFile = path.join(import.meta.dirname, "../support/opencode-2-host.ts")

interface Shown {
  toast?: { variant: string; title?: string; message: string }
  dialog?: { kind: string; title: string; message?: string; options?: { title: string; description?: string }[] }
  copied?: string
  violation?: string
  placeholder?: string
  stopped?: true
  ready?: string[]
}

/** OpenCode 2 with the built plugin, whose bucket is a folder that a web server publishes. */
async function openCode2(more: object = {}) {
  const home = ownHome()
  const both = bothGenerations({
    folder: home.project,
    path: home.file("data", "opencode", "opencode.db"),
    now: Date.now(),
  })
  onTestFinished(both.close)
  both.second.start()
  const bucket = home.file("bucket")
  mkdirSync(bucket)
  const { url } = await serveFolder(bucket)
  const configure = (config: object) => {
    mkdirSync(home.file("config", "opencode"), { recursive: true })
    const plugin = [["opencode-bucket", { to: bucket, publicUrl: url, expires: "30d" }]]
    writeFileSync(home.file("config", "opencode", "opencode.json"), JSON.stringify({ plugin, ...config }))
  }
  configure(more)
  const pageOf = (link: string) => {
    const file = path.join(bucket, new URL(link).pathname)
    return existsSync(file) ? readFileSync(file, "utf8") : ""
  }
  const files = () => readdirSync(bucket, { recursive: true }).filter((name) => String(name).endsWith(".html"))
  const start = (options: object = {}, env: Record<string, string> = {}) => startHost(home, options, env)
  return { ...home, both, bucket, configure, pageOf, files, start }
}

async function startHost(
  { project, file, home }: Pick<ReturnType<typeof ownHome>, "project" | "file" | "home">,
  more: object,
  env: Record<string, string>,
) {
  const options = { server: dist("plugin.js"), tui: dist("tui.js"), folder: project, ...more }
  const child: ChildProcess = spawn(process.execPath, [hostFile, JSON.stringify(options)], {
    cwd: project,
    env: {
      ...{ PATH: process.env["PATH"], HOME: home, USERPROFILE: home },
      ...{ XDG_DATA_HOME: file("data"), XDG_CONFIG_HOME: file("config"), AWS_EC2_METADATA_DISABLED: "true" },
      ...env,
    },
    stdio: ["pipe", "pipe", "inherit"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const shown: Shown[] = []
  createInterface({ input: child.stdout! }).on("line", (line) => shown.push(JSON.parse(line)))
  const send = (command: object) => child.stdin!.write(`${JSON.stringify(command)}\n`)
  const until = <T>(look: (shown: Shown) => T | undefined | false, from = 0) =>
    vi.waitUntil(() => shown.slice(from).map(look).find(Boolean) as T | undefined, { timeout: 60_000, interval: 50 })
  const turnOver = (session: string) =>
    send({ event: { type: "session.execution.succeeded", data: { sessionID: session } } })
  await until(({ ready }) => ready)
  return {
    shown,
    turnOver,
    send,
    /** Runs a slash command on a session. Resolves when a toast matches. */
    async command(name: string, session: string, answers: unknown[], expected: RegExp): Promise<string> {
      const from = shown.length
      for (const each of [{ screen: session }, { answers }, { slash: name }]) send(each)
      return until(({ toast }) => toast && expected.test(`${toast.title}: ${toast.message}`) && toast.message, from)
    },
    async stop(signal?: NodeJS.Signals) {
      const ended = new Promise((resolve) => child.once("exit", resolve))
      if (signal) child.kill(signal)
      else send({ stop: true })
      await ended
      expect(shown.flatMap(({ violation, placeholder }) => violation ?? placeholder ?? [])).toEqual([])
      if (!signal) expect(shown.at(-1)).toMatchObject({ stopped: true })
    },
  }
}

const has = (page: () => string, text: string) =>
  vi.waitFor(() => expect(page()).toContain(text), { timeout: 60_000, interval: 100 })
const linkIn = (message: string) => /https?:\/\/\S+/.exec(message)![0]

test("/share asks, publishes, copies and follows; /unshare removes", async () => {
  const opencode = await openCode2()
  const { second } = opencode.both
  const session = second.begin()
  const title = "A talk, password: hunter2"
  opencode.both.exec(`UPDATE session_v2 SET title = '${title}'`)
  const host = await opencode.start()

  await host.command("share", session, [false], /not shared/)
  expect(host.shown).toContainEqual({
    dialog: expect.objectContaining({
      kind: "confirm",
      message: expect.stringMatching(/1 prompt.*Redacted: .*1 value looks like a placeholder and stays; .*Visible to/),
    }),
  })
  expect(opencode.files()).toEqual([])

  const link = linkIn(await host.command("share", session, [true], /^Shared, link copied/))
  expect(host.shown).toContainEqual({ copied: link })
  const said = second.say(session)
  host.turnOver(session)
  await has(() => opencode.pageOf(link), said)

  const questions = host.shown.filter(({ dialog }) => dialog).length
  expect(linkIn(await host.command("share", session, [], /^Shared/))).toBe(link)
  expect(host.shown.filter(({ dialog }) => dialog)).toHaveLength(questions)

  await host.command("shares", session, [title, "Copy link"], /Link copied/)
  const [list, share] = host.shown.flatMap(({ dialog }) => (dialog?.kind === "select" ? [dialog] : []))
  expect(list!.options).toMatchObject([{ description: expect.stringMatching(/bucket, expires \d{4}-\d\d-\d\d/) }])
  expect(share!.options).toMatchObject([
    { title: "Copy link", description: link },
    { title: "Open in the browser", description: "Anyone with the link can open it." },
    { title: "Unshare" },
    { title: "Back" },
  ])
  await host.command("shares", session, [title, "Unshare", false], /Checking/)
  // Declined: the list is shown again, and the next answers are not for this command.
  await vi.waitFor(() => expect(host.shown.at(-1)?.dialog?.title).toBe("Shares"), { timeout: 60_000 })
  expect(opencode.files()).not.toEqual([])
  await host.command("shares", session, [title, "Unshare", true], /removed and verified/)
  expect(opencode.files()).toEqual([])
  await host.command("unshare", session, [], /not shared/)
  await host.stop()
})

test("pages are updated after a restart and after a kill", async () => {
  const opencode = await openCode2()
  const { second } = opencode.both
  const session = second.begin()
  let host = await opencode.start()
  const link = linkIn(await host.command("share", session, [true], /^Shared/))
  // The last turn is published before the clean-up ends.
  const last = second.say(session)
  host.turnOver(session)
  await host.stop()
  expect(opencode.pageOf(link)).toContain(last)
  for (const signal of [undefined, "SIGKILL"] as const) {
    const meanwhile = second.say(session)
    host = await opencode.start()
    await has(() => opencode.pageOf(link), meanwhile)
    const later = second.say(session)
    host.turnOver(session)
    await has(() => opencode.pageOf(link), later)
    await host.stop(signal)
  }
})

test('"auto" shares after the first finished turn, but not what was unshared; "disabled" shares nothing', async () => {
  const opencode = await openCode2({ share: "auto" })
  const { second } = opencode.both
  const session = second.begin()
  const child = second.begin(opencode.project, session)
  const host = await opencode.start()
  host.turnOver(child)
  host.turnOver(session)
  await vi.waitFor(() => expect(opencode.files().join()).toContain("index.html"), { timeout: 60_000 })
  await host.command("unshare", session, [], /removed/)
  second.say(session)
  host.turnOver(session)
  opencode.configure({ share: "disabled" })
  host.turnOver(second.begin())
  await host.command("share", session, [true], /^The session was not shared: .*disabled/)
  await host.stop()
  expect(opencode.files()).toEqual([])
})

test("a terminal attached to a remote server shares through its client", async () => {
  const opencode = await openCode2()
  const { second } = opencode.both
  const session = second.begin()
  const remote = () => ({ [session]: second.exported(session) })
  const host = await opencode.start({ remote: remote() })
  const exported = remote()
  opencode.both.exec(`DELETE FROM session_v2 WHERE id = '${session}'`)
  const link = linkIn(await host.command("share", session, [true], /^Shared/))
  const messages = exported[session]!.messages.concat([
    { id: "msg_later", type: "user", text: "said on the other machine", time: { created: Date.now() } },
  ])
  host.send({ remote: { [session]: { ...exported[session], messages } } })
  host.turnOver(session)
  await has(() => opencode.pageOf(link), "said on the other machine")
  await host.command("share", "ses_nowhere", [true], /^The session was not shared: .*ses_nowhere/)
  await host.stop()
})

test("a toast names the cause and what to do", async () => {
  const opencode = await openCode2()
  const session = opencode.both.second.begin()
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const host = await opencode.start({}, { AWS_ACCESS_KEY_ID: "wrong", AWS_SECRET_ACCESS_KEY: "wrong" })
  const bucket = { to: `s3://${server.bucket}`, endpoint: server.endpoint }
  const cases: [object, RegExp][] = [
    [
      { plugin: ["opencode-bucket"] },
      /^Shared, link copied: file:.*only this machine can open.*npx opencode-bucket init/,
    ],
    [
      { plugin: [["opencode-bucket", bucket]] },
      /not shared: The service does not know the access key.*Check that the key/,
    ],
    [{ plugin: [["opencode-bucket", { ...bucket, endpoint: "http://127.0.0.1:9" }]] }, /not shared: .*127\.0\.0\.1:9/],
    [{ plugin: [["opencode-bucket", { to: "team-shares" }]] }, /not shared: .*did you mean s3:\/\/team-shares/],
    [
      { plugin: [["opencode-bucket", { ...bucket, expires: "soon" }]] },
      /not shared: "expires" in .* must be a duration/,
    ],
    [{ share: "disabled" }, /not shared: Sharing is disabled by .*opencode\.json.*Remove that setting/],
  ]
  for (const [config, said] of cases) {
    opencode.configure(config)
    await host.command("share", session, [true], said)
  }
  await host.stop()
})

test.each([
  [["ui.dialog"], "share", /no dialog to ask with/],
  [["ui.dialog"], "shares", /no dialog for a list/],
  [["client"], "share", /does not give it out/],
])("without %s, /%s reports it", async (without, command, said) => {
  const opencode = await openCode2()
  const session = opencode.both.second.begin()
  const host = await opencode.start({ without })
  await host.command(command, without.includes("client") ? "ses_elsewhere" : session, [], said)
  await host.stop()
})

test.each(["1.19.1", "1.20.0"])(
  "in OpenCode %s, which has no sharing of its own, the terminal part has the commands",
  async (version1) => {
    const opencode = await openCode2()
    const session = opencode.both.first.begin()
    opencode.both.exec("UPDATE session SET title = 'A talk'")
    const host = await opencode.start({ version1 })
    await host.command("share", session, [false], /not shared/)
    const link = linkIn(await host.command("share", session, [true], /^Shared, link copied/))
    expect(host.shown).toContainEqual({ copied: link })
    await host.command("shares", session, ["A talk", "Copy link"], /Link copied/)
    await host.command("unshare", session, [], /removed and verified/)
    expect(opencode.files()).toEqual([])
    await host.stop()
  },
)

test.each(["1.18.33", "1.19.0"])("in OpenCode %s, its own commands stay", async (version1) => {
  const opencode = await openCode2()
  const host = await opencode.start({ version1 })
  for (const slash of ["share", "unshare"]) host.send({ slash })
  await vi.waitFor(() =>
    expect(host.shown.flatMap(({ placeholder }) => placeholder ?? [])).toEqual(["share", "unshare"]),
  )
  await host.stop("SIGKILL").catch(() => {})
})

test("setup does nothing in OpenCode 1, whose context can only register", async () => {
  const { default: plugin } = (await import(dist("plugin.js"))) as {
    default: { id: string; server: unknown; setup(context: object): unknown }
  }
  const touched: unknown[] = []
  const known = ["options", "agent", "aisdk", "catalog", "command", "integration", "plugin", "reference", "skill"]
  const context = new Proxy(Object.fromEntries(known.map((name) => [name, {}])), {
    get: (target, name) => (known.includes(String(name)) ? touched.push(name) && target[String(name)] : undefined),
  })
  expect(plugin).toMatchObject({ id: "opencode-bucket", server: expect.any(Function) })
  expect(plugin.setup(context)).toBeUndefined()
  expect(touched).toEqual([])
})
