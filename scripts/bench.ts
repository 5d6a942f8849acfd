// Benchmarks the built command as a user runs it, each time in a new process, sharing to a fresh local folder:
//
//    npm run bench -- [--sizes 10,100] [--repeat 5] [--output bench-results.json] [--profile]
//                     [--archive 1000] [--unshare 10000]
//    npm run bench -- --peers [--sizes 100,1000,10000] [--repeat 3]
//
// Prints a table of medians, then the goals beside the results, and writes both as JSON. With `--profile`, prints the
// time of each stage for one share of each size instead. Times span the whole process; the ratio is to an idle Node
// process started in between, so that runs on different machines compare. With `--peers`, installs other renderers of
// sessions into a temporary folder and compares with them instead. `--sizes 10000,100000` takes some minutes and
// shows whether memory and the time per message stay constant.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import { writeDatabase } from "./bench/archive.ts"
import { roundTrips, unshareRequests } from "./bench/bucket.ts"
import { firstPageLoad } from "./bench/first-page.ts"
import { goals } from "./bench/goals.ts"
import { weighPages } from "./bench/pages.ts"
import { comparePeers } from "./bench/peers.ts"
import { pluginCost } from "./bench/plugin.ts"
import { profile } from "./bench/profile.ts"
import { measured, median, ownEnvironment, seconds, size, table, timed, type Usage } from "./bench/run-process.ts"

const root = path.dirname(import.meta.dirname)
const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10,100,1000,10000" },
    repeat: { type: "string", default: "5" },
    output: { type: "string", default: path.join(root, "bench-results.json") },
    profile: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
    archive: { type: "string", default: "1000" },
    unshare: { type: "string", default: "10000" },
  },
})
const sizes = values.sizes.split(",").map(Number)
const repeat = Number(values.repeat)
/** Sessions in the timed archive. */
const archivedSessions = Number(values.archive)
/** Objects of the share that is removed. */
const unsharedObjects = Number(values.unshare)
/** Messages of the session that is shared to a slow bucket. */
const SLOW_BUCKET_MESSAGES_COUNT = 1_000
if (![...sizes, repeat, archivedSessions, unsharedObjects].every((number) => Number.isInteger(number) && number > 0)) {
  console.error(
    "Usage: npm run bench -- [--sizes 10,100,1000,10000] [--repeat 5] [--output FILE] [--profile] [--archive 1000] [--unshare 10000]",
  )
  process.exit(2)
}

interface Run extends Usage {
  objects: number
  sent: number
  /** Content sent, in bytes. */
  bytes: number
}

const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-bench-"))
try {
  if (values.profile) await printProfiles()
  else if (values.peers) console.log(await comparePeers(folder, sizes, repeat))
  else await printBench()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function printBench() {
  const results = []
  for (const messages of sizes) {
    process.stderr.write(`${messages} messages…\n`)
    results.push(await measure(messages, messages >= 100_000 ? 1 : messages >= 10_000 ? Math.min(repeat, 3) : repeat))
  }
  const plugin = sizes.filter((size) => size >= 1_000 && size <= 10_000).map(costInOpencode)
  const bucket = sizes.includes(SLOW_BUCKET_MESSAGES_COUNT)
    ? await waitsForBucket(SLOW_BUCKET_MESSAGES_COUNT)
    : undefined
  const unshare = await unshareRequests(unsharedObjects, path.join(folder, "unshare"), ownEnvironment)
  const archive = keepAll(archivedSessions)
  const reached = goals(results, startUp("--version"), startUp("--help"), plugin, bucket, unshare)
  const machine = {
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    cpu: os.cpus()[0]?.model,
    cores: os.cpus().length,
  }
  writeFileSync(
    values.output,
    `${JSON.stringify({ machine, results, plugin, bucket, unshare, archive, goals: reached }, null, 2)}\n`,
  )
  console.log(resultTable(results))
  const rows = reached.map(({ what, goal, figure, reached }) => [what, goal, figure, reached ? "yes" : "no"])
  console.log(`\n${table(["what", "goal", "measured", "reached"], rows)}`)
  const { sessions, first, again } = archive
  console.log(`\nexport --all, ${sessions} sessions: ${first.toFixed(1)} s; again, unchanged: ${again.toFixed(2)} s`)
}

/** Archives many sessions as HTML files, and once more without changes. */
function keepAll(sessions: number) {
  process.stderr.write(`${sessions} sessions, an archive of them…\n`)
  const home = path.join(folder, "archive")
  writeDatabase(home, sessions)
  const command = path.join(root, "bin", "opencode-bucket.js")
  const args = [command, "export", "--all", "--output", path.join(home, "kept"), "--quiet"]
  return { sessions, first: timed(args, home).seconds, again: timed(args, home).seconds }
}

async function printProfiles() {
  for (const messages of sizes) {
    const session = path.join(folder, "session.json")
    writeInChild(messages, session)
    const home = path.join(folder, "home")
    const rows = profile(session, ownEnvironment(home)).map(([stage, ms]) => [stage, `${ms.toFixed(0)} ms`])
    console.log(`${table([`${messages} messages`, "time"], rows)}\n`)
  }
}

function costInOpencode(messages: number) {
  process.stderr.write(`${messages} messages, in OpenCode…\n`)
  const home = path.join(folder, `opencode-${messages}`)
  return pluginCost(messages, ownEnvironment(home))
}

function waitsForBucket(messages: number) {
  process.stderr.write(`${messages} messages, to a bucket far away…\n`)
  return written(messages, (session, longer) =>
    roundTrips({ messages, session, longer }, path.join(folder, "far"), ownEnvironment, Math.max(repeat, 5)),
  )
}

/** Duration of the command with this flag, as a ratio to an idle Node process. */
function startUp(flag: string): number {
  const home = path.join(folder, "home")
  const command = path.join(root, "bin", "opencode-bucket.js")
  const pairs = Array.from({ length: Math.max(repeat, 5) }, () => [
    timed(["-e", "0"], home).seconds,
    timed([command, flag], home).seconds,
  ])
  return median(pairs.map(([, own]) => own!)) / median(pairs.map(([idle]) => idle!))
}

type Result = Awaited<ReturnType<typeof measure>>

/** Calls `use` with the file of a session of this many messages, and with one that is a message longer. */
async function written<T>(messages: number, use: (session: string, longer: string) => Promise<T>): Promise<T> {
  const files = [path.join(folder, "session.json"), path.join(folder, "longer.json")] as const
  for (const [more, file] of files.entries()) writeInChild(messages + more, file)
  return use(...files)
}

/** In a process of its own, since the memory of this one counts as that of the measured ones. */
function writeInChild(messages: number, file: string) {
  timed([path.join(import.meta.dirname, "generate-session.ts"), String(messages), file], path.join(folder, "home"))
}

async function measure(messages: number, times: number) {
  return written(messages, (session, longer) => measureFiles(messages, times, session, longer))
}

async function measureFiles(messages: number, times: number, session: string, longer: string) {
  const idle: number[] = []
  const first: Run[] = []
  const again: Run[] = []
  let pages: ReturnType<typeof weighPages> | undefined
  let load: number | undefined
  for (let time = 0; time < times; time++) {
    const home = path.join(folder, `home-${time}`)
    idle.push(timed(["-e", "0"], home).seconds)
    first.push(share(session, home))
    pages ??= weighPages(sharedFolder(home))
    if (time === 0) load = await firstPageLoad(sharedFolder(home))
    again.push(share(longer, home))
    rmSync(home, { recursive: true, force: true })
  }
  const base = median(idle)
  const withRatio = (runs: Run[]) => {
    const run = medians(runs)
    return { ...run, ratio: run.seconds / base }
  }
  return {
    messages,
    input: statSync(session).size,
    times,
    idle: base,
    first: withRatio(first),
    again: withRatio(again),
    pages: pages!,
    /** First page in Chromium, in milliseconds. */
    load,
  }
}

/** Folder of the only share in a home. */
function sharedFolder(home: string): string {
  const all = path.join(home, "opencode-bucket", "shares", "s")
  return path.join(all, readdirSync(all)[0]!)
}

function share(session: string, home: string): Run {
  const command = path.join(root, "bin", "opencode-bucket.js")
  const { stdout, ...usage } = measured([command, "share", session, "--json"], home)
  const { objects, sent, bytes } = JSON.parse(stdout)
  return { ...usage, objects, sent, bytes }
}

function medians(runs: Run[]): Run {
  const of = (key: keyof Run) => median(runs.map((run) => run[key]))
  return {
    seconds: of("seconds"),
    cpu: of("cpu"),
    memory: of("memory"),
    objects: of("objects"),
    sent: of("sent"),
    bytes: of("bytes"),
  }
}

function resultTable(results: Result[]): string {
  const ratio = (value: number) => `${value.toFixed(1)} ×`
  const head = [
    "messages",
    "input",
    "share",
    "to idle",
    "CPU",
    "each",
    "memory",
    "objects",
    "bytes",
    "again",
    "to idle",
    "sent",
    "bytes",
  ]
  const rows = results.map(({ messages, input, first, again }) => [
    ...[messages.toLocaleString("en"), size(input), seconds(first.seconds), ratio(first.ratio), seconds(first.cpu)],
    `${((1000 * first.cpu) / messages).toFixed(2)} ms`,
    ...[size(first.memory), String(first.objects), size(first.bytes)],
    ...[seconds(again.seconds), ratio(again.ratio), String(again.sent), size(again.bytes)],
  ])
  return table(head, rows)
}
