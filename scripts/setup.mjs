// Prepares a fresh clone: installs what package-lock.json requires and builds, each only if needed. Then runs a script,
// if one is given, on the project's own Node:
//
//    node scripts/setup.mjs [SCRIPT ARGUMENTS…]
//
// Plain JavaScript without npm imports, because it runs first, on any Node version. (It runs the script itself because
// a shell that has cached the path of `node` would use the machine's own.)
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const at = (...names) => path.join(root, ...names)
const isWindows = process.platform === "win32"

/** Modification time of a file, or the latest of anything in a folder; 0 if it does not exist. */
function changed(entry) {
  const stats = existsSync(entry) && statSync(entry)
  if (!stats) return 0
  return stats.isDirectory()
    ? Math.max(0, ...readdirSync(entry).map((name) => changed(path.join(entry, name))))
    : stats.mtimeMs
}

/** Runs npm quietly; if it fails, prints the reason and npm's output, and exits. */
function npm(what, args) {
  process.stderr.write(`${what}…\n`)
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, shell: isWindows }
  const { status, error, stdout, stderr } = spawnSync("npm", args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
  if (status === 0) return
  const said = `${stdout ?? ""}${stderr ?? ""}`.trim().split("\n").slice(0, 40).join("\n")
  process.stderr.write(`${said}${said && "\n\n"}${reason(error, said)}\n`)
  process.exit(status || 1)
}

function reason(error, said) {
  if (error && error.code === "ENOENT") return "npm was not found. It comes with Node: https://nodejs.org"
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(said))
    return "npm could not reach its registry. Check the network (and the proxy, if there is one), and run this again."
  return `That failed; npm says why above. Once it is put right, run this again.`
}

const installed = changed(at("node_modules", ".package-lock.json"))
const node = at("node_modules", "node", "bin", isWindows ? "node.exe" : "node")
if (installed < changed(at("package-lock.json")) || !existsSync(node))
  npm("Installing packages (a minute or two)", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])

const sources = ["src", "package.json", "package-lock.json", "astro.config.mjs", "tsconfig.json", "tsconfig.types.json"]
const builders = ["scripts/build.ts", "scripts/budgets.ts", "scripts/notices.ts", "scripts/man-page.ts"]
const newest = Math.max(...[...sources, ...builders].map((name) => changed(at(name))))
if (changed(at("dist", "built")) < newest) npm("Building", ["run", "--silent", "build"])

const [script, ...rest] = process.argv.slice(2)
if (script) {
  const { status } = spawnSync(node, [at(...script.split("/")), ...rest], { cwd: root, stdio: "inherit" })
  process.exitCode = status === null ? 1 : status
}
