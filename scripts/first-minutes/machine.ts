import { execFileSync, spawn } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"
import { inTmux, type Terminal } from "../../test/support/tmux.ts"

/** A machine on which OpenCode has been used in one project, and this package not yet. */
export interface Machine {
  home: string
  project: string
  env: Record<string, string>
}

const fixtures = new URL("../../test/fixtures/", import.meta.url).pathname
const roots: string[] = []
const terminals: Terminal[] = []

export interface MachineOptions {
  env?: Record<string, string>
  /** With an older Node than this package needs. */
  hasOldNode?: boolean
  /** OpenCode has not been used. */
  isEmpty?: boolean
}

/** @param checkout the folder whose built command is on the PATH */
export function newMachine(checkout: string, { env = {}, hasOldNode, isEmpty }: MachineOptions = {}): Machine {
  const root = mkdtempSync(path.join(tmpdir(), "first-minutes-"))
  roots.push(root)
  const home = path.join(root, "ada")
  const project = path.join(home, "invoice")
  const bin = path.join(home, "bin")
  for (const folder of [path.join(project, ".git"), path.join(home, ".local/share/opencode"), bin])
    mkdirSync(folder, { recursive: true })
  symlinkSync(hasOldNode ? oldNode() : process.execPath, path.join(bin, "node"))
  const command = path.join(bin, "opencode-bucket")
  writeFileSync(command, `#!/bin/sh\nexec node '${path.join(checkout, "bin/opencode-bucket.js")}' "$@"\n`)
  chmodSync(command, 0o755)
  if (!isEmpty) installSessions(path.join(home, ".local/share/opencode/opencode.db"), project)
  const session = JSON.parse(readFileSync(path.join(fixtures, "sessions/questions.json"), "utf8"))
  writeFileSync(path.join(project, "session.json"), JSON.stringify(session))
  const onWindows = { ...session, info: { ...session.info, directory: "C:\\Users\\ada\\src\\invoice" } }
  writeFileSync(path.join(project, "windows.json"), JSON.stringify(onWindows))
  return { home, project, env: { PATH: `${bin}:/usr/bin:/bin`, HOME: home, AWS_EC2_METADATA_DISABLED: "true", ...env } }
}

export function removeMachines(): void {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
}

export async function closeTerminals(): Promise<void> {
  for (const terminal of terminals.splice(0)) await terminal.close()
}

/** Runs commands in a shell without a terminal. Resolves to what a reader of its output sees. */
export async function inShell(machine: Machine, commands: readonly string[]): Promise<string> {
  let text = ""
  for (const command of commands) {
    const child = spawn("sh", ["-c", `( ${command}\n) 2>&1`], { cwd: machine.project, env: machine.env })
    child.stdin.end()
    text += `$ ${command}\n`
    for await (const chunk of child.stdout) text += chunk
    text += `[status ${child.exitCode ?? (await new Promise((resolve) => child.once("close", resolve)))}]\n\n`
  }
  return readable(text, machine)
}

/** Runs a command line on a terminal, pressing keys and typing texts whenever the screen rests. Resolves to the screen. */
export async function inTerminal(machine: Machine, command: string, keys: readonly string[]): Promise<string> {
  const line = `${command}; echo "[status $?]"; sleep 600`
  const size = { columns: 100, rows: 90 }
  const terminal = await inTmux(["sh", "-c", line], { cwd: machine.project, env: machine.env, ...size })
  terminals.push(terminal)
  for (const key of keys) {
    await resting(terminal)
    if (/^(?:Enter|Down|C-c)$/.test(key)) await terminal.press(key)
    else await terminal.type(key)
  }
  let screen = await resting(terminal)
  for (let waits = 0; waits < 60 && !screen.includes("[status "); waits++) screen = await resting(terminal)
  return readable(`$ ${command}\n${screen}`, machine)
}

/** The screen, once it has not changed for a moment. */
async function resting(terminal: Terminal): Promise<string> {
  let before = ""
  for (;;) {
    await sleep(500)
    const screen = await terminal.screen()
    if (screen === before && screen.trim() !== "") return screen
    before = screen
  }
}

/** Without the places that only this recording has. */
const readable = (text: string, { home }: Machine) => text.replaceAll(home, "/home/ada").replace(/[ \t]+$/gm, "")

function installSessions(file: string, project: string): void {
  cpSync(path.join(fixtures, "opencode.db"), file)
  const database = new DatabaseSync(file)
  database.prepare("UPDATE session SET directory = ?").run(project)
  database.prepare("UPDATE project SET worktree = ? WHERE id <> 'global'").run(project)
  database.close()
}

/** A Node of this machine that is older than the package needs. Throws if there is none. */
function oldNode(): string {
  const found = ["/usr/local/bin", "/usr/bin", ...(process.env["PATH"] ?? "").split(":")]
    .map((folder) => path.join(folder, "node"))
    .find(
      (node) => existsSync(node) && /^v(?:1?\d|2[01])\./.test(execFileSync(node, ["--version"], { encoding: "utf8" })),
    )
  if (!found) throw new Error("this machine has no older Node")
  return found
}
