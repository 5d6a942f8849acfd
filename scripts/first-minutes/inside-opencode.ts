import { spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { opencodeClient } from "../../test/support/opencode-client.ts"
import { commitAll } from "../../test/support/opencode-record.ts"
import { startStubModel } from "../../test/support/stub-model.ts"
import { inTmux, type Terminal } from "../../test/support/tmux.ts"
import type { Machine } from "./machine.ts"

const SCREEN_LIMIT_MS = 60_000

/** `/share` with the plugin's line and nothing else, then `/shares`, in the real client of generation 1. */
export async function insideOpencode1(checkout: string, { home }: Machine): Promise<string> {
  const project = path.join(home, "calc")
  mkdirSync(project)
  writeFileSync(path.join(project, "README.md"), "# calc\n")
  commitAll(project)
  const model = await startStubModel()
  const client = await opencodeClient(home, model.url, "acme/demo")
  const config = (name: string) => path.join(home, ".config", "opencode", name)
  const plugin = [pathToFileURL(`${path.resolve(checkout)}/`).href]
  const { default: settings } = await import(config("opencode.json"), { with: { type: "json" } })
  const enterprise = { url: DEAD_ENDPOINT_URL }
  writeFileSync(config("opencode.json"), JSON.stringify({ ...settings, plugin, enterprise }))
  writeFileSync(config("tui.json"), JSON.stringify({ plugin }))
  model.queue({ text: "It is rounded twice." })
  await client.run(project, "run", "Why is the total off by one cent?")
  const terminal = await inTmux([client.binary, "--continue"], {
    cwd: project,
    env: client.env,
    columns: 100,
    rows: 24,
  })
  try {
    await shows(terminal, /rounded twice/)
    const slash = async (name: string) => {
      await terminal.type(`/${name}`)
      await shows(terminal, new RegExp(`/${name}\\s`))
      await terminal.press("Enter")
    }
    await slash("share")
    await shows(terminal, /want to share it/)
    await terminal.press("Enter")
    const shared = await shows(terminal, /copied to clipboard/i)
    await sleep(2_500)
    const noticed = await terminal.screen()
    await slash("shares")
    await sleep(3_000)
    const listed = await terminal.screen()
    return ["OpenCode 1.18.33, /share:", shared, "2.5 seconds later:", noticed, "/shares:", listed]
      .join("\n")
      .replaceAll(home, "/home/ada")
  } finally {
    await terminal.close()
    await model.close()
  }
}

/** `/share` with the plugin's line and nothing else, then `/shares`, in the tests' stand-in for generation 2. */
export async function insideOpencode2(
  checkout: string,
  { home, project, env }: Machine,
  session: string,
): Promise<string> {
  const config = path.join(home, ".config", "opencode")
  mkdirSync(config, { recursive: true })
  writeFileSync(path.join(config, "opencode.json"), JSON.stringify({ plugin: ["opencode-bucket"] }))
  const dist = (name: string) => pathToFileURL(path.resolve(checkout, "dist", name)).href
  const host = new URL("../../test/support/opencode-2-host.ts", import.meta.url).pathname
  const options = { server: dist("plugin.js"), tui: dist("tui.js"), folder: project }
  const child = spawn(process.execPath, [host, JSON.stringify(options)], {
    cwd: project,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  })
  let text = "OpenCode 2 (stand-in): what the terminal is told\n"
  createInterface({ input: child.stdout }).on("line", (line) => {
    text += `${JSON.stringify(JSON.parse(line, (key, value) => (key === "value" || key === "duration" ? undefined : value)))}\n`
  })
  const send = (command: object) => child.stdin.write(`${JSON.stringify(command)}\n`)
  const slash = async (name: string, answers: unknown[]) => {
    for (const each of [{ screen: session }, { answers }, { slash: name }]) send(each)
    text += `/${name}\n`
    await sleep(3_000)
  }
  await sleep(1_500)
  await slash("share", [true])
  await slash("shares", ["Fix add()"])
  await slash("unshare", [])
  child.kill()
  return text.replaceAll(home, "/home/ada")
}

async function shows(terminal: Terminal, expected: RegExp): Promise<string> {
  const end = Date.now() + SCREEN_LIMIT_MS
  for (;;) {
    const screen = await terminal.screen()
    if (expected.test(screen)) return screen
    if (Date.now() > end) throw new Error(`the screen never showed ${expected}:\n${screen}`)
    await sleep(100)
  }
}
