// Makes a fresh clone ready: installs what package-lock.json asks for and builds, each only if needed.
// Plain JavaScript without imports from npm, because it runs first, on whatever Node the machine has.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const at = (...names) => path.join(root, ...names)
const changed = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0)

function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(file) : changed(file))
  }
  return latest
}

function run(what, args) {
  process.stderr.write(`${what}…\n`)
  const { status } = spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" })
  if (status !== 0) {
    process.stderr.write(`${what} failed; what npm says is above.\n`)
    process.exit(status ?? 1)
  }
}

const installed = changed(at("node_modules", ".package-lock.json"))
if (installed < changed(at("package-lock.json")) || !existsSync(at("node_modules", ".bin", "node")))
  run("Installing packages", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])

const sources = [
  newest(at("src")),
  ...["package.json", "package-lock.json", "astro.config.mjs", "scripts/build.ts"].map((name) => changed(at(name))),
]
if (changed(at("dist", "built")) < Math.max(...sources)) run("Building", ["run", "--silent", "build"])
