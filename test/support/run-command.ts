import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import path from "node:path"
import { temporaryFolder } from "./world.ts"

export interface Run {
  status: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  stdin?: string
  env?: Record<string, string>
  cwd?: string
  /** Called with the process when it has started, to kill it while it runs. */
  onStart?: (child: { kill: (signal: NodeJS.Signals) => boolean }) => void
}

const root = path.dirname(path.dirname(import.meta.dirname))
const command = path.join(root, "bin", "opencode-bucket.js")

export const fixture = (name: string): string => path.join(root, "test", "fixtures", "sessions", `${name}.json`)

/** An empty home folder, and the built command run in it as a user would, in its own process. */
export function ownHome() {
  const home = temporaryFolder()
  const project = path.join(home, "project")
  mkdirSync(path.join(project, ".git"), { recursive: true })

  function run(args: string[], { stdin = "", env = {}, cwd = project, onStart }: RunOptions = {}): Promise<Run> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [command, ...args], {
        cwd,
        env: {
          PATH: process.env["PATH"],
          HOME: home,
          USERPROFILE: home,
          XDG_DATA_HOME: path.join(home, "data"),
          XDG_CONFIG_HOME: path.join(home, "config"),
          AWS_EC2_METADATA_DISABLED: "true",
          ...env,
        },
      })
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (chunk) => (stdout += chunk))
      child.stderr.on("data", (chunk) => (stderr += chunk))
      child.stdin.on("error", () => {})
      child.on("error", reject)
      child.on("close", (status) => resolve({ status, stdout, stderr }))
      child.stdin.end(stdin)
      onStart?.(child)
    })
  }

  return { home, project, run, file: (...names: string[]) => path.join(home, ...names) }
}
