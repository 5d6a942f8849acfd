// Checks the package as npm would publish it: its manifest with publint, its types with attw. Prints problems only.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

const isWindows = process.platform === "win32"
const folder = mkdtempSync(path.join(tmpdir(), "opencode-bucket-"))

/** Runs a command; if it fails, prints its output and sets the exit status. */
function check(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", shell: isWindows })
  if (status === 0) return
  process.stderr.write(`${command}:\n${stdout ?? ""}${stderr ?? ""}\n`)
  process.exitCode = 1
}

try {
  // `prepack` would rebuild and remove dist while tests use it.
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]
  execFileSync("npm", pack, { stdio: ["ignore", "ignore", "inherit"], shell: isWindows })
  const tarball = path.join(folder, readdirSync(folder)[0])
  check("publint", ["run", tarball, "--strict"])
  // OpenCode loads ./server and ./tui by name; nobody imports their types.
  const entries = ["--exclude-entrypoints", "./server", "./tui"]
  check("attw", [tarball, "--profile", "esm-only", "--no-definitely-typed", "--no-emoji", ...entries])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
