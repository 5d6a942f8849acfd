import { execFile } from "node:child_process"
import { mkdir, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { resolveEnterprise } from "../../src/config/enterprise.ts"
import { type PluggedClient, pageAt, pluggedClient, type Served, until } from "../support/opencode-plugin.ts"
import { runs } from "../support/property-runs.ts"
import { ownProxy } from "../support/proxy.ts"
import { inTmux } from "../support/tmux.ts"

const REFUSED = "OpenCode sends shared sessions to"
const both = { enterprise: { url: DEAD_ENDPOINT_URL } }
const alone = { enterprise: undefined }

let opencode: PluggedClient
let proxy: Awaited<ReturnType<typeof ownProxy>>
let env: Record<string, string>

beforeEach(async () => {
  opencode = await pluggedClient()
  // All that is not on loopback goes to the proxy, which notes it and refuses it.
  proxy = await ownProxy([], "http://127.0.0.1:9")
  env = { HTTPS_PROXY: `http://${proxy.host}`, HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: "127.0.0.1" }
})

afterEach(async () => {
  await opencode.close()
})

/** Requests to a share service, wherever it is; what OpenCode asks of a package registry is none. */
const sent = () => proxy.asked.filter((asked) => /opncd|\/api\/share|corp\.test/.test(asked))

interface Ran {
  status: number
  said: string
}

/** `opencode run`; both streams as text. */
async function run(args: string[], more: Record<string, string> = {}, signal?: AbortSignal): Promise<Ran> {
  // A start that finds the lock of one before waits for a minute.
  await rm(path.join(opencode.home, ".local", "state", "opencode", "locks"), { recursive: true, force: true })
  const options = { cwd: opencode.project, env: { ...opencode.client.env, ...env, ...more }, timeout: 120_000 }
  return new Promise((resolve) => {
    const child = execFile(opencode.client.binary, ["run", ...args], options, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code ?? -1) : 0, said: stdout + stderr }),
    )
    child.stdin?.end()
    signal?.addEventListener("abort", () => child.kill("SIGKILL"))
  })
}

/** Has the model make so many files: OpenCode compares them after the last answer, and sends the diffs last of all. */
function makeFiles(folder: string, count = 300): void {
  const command = `mkdir -p ${folder}; for i in $(seq ${count}); do echo "line $i" > ${folder}/f$i.txt; done`
  const tools = [{ name: "bash", args: { command, description: "Make files" } }]
  opencode.model.queue({ text: "Making them.", tools }, { text: "All made." })
}

describe("with the plugin line alone", () => {
  beforeEach(() => opencode.configure({ to: opencode.bucket }, alone))

  test.each([
    ["run --share", ["--share"], {}],
    ["share: auto", [], { share: "auto" }],
  ])("%s is refused with a reason, and the conversation continues", async (_, args, more) => {
    await opencode.configure({ to: opencode.bucket }, { ...alone, ...more })
    makeFiles("made")
    const { status, said } = await run([...args, "--title", "Files", "make files"])
    expect(said).toContain("All made.")
    expect(said).toContain(REFUSED)
    expect(said).toContain(`"enterprise": { "url": "${DEAD_ENDPOINT_URL}" }`)
    expect(said).toContain(path.join(opencode.home, ".config", "opencode", "opencode.json"))
    expect(said).not.toMatch(/\/s\/[\w-]{21}\//)
    expect({ status, sent: sent(), files: opencode.files(), ledger: opencode.ledger() }).toEqual({
      ...{ status: 0, sent: [], files: [], ledger: [] },
    })
  })

  test("the server reports the missing line, refuses, and shares once the line is added", async () => {
    const server = await opencode.serve(env)
    const events = await server.listen()
    await until(events.said, (said) => said.includes("Sharing is off") && said.includes(REFUSED))
    const session = await server.session("Refused")
    await expect(server.share(session)).rejects.toThrow(" 500 ")
    await until(events.said, (said) => said.includes("The session was not shared"))
    expect(await server.ask("GET", `/session/${session}`)).not.toHaveProperty("share")
    await opencode.configure({ to: opencode.bucket }, both)
    const link = await server.share(session)
    expect(await pageAt(link)).toContain("Refused")
    await server.unshare(session)
    events.close()
    await server.close()
    expect([sent(), opencode.files(), opencode.ledger()]).toEqual([[], [], []])
  })

  test("the terminal shows the reason after /share instead of OpenCode's own notice", async () => {
    opencode.model.queue({ text: "The first answer." })
    const terminal = await inTmux([opencode.client.binary], {
      cwd: opencode.project,
      env: { ...opencode.client.env, ...env },
    })
    const shows = (text: string | RegExp) =>
      until(terminal.screen, (screen) => (typeof text === "string" ? screen.includes(text) : text.test(screen)))
    try {
      await shows("Ask anything")
      // The notice comes at any time from here on, and goes after some seconds.
      const notice = shows("Sharing is off")
      notice.catch(() => {})
      await terminal.type("the first prompt")
      await shows("the first prompt")
      await terminal.press("Enter")
      await shows("The first answer.")
      await notice
      await terminal.type("/share")
      await shows(/\/share\s+\S/)
      await terminal.press("Enter")
      await shows("Are you sure you want to share it?")
      await terminal.press("Enter")
      await shows("The session was not shared")
      await shows("enterprise")
    } finally {
      await terminal.close()
    }
    expect([sent(), opencode.files(), opencode.ledger()]).toEqual([[], [], []])
  })
})

test("with both lines, the last changes are published, and nothing is sent elsewhere", async () => {
  for (const args of [["--share"], ["--share", "--title", "Again"]]) {
    makeFiles(`made-${args.length}`)
    const { said } = await run([...args, "make files"])
    const link = /file:\/\/\S+index\.html/.exec(said)?.[0] ?? ""
    expect(await pageAt(link), opencode.logged()).toContain("All made.")
  }
  expect(sent()).toEqual([])
})

test("a shared session is not sent elsewhere after one of the lines was removed", async () => {
  let server: Served = await opencode.serve(env)
  const session = await server.session("Shared before")
  const link = await server.share(session)
  await server.close()

  await opencode.configure({ to: opencode.bucket }, alone)
  makeFiles("later")
  const { said } = await run(["--session", session, "make files"])
  expect(said).toContain("All made.")
  const stopped = new AbortController()
  makeFiles("killed")
  const running = run(["--session", session, "make more"], {}, stopped.signal)
  await until(opencode.model.left, (left) => left === 0)
  stopped.abort()
  await running
  expect(sent()).toEqual([])

  server = await opencode.serve(env)
  await server.unshare(session)
  expect(await pageAt(link)).toBe("")
  await server.close()
  expect([sent(), opencode.ledger()]).toEqual([[], []])
})

const elsewhere = "https://shares.corp.test/ocb_token"

test.each([
  ["the project's file", "project", {}],
  ["the administrator's file", "managed", { OPENCODE_TEST_MANAGED_CONFIG_DIR: "managed" }],
  ["a variable", "project", { SHARES: elsewhere }],
])("nothing is shared if %s has another address, which is named without its token", async (_, folder, more) => {
  const named = folder === "project" ? opencode.project : path.join(opencode.home, folder)
  await mkdir(named, { recursive: true })
  const url = "SHARES" in more ? "{env:SHARES}" : elsewhere
  await writeFile(path.join(named, "opencode.json"), JSON.stringify({ enterprise: { url } }))
  const managed = { OPENCODE_TEST_MANAGED_CONFIG_DIR: named }
  const { said } = await run(["--share", "--title", "Elsewhere", "hello"], folder === "managed" ? managed : more)
  expect(said).toContain(`${REFUSED} shares.corp.test`)
  expect(said).not.toContain("ocb_token")
  expect([sent(), opencode.files(), opencode.ledger()]).toEqual([[], [], []])
})

/** All places of `enterprise` that a file can have, below the home folder. */
const places = [
  ".config/opencode/config.json",
  ".config/opencode/opencode.jsonc",
  "own.json",
  "src/opencode.json",
  "src/calc/opencode.json",
  "src/calc/opencode.jsonc",
  "src/calc/deep/opencode.json",
  "src/calc/.opencode/opencode.json",
  "src/calc/deep/.opencode/opencode.jsonc",
  ".opencode/opencode.json",
  "more/opencode.json",
]

test("the enterprise address is resolved as OpenCode does, from any combination of files", async () => {
  const { home } = opencode
  const cwd = path.join(opencode.project, "deep")
  await mkdir(cwd)
  await writeFile(path.join(home, "host"), "from-a-file.test\n")
  const drawn = fc.sample(
    fc.record({
      set: fc.shuffledSubarray(places, { minLength: 1 }),
      content: fc.boolean(),
      isProjectRead: fc.boolean(),
    }),
    { numRuns: runs(6) },
  )
  for (const { set, content, isProjectRead } of drawn) {
    const named = (name: string, at: number) =>
      ["https://{file:~/host}", "https://{env:NAMED}.test"][at % 3] ?? `https://${name.replace(/\W+/g, "-")}.test`
    for (const [at, place] of set.entries()) {
      await mkdir(path.dirname(path.join(home, place)), { recursive: true })
      await writeFile(path.join(home, place), `{ // so\n"enterprise": { "url": "${named(place, at)}/${at}" }, }`)
    }
    const variables = {
      ...opencode.client.env,
      NAMED: "from-a-variable",
      OPENCODE_CONFIG_DIR: path.join(home, "more"),
      ...(set.includes("own.json") && { OPENCODE_CONFIG: path.join(home, "own.json") }),
      ...(content && { OPENCODE_CONFIG_CONTENT: '{"enterprise": {"url": "https://{env:NAMED}.content"}}' }),
      ...(!isProjectRead && { OPENCODE_DISABLE_PROJECT_CONFIG: "true" }),
    }
    const world = { env: variables, home, cwd, platform: process.platform }
    const { stdout } = await promisify(execFile)(opencode.client.binary, ["debug", "config", "--pure"], {
      cwd,
      env: variables,
    })
    const { enterprise } = JSON.parse(stdout) as { enterprise?: { url?: string } }
    expect(resolveEnterprise(world).url, set.join(" ")).toBe(enterprise?.url)
    for (const place of set) await rm(path.join(home, place))
  }
})
