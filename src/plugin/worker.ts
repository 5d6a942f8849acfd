// The process in which the plugin has sessions rendered and sent: jobs come in as lines of JSON on stdin, results go out
// as lines of JSON on stdout. It ends when stdin does and all jobs are done.
import { constants, setPriority } from "node:os"
import { createInterface } from "node:readline"
import { ShareError } from "../errors.ts"
import type { WorkerJob, WorkerJobError } from "./worker-client.ts"
import { rollBack, runJob } from "./worker-jobs.ts"

let hasReader = true

// OpenCode and its user come first.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {}

// Ctrl-C and a closed terminal reach every process in it; what is under way is finished all the same.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
process.stdout.on("error", () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const { n, ...job } = JSON.parse(line) as WorkerJob & { n: number }
  runJob(job as WorkerJob).then(
    // Of a share that is made after OpenCode has ended, nobody would ever learn the link.
    (result) => (hasReader ? reply({ n, result }) : rollBack(job as WorkerJob, result).catch(() => {})),
    (error: unknown) => reply({ n, error: toJobError(error) }),
  )
}
hasReader = false

function reply(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

function toJobError(error: unknown): WorkerJobError {
  if (error instanceof ShareError) {
    const { code, message, hint } = error
    return { code, message, ...(hint !== undefined && { hint }) }
  }
  return { code: "unexpected", message: `Something unexpected went wrong: ${(error as Error)?.message ?? error}.` }
}
