import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { text } from "node:stream/consumers"
import { setTimeout as pause } from "node:timers/promises"
import { type S3Server, startS3Server } from "../../test/support/s3-server.ts"
import { generateSession, writeSession } from "../generate-session.ts"

const command = path.join(import.meta.dirname, "..", "..", "bin", "opencode-bucket.js")
const preload = new URL("../report-usage.mjs", import.meta.url).href
/** Milliseconds of a round trip to the bucket. */
const ROUND_TRIP_MS = 50

/** Time spent waiting for the bucket, in round trips. */
export interface RoundTrips {
  messages: number
  /** Before a share at a bucket that was never used: it is tried out. */
  trial: number
  first: number
  again: number
}

/**
 * Measures how much longer a small share at a new bucket, a share, and a share that is one message longer, wait when each request takes a
 * round trip; in round trips. Takes the minimum of several runs, with and without latency, because other load on the
 * machine only adds time.
 * @param environment returns the variables of a command with this home folder
 */
export async function roundTrips(
  { messages, session, longer }: { messages: number; session: string; longer: string },
  home: string,
  environment: (home: string) => NodeJS.ProcessEnv,
  times: number,
): Promise<RoundTrips> {
  const trips: number[] = []
  const delay = async () => {
    const before = performance.now()
    await pause(ROUND_TRIP_MS)
    trips.push(performance.now() - before)
  }
  const near = { trial: [] as number[], first: [] as number[], again: [] as number[] }
  const far = structuredClone(near)
  const small = `${session}.small.json`
  await writeSession(small, generateSession({ messages: 2, seed: 2 }))
  for (let time = 0; time < times; time++)
    for (const idle of [near, far]) {
      const server = await startS3Server({ publicRead: true, ...(idle === far && { delay }) })
      const env = { ...environment(home), ...server.environment }
      idle.trial.push(await run(["share", small, ...to(server)], env))
      idle.first.push(await run(["share", session, ...to(server)], env))
      idle.again.push(await run(["share", longer, ...to(server)], env))
      await server.close()
      rmSync(home, { recursive: true, force: true })
    }
  const waits = (kind: "trial" | "first" | "again") =>
    (Math.min(...far[kind]) - Math.min(...near[kind])) / median(trips)
  return { messages, trial: waits("trial"), first: waits("first"), again: waits("again") }
}

/** Requests of an unshare. */
export interface UnshareRequests {
  objects: number
  lists: number
  deletes: number
  others: number
}

/** Counts the requests of an unshare of this many objects. */
export async function unshareRequests(
  objects: number,
  home: string,
  environment: (home: string) => NodeJS.ProcessEnv,
): Promise<UnshareRequests> {
  const server = await startS3Server()
  const id = "V1StGXR8_Z5jdHi6B-myT"
  const about = { format: 1, id, session: "ses_bench", title: "Many objects", state: "published", generator: "bench" }
  const [created, updated] = [new Date(0).toISOString(), new Date(0).toISOString()]
  server.putDirectly(`s/${id}/manifest.json`, JSON.stringify({ ...about, created, updated, objects: {} }))
  server.putDirectly(`s/${id}/index.html`, id)
  for (let page = 2; page < objects; page++) server.putDirectly(`s/${id}/${page}.html`, id)
  await run(["unshare", id, ...to(server)], { ...environment(home), ...server.environment })
  const left = server.versions().length
  if (left > 0) throw new Error(`${left} objects are left after an unshare`)
  const count = (pattern: RegExp) => server.requests.filter(({ operation }) => pattern.test(operation)).length
  const [lists, deletes] = [count(/^List/), count(/^Delete/)]
  await server.close()
  return { objects, lists, deletes, others: server.requests.length - lists - deletes }
}

const to = (server: S3Server) => ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint, "--yes", "--quiet"]

const median = (values: number[]) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)]!

/** Runs the command while this process serves its bucket. Resolves to the wait in milliseconds; rejects if it fails. */
async function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-bench-"))
  const usage = path.join(folder, "usage.json")
  try {
    const child = spawn(process.execPath, ["--import", preload, command, ...args], {
      env: { ...env, USAGE_FILE: usage },
      stdio: ["ignore", "ignore", "pipe"],
    })
    const [said, status] = await Promise.all([text(child.stderr), once(child, "close").then(([code]) => code)])
    if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${said}`)
    return JSON.parse(readFileSync(usage, "utf8")).idle
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
