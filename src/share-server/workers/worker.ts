// Entry of the process that redacts large batches and renders shares for the share server. Jobs and results are IPC
// messages. It exits with its parent.

import { useProxies } from "../../lib/proxies.ts"
import type { HttpError } from "../http/http-error.ts"
import { runJob, type ServerJob, type ServerJobResponse } from "./jobs.ts"

const ready = useProxies(process.env)

process.on("message", (message: ServerJob & { n: number }) => {
  const { n, ...job } = message
  ready
    .then(() => runJob(job as ServerJob))
    .then(
      (result) => respond({ n, result }),
      (error: Error & { code?: string; hint?: string; status?: HttpError["status"] }) => {
        const { name, message, code, hint, status } = error
        respond({
          n,
          error: {
            name,
            message,
            ...(name === "ShareError" && { ...(code && { code }), ...(hint && { hint }) }),
            ...(status !== undefined && name === "HttpError" && { status }),
          },
        })
      },
    )
})
process.on("disconnect", () => process.exit())
// Ctrl-C in a terminal signals all processes of the group; the parent decides when this one ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})

function respond(answer: ServerJobResponse): void {
  process.send?.(answer)
}
