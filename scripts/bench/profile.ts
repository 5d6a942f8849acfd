import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"

/** Stages of a share, by source file; the first match counts. */
const stages: [string, RegExp][] = [
  ["colour code", /render\/(?:highlight|lexer|languages)|shiki|textmate|wasm/],
  ["markdown", /render\/markdown|marked/],
  ["weigh and cut", /render\/(?:weigh|weight|cut|paginate|split-message)/],
  ["terminal output", /render\/ansi/],
  ["diffs and changes", /render\/(?:diff|change|compose-patch)|node_modules\/diff/],
  ["escape", /render\/(?:safe-html|hidden-characters)/],
  ["draw pages", /dist\/page/],
  ["other rendering", /src\/render/],
  ["redact", /src\/redact/],
  ["read and normalize", /src\/session/],
  ["publish", /src\/(?:share|store)/],
  ["settings and command", /src\/(?:cli|config|commands)|commander|zod/],
  ["Node", /^node:/],
]

/** Shares a session once under Node's profiler, from the sources. Returns the milliseconds of each stage. */
export function profile(session: string, env: NodeJS.ProcessEnv): [stage: string, milliseconds: number][] {
  const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-profile-"))
  try {
    const cli = path.join(import.meta.dirname, "..", "..", "src", "cli.ts")
    const flags = [
      "--cpu-prof",
      `--cpu-prof-dir=${folder}`,
      cli,
      "share",
      session,
      "--to",
      path.join(folder, "to"),
      "--json",
    ]
    const { status, stderr } = spawnSync(process.execPath, flags, { env, encoding: "utf8" })
    if (status !== 0) throw new Error(`The profiled share ended with ${status}: ${stderr}`)
    const [name] = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))
    return byStage(JSON.parse(readFileSync(path.join(folder, name!), "utf8")))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[]
  samples: number[]
  timeDeltas: number[]
}

function byStage({ nodes, samples, timeDeltas }: Profile): [string, number][] {
  const stageOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [
      id,
      functionName === "(garbage collector)"
        ? "garbage collection"
        : (stages.find(([, pattern]) => pattern.test(url))?.[0] ?? "other"),
    ]),
  )
  const sums = new Map<string, number>()
  for (const [i, sample] of samples.entries()) {
    const stage = stageOf.get(sample) ?? "other"
    sums.set(stage, (sums.get(stage) ?? 0) + timeDeltas[i]! / 1000)
  }
  return [...sums].sort((a, b) => b[1] - a[1])
}
