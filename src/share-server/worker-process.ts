import { type ChildProcess, fork } from "node:child_process"
import { type ErrorCode, ShareError } from "../errors.ts"
import type { ServerJob, ServerJobResponse, ServerJobResult } from "./jobs.ts"
import { HttpError } from "./request-body.ts"

/** The process was ended before its work was done: it needed more memory, or more time, than it may have. */
export class ResourceLimitError extends Error {
  constructor() {
    super("The work needed more memory or time than it may have.")
    this.name = "ResourceLimitError"
  }
}

export interface WorkerProcessOptions {
  /** The script of the process. */
  file: string
  /** What its heap may grow to. */
  heapMegabytes: number
  /** Milliseconds that one job may take, unless it is given another limit. */
  timeoutMs: number
  /** Ends the process after each job, so that its memory is given back at once. */
  isSingleUse?: boolean
}

/** A process of its own for work that could take all memory, or all of the time, of the one that serves. */
export interface WorkerProcess {
  /** Does a job; starts the process if there is none. Throws what the job throws, and `TooMuch`. */
  run<Name extends ServerJob["job"]>(
    job: Extract<ServerJob, { job: Name }>,
    limit?: number,
  ): Promise<ServerJobResult[Name]>
  /** Ends the process at once. */
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
        return await worker.ask(job, limit)
      } finally {
        if (options.isSingleUse) worker.end()
      }
    },
    end: () => running?.end(),
  }
}

function start({ file, heapMegabytes }: WorkerProcessOptions) {
  const waiting = new Map<number, PendingJob>()
  let jobs = 0
  let isAlive = true
  const child: ChildProcess = fork(file, [], {
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    serialization: "advanced",
    // What V8 says of a full heap is no line of this server's log.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  })
  child.on("message", (answer: ServerJobResponse) => {
    const job = waiting.get(answer.n)
    if (!job) return
    waiting.delete(answer.n)
    clearTimeout(job.timer)
    if ("error" in answer) job.reject(errorOf(answer.error))
    else job.resolve(answer.result as never)
  })
  const ended = () => {
    isAlive = false
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer)
      reject(new ResourceLimitError())
    }
    waiting.clear()
  }
  child.once("exit", ended)
  child.once("error", ended)
  const end = () => {
    isAlive = false
    child.kill("SIGKILL")
  }
  return {
    isAlive: () => isAlive,
    end,
    ask: <Name extends ServerJob["job"]>(job: Extract<ServerJob, { job: Name }>, limit: number) =>
      new Promise<ServerJobResult[Name]>((resolve, reject) => {
        const n = ++jobs
        waiting.set(n, { resolve, reject, timer: setTimeout(end, limit) })
        child.send({ n, ...job }, (error) => error && ended())
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
