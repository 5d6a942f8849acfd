import { spawn } from "node:child_process"
import { rmSync } from "node:fs"
import path from "node:path"
import { type S3Server, startS3Server } from "../../test/support/s3-server.ts"

const command = path.join(import.meta.dirname, "..", "..", "bin", "opencode-bucket.js")
/** Milliseconds that a request and its answer are on their way. */
const ROUND_TRIP = 50

/** What waiting for a bucket costs, in round trips. */
export interface RoundTrips {
  messages: number
  first: number
  again: number
}

/**
 * How much longer a share takes, and then the same one message longer, where each request waits: in round trips. Of so many
 * runs with and without that, the quickest count, since other work on a machine only ever adds to them.
 * @param environment for a command with this home folder
 */
export async function roundTrips(
  { messages, session, longer }: { messages: number; session: string; longer: string },
  home: string,
  environment: (home: string) => NodeJS.ProcessEnv,
  times: number,
): Promise<RoundTrips> {
  const quickest = {
    first: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    again: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  }
  for (let time = 0; time < times; time++)
    for (const [at, wait] of [0, ROUND_TRIP].entries()) {
      const server = await startS3Server({
        publicRead: true,
        delay: () => new Promise((resolve) => (wait === 0 ? resolve() : setTimeout(resolve, wait))),
      })
      for (const [kind, file] of [
        ["first", session],
        ["again", longer],
      ] as const) {
        const took = await timed(["share", file, ...to(server)], { ...environment(home), ...server.environment })
        quickest[kind][at] = Math.min(quickest[kind][at]!, took)
      }
      await server.close()
      rmSync(home, { recursive: true, force: true })
    }
  const trips = ([without, waiting]: number[]) => (waiting! - without!) / ROUND_TRIP
  return { messages, first: trips(quickest.first), again: trips(quickest.again) }
}

/** The requests of an unshare. */
export interface UnshareRequests {
  objects: number
  lists: number
  deletes: number
  others: number
}

/** Which requests it takes to unshare so many objects. */
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
  await timed(["unshare", id, ...to(server)], { ...environment(home), ...server.environment })
  const left = server.versions().length
  if (left > 0) throw new Error(`${left} objects are left after an unshare`)
  const count = (pattern: RegExp) => server.requests.filter(({ operation }) => pattern.test(operation)).length
  const [lists, deletes] = [count(/^List/), count(/^Delete/)]
  await server.close()
  return { objects, lists, deletes, others: server.requests.length - lists - deletes }
}

const to = (server: S3Server) => ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint, "--yes", "--quiet"]

/** Runs the command beside this process, which the server is in. Returns milliseconds; throws if it fails. */
function timed(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const before = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { env, stdio: ["ignore", "ignore", "pipe"] })
    let said = ""
    child.stderr.on("data", (chunk) => {
      said += chunk
    })
    child.on("error", reject)
    child.on("close", (status) => {
      if (status === 0) resolve(performance.now() - before)
      else reject(new Error(`${args[0]} ended with ${status}: ${said}`))
    })
  })
}
