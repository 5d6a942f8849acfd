// The process in which the plugin has sessions rendered and sent: jobs come in as lines of JSON on stdin, results go out
// as lines of JSON on stdout. It ends when stdin does and all jobs are done.
import { createInterface } from "node:readline"
import { ShareError } from "./errors.ts"
import { doJob } from "./plugin/jobs.ts"
import type { Job, JobError } from "./plugin/publisher.ts"

for await (const line of createInterface({ input: process.stdin })) {
  const { n, ...job } = JSON.parse(line) as Job & { n: number }
  doJob(job as Job).then(
    (result) => say({ n, result }),
    (error: unknown) => say({ n, error: inWords(error) }),
  )
}

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
