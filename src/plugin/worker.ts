// Worker process of the plugin: renders and uploads sessions. Jobs arrive as JSON lines on stdin, results leave as JSON
// lines on stdout. Exits when stdin closes and all jobs are done.
import { constants, setPriority } from "node:os"
import { createInterface } from "node:readline"
import { ShareError } from "../errors.ts"
import type { WorkerJob, WorkerJobError } from "./worker-client.ts"
import { rollBack, runJob } from "./worker-jobs.ts"

let hasReader = true

// Lower priority, so that OpenCode stays responsive.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {}

// Ctrl-C and a closed terminal signal every process; running jobs are finished regardless.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
process.stdout.on("error", () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const { n, ...job } = JSON.parse(line) as WorkerJob & { n: number }
  runJob(job as WorkerJob).then(
    // Nobody would learn the link of a share created after OpenCode has exited.
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
  return { code: "unexpected", message: `Unexpected error: ${(error as Error)?.message ?? error}.` }
}
