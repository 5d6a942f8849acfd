// The process in which the share server redacts large batches and renders shares: jobs come in as messages of the process
// that started it, results go out as such. It ends with that process.

import { useProxies } from "../lib/proxies.ts"
import { doJob, type Job, type JobAnswer } from "./jobs.ts"

const ready = useProxies(process.env)

process.on("message", (message: Job & { n: number }) => {
  const { n, ...job } = message
  ready
    .then(() => doJob(job as Job))
    .then(
      (result) => say({ n, result }),
      (error: Error & { code?: string; hint?: string; status?: 400 | 408 | 413 }) => {
        const { name, message, code, hint, status } = error
        say({
          n,
          error: {
            ...{ name, message },
            ...(name === "ShareError" && { ...(code && { code }), ...(hint && { hint }) }),
            ...(status !== undefined && name === "Refused" && { status }),
          },
        })
      },
    )
})
process.on("disconnect", () => process.exit())
// A terminal's Ctrl-C reaches every process in it: who started this one decides when it ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})

function say(answer: JobAnswer): void {
  process.send?.(answer)
}
