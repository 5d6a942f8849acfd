// Screenshots of OpenCode's terminal with the plugin, for the README:
//
//    npm run build && node scripts/screenshots-terminal.ts
//
// Runs the real client (installed as for the tests) in tmux with a scripted model, types into it, and writes
// docs/terminal-*.png. Needs Linux, tmux, Chromium and the right to mount: it mounts its own /home, so that the
// pictures show nobody's folders. Nothing leaves the machine.
import { execFile, spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { DEAD_ENDPOINT_URL } from "../src/config/dead-endpoint.ts"
import { launchChromium } from "../test/support/chromium.ts"
import { opencodeClient } from "../test/support/opencode-client.ts"
import { until } from "../test/support/opencode-plugin.ts"
import { commitAll } from "../test/support/opencode-record.ts"
import { startS3Server } from "../test/support/s3-server.ts"
import { startStubModel } from "../test/support/stub-model.ts"
import { inTmux } from "../test/support/tmux.ts"
import { terminalPage } from "./screenshots/terminal-page.ts"

const root = path.dirname(import.meta.dirname)
const home = "/home/ada"
const project = path.join(home, "calc")

if (!process.env["OWN_HOME"]) {
  const inside = `mount -t tmpfs tmpfs /home && exec "$0" "$@"`
  const command = ["--mount", "bash", "-c", inside, process.execPath, import.meta.filename]
  const { status } = spawnSync("unshare", command, { stdio: "inherit", env: { ...process.env, OWN_HOME: "1" } })
  process.exit(status ?? 1)
}

const browser = await launchChromium()
const model = await startStubModel()
const s3 = await startS3Server({ bucket: "team-shares", publicRead: true })
mkdirSync(project, { recursive: true })
writeFileSync(path.join(project, "README.md"), "# calc\n")
commitAll(project)
const client = await opencodeClient(home, model.url, "acme/demo")
const config = (name: string) => path.join(home, ".config", "opencode", name)
const { default: settings } = await import(config("opencode.json"), { with: { type: "json" } })
const plugin = new URL("..", import.meta.url).href
const options = { to: `s3://${s3.bucket}`, endpoint: s3.endpoint }
const enterprise = { url: DEAD_ENDPOINT_URL }
writeFileSync(config("opencode.json"), JSON.stringify({ ...settings, plugin: [[plugin, options]], enterprise }))
writeFileSync(config("tui.json"), JSON.stringify({ plugin: [plugin] }))

const env = { ...client.env, ...s3.environment }
await talk("Log in with a passkey", ["--share"], "What would it take?", "A route that gives a challenge, and a table.")
await talk(
  "Off by one cent",
  [],
  "Why is the total off by one cent?",
  "It is rounded twice: once for each line, and once more for the sum. Rounding only the sum gives 12.35.",
)
const size = { columns: 104, rows: 24 }
const terminal = await inTmux([client.binary, "--continue"], { cwd: project, env, ...size })
try {
  await shows(/rounded twice/)
  await command("share")
  await shows(/want to share it/)
  await terminal.press("Enter")
  await shows(/copied to clipboard/i)
  await picture("share")
  await shows((screen) => !/copied to clipboard/i.test(screen))
  await command("shares")
  await shows(/team-shares/)
  await picture("shares")
  await terminal.press("Escape")
  await shows((screen) => !screen.includes("Shares"))
  await command("unshare")
  await shows(/unshared/i)
  await picture("unshare")
} finally {
  await terminal.close()
  await s3.close()
  await model.close()
  await browser.close()
}

function shows(wanted: RegExp | ((screen: string) => boolean)): Promise<string> {
  return until(
    () => terminal.screen(),
    (screen) => (typeof wanted === "function" ? wanted(screen) : wanted.test(screen)),
  )
}

/** Creates a session with one prompt and one answer. */
async function talk(title: string, options: string[], prompt: string, answer: string): Promise<void> {
  model.queue({ text: answer })
  const args = ["run", "--title", title, ...options, prompt]
  const running = promisify(execFile)(client.binary, args, { cwd: project, env })
  // With an open pipe on stdin, `opencode run` waits for the rest of its prompt.
  running.child.stdin?.end()
  await running
}

async function command(name: string): Promise<void> {
  await terminal.type(`/${name}`)
  await shows(new RegExp(`/${name}\\s+\\S`))
  await terminal.press("Enter")
}

/** Writes docs/terminal-NAME.png. */
async function picture(name: string): Promise<void> {
  // Pending output is drawn first.
  await new Promise((resolve) => setTimeout(resolve, 400))
  const page = await browser.newPage({ deviceScaleFactor: 2 })
  await page.setContent(terminalPage(await terminal.screen({ colours: true })))
  await page.locator("body").screenshot({ path: path.join(root, "docs", `terminal-${name}.png`) })
  await page.close()
}
