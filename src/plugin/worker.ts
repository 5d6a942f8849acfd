// The process in which the plugin has sessions rendered and sent: jobs come in as lines of JSON on stdin, results go out
// as lines of JSON on stdout. It ends when stdin does and all jobs are done.
import { constants, setPriority } from "node:os"
import { createInterface } from "node:readline"
import { ShareError } from "../errors.ts"
import type { Job, JobError } from "./worker-client.ts"
import { doJob, takeBack } from "./worker-jobs.ts"

let isHeard = true

// OpenCode and its user come first.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {}

// Ctrl-C and a closed terminal reach every process in it; what is under way is finished all the same.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
process.stdout.on("error", () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const { n, ...job } = JSON.parse(line) as Job & { n: number }
  doJob(job as Job).then(
    // Of a share that is made after OpenCode has ended, nobody would ever learn the link.
    (result) => (isHeard ? say({ n, result }) : takeBack(job as Job, result).catch(() => {})),
    (error: unknown) => say({ n, error: inWords(error) }),
  )
}
isHeard = false

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

function inWords(error: unknown): JobError {
  if (error instanceof ShareError) {
    const { code, message, hint } = error
    return { code, message, ...(hint !== undefined && { hint }) }
  }
  return { code: "unexpected", message: `Something unexpected went wrong: ${(error as Error)?.message ?? error}.` }
}
