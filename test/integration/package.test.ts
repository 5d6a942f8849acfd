import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { fixture } from "../support/run-command.ts"

const root = path.dirname(path.dirname(import.meta.dirname))
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"))
const temporary = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-package-"))
const consumer = path.join(temporary, "consumer")
const installed = path.join(consumer, "node_modules", "opencode-bucket")
const env = { PATH: process.env["PATH"], HOME: temporary, XDG_DATA_HOME: path.join(temporary, "data") }

let packed: string[]

beforeAll(() => {
  // Without scripts: building again would take away from the tests beside this one what they run.
  const args = ["--ignore-scripts", "--silent", "--pack-destination", temporary]
  const name = npm(root, "pack", ...args)
    .trim()
    .split("\n")
    .at(-1)!
  const tarball = path.join(temporary, name)
  packed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n")
  mkdirSync(consumer)
  writeFileSync(path.join(consumer, "package.json"), JSON.stringify({ private: true, type: "module" }))
  npm(consumer, "install", "--no-audit", "--no-fund", tarball)
})

afterAll(() => rmSync(temporary, { recursive: true, force: true }))

function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
}

function command(...args: string[]) {
  const bin = path.join(consumer, "node_modules", ".bin", "opencode-bucket")
  return spawnSync(bin, args, { cwd: consumer, env, encoding: "utf8" })
}

test("the tarball contains the files needed at run time, and nothing else", () => {
  const entries = ["cli", "index", "plugin", "worker", "server-worker", "tui"].map((name) => `dist/${name}.js`)
  const needed = ["bin/opencode-bucket.js", ...entries, "dist/types/index.d.ts"]
  const read = ["LICENSE", "README.md", "package.json"]
  const texts = [
    ...read,
    ...["THIRD-PARTY-NOTICES.txt", "help.txt", "opencode-bucket.1", "sbom.cdx.json"].map((name) => `dist/${name}`),
  ]
  const files = packed.map((file) => file.replace(/^package\//, ""))
  expect(files).toEqual(expect.arrayContaining([...needed, ...texts]))
  const belongs =
    /^(dist\/chunks\/[\w-]+\.js|dist\/page\/server\/[\w./@~-]+\.mjs|dist\/types\/[\w./-]+\.d\.ts|docs\/[\w/-]+\.md|docs\/json\.schema\.json)$/
  expect(files.filter((file) => ![...needed, ...texts].includes(file) && !belongs.test(file))).toEqual([])
  expect(files.filter((file) => /fixture|\bdev\b|\btest/.test(file))).toEqual([])
})

test("the notices name every bundled package with its licence", () => {
  const notices = readFileSync(path.join(installed, "dist", "THIRD-PARTY-NOTICES.txt"), "utf8")
  const names = [...notices.matchAll(/^-{80}\n\n(\S+) \d+\.\d+\.\d+\S* \(\S.*\)$/gm)].map(([, name]) => name)
  const known = ["@aws-sdk/client-s3", "astro", "commander", "jsonc-parser", "marked", "nanoid", "shiki", "zod"]
  expect(names).toEqual(expect.arrayContaining(known))
})

test("an installation is small, without Astro or Vite", () => {
  const modules = path.join(consumer, "node_modules")
  const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const size = files.reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0)
  expect(size).toBeLessThan(60e6)
  for (const name of ["astro", "vite", "esbuild", "typescript"])
    expect(existsSync(path.join(modules, name))).toBe(false)
})

test("the installed command prints its version, shares a session and removes it", () => {
  expect(command("--version")).toMatchObject({ status: 0, stdout: `${version}\n` })
  const shared = command("share", fixture("all-tools"), "--to", path.join(temporary, "out"))
  expect(shared).toMatchObject({ status: 0 })
  const page = fileURLToPath(shared.stdout.trim())
  expect(readFileSync(page, "utf8")).toContain("Main fixture")
  expect(command("unshare", shared.stdout.trim())).toMatchObject({ status: 0 })
  expect(existsSync(page)).toBe(false)
})

test("the library can be imported, and its types resolve", () => {
  const code = 'import { share, ShareError } from "opencode-bucket"\n'
  const use = `${code}console.log(typeof share, new ShareError("bad-input", "").exitStatus)\n`
  const script = path.join(consumer, "use.mjs")
  writeFileSync(script, use)
  expect(execFileSync(process.execPath, [script], { encoding: "utf8" })).toBe("function 2\n")

  const source = path.join(consumer, "use.ts")
  writeFileSync(
    source,
    `${code}export const bad: number = share\nexport const code: string = new ShareError("bad-input", "").code\n`,
  )
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc")
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--typeRoots", types]
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, source], { cwd: consumer, encoding: "utf8" })
  // The one mistake is found, so the types are not `any`; there is no other, so all of them resolve.
  expect(
    stdout
      .trim()
      .split("\n")
      .filter((line) => line.includes("error")),
  ).toEqual([expect.stringContaining("use.ts(2,14): error TS2322")])
})

const types = path.join(root, "node_modules", "@types")

test("the command reports a Node that is too old in one line", () => {
  const bin = path.join(installed, "bin", "opencode-bucket.js")
  const { status, stdout, stderr } = spawnSync(...oldNode(bin), { encoding: "utf8" })
  expect(status).toBeGreaterThan(0)
  expect(stdout).toBe("")
  expect(stderr).toMatch(
    /^opencode-bucket needs Node 22\.13 or newer; this is Node [\d.]+\. Install a newer one: https:\/\/nodejs\.org\n$/,
  )
})

/** How to run a script on the machine's own Node if that is too old, else on this one in disguise. */
function oldNode(script: string): [string, string[]] {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const node = path.join(folder, "node")
    if (folder.includes("node_modules") || !existsSync(node)) continue
    const [major = 0, minor = 0] = execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" })
      .split(".")
      .map(Number)
    if (major < 22 || (major === 22 && minor < 13)) return [node, [script]]
  }
  const disguise = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } })'
  return [process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(disguise)}`, script]]
}
