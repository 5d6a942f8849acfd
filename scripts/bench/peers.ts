import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"
import { measured, median, seconds, size, table, timed, type Usage } from "./run-process.ts"

const root = path.dirname(path.dirname(import.meta.dirname))
const command = path.join(root, "bin", "opencode-bucket.js")

/** Installed at these versions into a temporary folder, and never part of the project. */
const PACKAGES = ["@psg2/pi-transcript@2.2.1", "claude-replay@0.9.0", "@mariozechner/pi-coding-agent@0.73.1"]

interface Files {
  /** The same session in the format of `opencode export`, in that of pi, and in that of Claude Code. */
  opencode: string
  pi: string
  claude: string
  output: string
}

interface Program {
  name: string
  /** Arguments of Node. */
  args: (files: Files, modules: string) => string[]
}

/** The first one is the product, the second one the leanest peer: it neither colours nor redacts. */
const programs: Program[] = [
  { name: "opencode-bucket", args: ({ opencode, output }) => [command, "share", opencode, "--to", output, "--yes"] },
  {
    name: "pi-transcript",
    args: ({ pi, output }, modules) => [`${modules}/@psg2/pi-transcript/dist/cli.js`, pi, "-o", output],
  },
  {
    name: "claude-replay",
    args: ({ claude, output }, modules) => [
      `${modules}/claude-replay/bin/claude-replay.mjs`,
      ...[claude, "-o", `${output}.html`],
    ],
  },
  {
    name: "pi",
    args: ({ pi, output }, modules) => [
      `${modules}/@mariozechner/pi-coding-agent/dist/cli.js`,
      ...["--export", pi, `${output}.html`],
    ],
  },
]

interface Result extends Usage {
  html: number
  gzip: number
}

/** Compares the product with other renderers of sessions, in one interleaved run. Returns a table of medians. */
export async function comparePeers(folder: string, sizes: number[], repeat: number): Promise<string> {
  process.stderr.write("Installing the peers…\n")
  const install = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", ...PACKAGES]
  const npm = spawnSync("npm", install, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" })
  if (npm.status !== 0) throw new Error(`npm ${install.join(" ")}: ${npm.stderr}`)
  const rows: string[][] = []
  for (const messages of sizes) {
    process.stderr.write(`${messages} messages…\n`)
    const [opencode, pi, claude] = ["session.json", "pi.jsonl", "claude.jsonl"].map((name) => path.join(folder, name))
    const files = { opencode: opencode!, pi: pi!, claude: claude! }
    const writer = path.join(import.meta.dirname, "write-peer-sessions.ts")
    timed([writer, String(messages), ...Object.values(files)], path.join(folder, "home"))
    const runs = programs.map((): Result[] => [])
    for (let time = 0; time < repeat; time++)
      for (const [at, program] of programs.entries()) runs[at]!.push(run(program, files, folder))
    const results = runs.map(medians)
    const leanest = results[1]!
    for (const [at, { name }] of programs.entries())
      rows.push([messages.toLocaleString("en"), name, ...cells(results[at]!, leanest)])
  }
  return table(
    ["messages", "program", "time", "to the leanest", "CPU", "to the leanest", "memory", "HTML", "gzipped"],
    rows,
  )
}

function run({ args }: Program, files: Omit<Files, "output">, folder: string): Result {
  const [home, output] = [path.join(folder, "home"), path.join(folder, "output")]
  const { stdout: _, ...usage } = measured(args({ ...files, output }, path.join(folder, "node_modules")), home)
  const pages = [output, `${output}.html`].flatMap(htmlFiles).map((file) => readFileSync(file))
  for (const each of [home, output, `${output}.html`]) rmSync(each, { recursive: true, force: true })
  if (pages.length === 0) throw new Error(`${args.name} wrote no page`)
  const sum = (of: (page: Buffer) => number) => pages.reduce((total, page) => total + of(page), 0)
  return { ...usage, html: sum(({ length }) => length), gzip: sum((page) => gzipSync(page, { level: 6 }).length) }
}

function htmlFiles(place: string): string[] {
  const found = statSync(place, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found ? [place] : []
  const names = readdirSync(place, { recursive: true, encoding: "utf8" })
  return names.filter((name) => /\.(?:html|css|js)$/.test(name)).map((name) => path.join(place, name))
}

function medians(runs: Result[]): Result {
  const of = (key: keyof Result) => median(runs.map((run) => run[key]))
  return { seconds: of("seconds"), cpu: of("cpu"), memory: of("memory"), html: of("html"), gzip: of("gzip") }
}

function cells(result: Result, leanest: Result): string[] {
  const ratio = (key: "seconds" | "cpu") => `${(result[key] / leanest[key]).toFixed(2)} ×`
  const { seconds: wall, cpu, memory, html, gzip } = result
  return [seconds(wall), ratio("seconds"), seconds(cpu), ratio("cpu"), size(memory), size(html), size(gzip)]
}
