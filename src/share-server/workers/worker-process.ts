import { type ChildProcess, fork } from "node:child_process"
import { type ErrorCode, ShareError } from "../../errors.ts"
import { HttpError } from "../http/http-error.ts"
import type { ServerJob, ServerJobResponse, ServerJobResult } from "./jobs.ts"

/** The process was killed before its job was done: it exceeded its memory or time limit. */
export class ResourceLimitError extends Error {
  constructor() {
    super("The job exceeded its memory or time limit.")
    this.name = "ResourceLimitError"
  }
}

export interface WorkerProcessOptions {
  /** Script of the process. */
  file: string
  /** Maximum heap. */
  heapMegabytes: number
  /** Default time limit of one job, in milliseconds. */
  timeoutMs: number
  /** Ends the process after each job, to free its memory at once. */
  isSingleUse?: boolean
}

/** A child process for work that could use up the memory or time of the server's process. */
export interface WorkerProcess {
  /** Runs a job; starts the process if necessary. Throws what the job throws, and `ResourceLimitError`. */
  run<Name extends ServerJob["job"]>(
    job: Extract<ServerJob, { job: Name }>,
    timeoutMs?: number,
  ): Promise<ServerJobResult[Name]>
  /** Kills the process. */
  end(): void
}

interface PendingJob {
  resolve: (result: never) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

export function workerProcess(options: WorkerProcessOptions): WorkerProcess {
  let running: ReturnType<typeof start> | undefined
  return {
    async run(job, limit = options.timeoutMs) {
      if (!running?.isAlive()) running = start(options)
      const worker = running
      try {
        return await worker.run(job, limit)
      } finally {
        if (options.isSingleUse) worker.end()
      }
    },
    end: () => running?.end(),
  }
}

function start({ file, heapMegabytes }: WorkerProcessOptions) {
  const pending = new Map<number, PendingJob>()
  let jobs = 0
  let isAlive = true
  const child: ChildProcess = fork(file, [], {
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    serialization: "advanced",
    // V8's messages about a full heap do not belong in the server's log.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  })
  child.on("message", (answer: ServerJobResponse) => {
    const job = pending.get(answer.n)
    if (!job) return
    pending.delete(answer.n)
    clearTimeout(job.timer)
    if ("error" in answer) job.reject(errorOf(answer.error))
    else job.resolve(answer.result as never)
  })
  const rejectPending = () => {
    isAlive = false
    for (const { reject, timer } of pending.values()) {
      clearTimeout(timer)
      reject(new ResourceLimitError())
    }
    pending.clear()
  }
  child.once("exit", rejectPending)
  child.once("error", rejectPending)
  const kill = () => {
    isAlive = false
    child.kill("SIGKILL")
  }
  return {
    isAlive: () => isAlive,
    end: kill,
    run: <Name extends ServerJob["job"]>(job: Extract<ServerJob, { job: Name }>, limit: number) =>
      new Promise<ServerJobResult[Name]>((resolve, reject) => {
        const n = ++jobs
        pending.set(n, { resolve, reject, timer: setTimeout(kill, limit) })
        child.send({ n, ...job }, (error) => error && rejectPending())
      }),
  }
}

function errorOf({
  name,
  code,
  message,
  hint,
  status,
}: Extract<ServerJobResponse, { error: unknown }>["error"]): Error {
  if (status !== undefined) return new HttpError(status, message)
  if (code !== undefined) return new ShareError(code as ErrorCode, message, hint === undefined ? {} : { hint })
  return Object.assign(new Error(message), { name })
}
