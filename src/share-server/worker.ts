// The process in which the share server redacts large batches and renders shares: jobs come in as messages of the process
// that started it, results go out as such. It ends with that process.

import { takeProxies } from "../lib/proxies.ts"
import { runJob, type ServerJob, type ServerJobResponse } from "./jobs.ts"

const ready = takeProxies(process.env)

process.on("message", (message: ServerJob & { n: number }) => {
  const { n, ...job } = message
  ready
    .then(() => runJob(job as ServerJob))
    .then(
      (result) => respond({ n, result }),
      (error: Error & { code?: string; hint?: string; status?: 400 | 408 | 413 }) => {
        const { name, message, code, hint, status } = error
        respond({
          n,
          error: {
            ...{ name, message },
            ...(name === "ShareError" && { ...(code && { code }), ...(hint && { hint }) }),
            ...(status !== undefined && name === "HttpError" && { status }),
          },
        })
      },
    )
})
process.on("disconnect", () => process.exit())
// A terminal's Ctrl-C reaches every process in it: who started this one decides when it ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})

function respond(answer: ServerJobResponse): void {
  process.send?.(answer)
}
