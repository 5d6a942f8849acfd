import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { type ErrorCode, ShareError } from "../errors.ts"

/** What the publisher process is asked for. `api` is where it reads sessions from: OpenCode's API, on loopback. */
export type WorkerJob =
  | { job: "share"; session: string; folder: string; api: string }
  /**
   * Brings a share up to date; never makes one. `touched`: the messages of its session that have changed since the last
   * such job, or the one that made it; any may have where that is not known.
   */
  | { job: "update"; id: string; folder: string; api: string; changedMessages?: string[] }
  /** OpenCode has noted the link. */
  | { job: "confirm"; id: string; folder: string }
  /** `secret`: what OpenCode shows for it; none where the user asks himself. */
  | { job: "unshare"; id: string; secret?: string; folder: string }
  | { job: "open"; url: string; folder: string }
  /** Finishes or removes what an earlier process left half done. */
  | { job: "recover"; folder: string; api: string }
  | { job: "list"; folder: string }

export interface WorkerJobError {
  code: ErrorCode | "unexpected"
  message: string
  hint?: string
}

/** A process of its own, in which sessions are rendered and sent, so that OpenCode is not held up. */
export interface WorkerClient {
  /**
   * Does a job; starts the process if there is none. Rejects with the `ShareError` that the job ended with, or with
   * `store-failed` if the process ended before it was done.
   */
  run(job: WorkerJob): Promise<Record<string, unknown>>
}

interface PendingJob {
  resolve: (result: Record<string, unknown>) => void
  reject: (error: Error) => void
}

/** The process ends when it has had nothing to do for so many milliseconds: it takes as much memory as a small editor. */
const IDLE_TIMEOUT_MS = 300_000

/** @param file the publisher's script. It runs in the Bun that OpenCode is made of, or in the Node that runs this. */
export function workerClient(file: string, idleMs = IDLE_TIMEOUT_MS): WorkerClient {
  let worker: WorkerProcess | undefined
  return {
    run(job) {
      if (!worker?.isAlive()) worker = startWorker(file, idleMs)
      return worker.run(job)
    },
  }
}

interface WorkerProcess extends WorkerClient {
  isAlive(): boolean
}

function startWorker(file: string, idleMs: number): WorkerProcess {
  let jobs = 0
  let alive = true
  let idleTimer: NodeJS.Timeout | undefined
  const waiting = new Map<number, PendingJob>()
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { ...process.env, BUN_BE_BUN: "1" },
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  })

  const ended = (how: string) => {
    alive = false
    clearTimeout(idleTimer)
    for (const { reject } of waiting.values())
      reject(new ShareError("store-failed", `The process that publishes shares has ended unexpectedly (${how}).`))
    waiting.clear()
  }
  child.once("error", ({ message }) => ended(message))
  child.once("exit", (code, signal) => ended(signal ?? `status ${code}`))
  child.stdin!.on("error", () => {})
  // OpenCode may end while the process is idle, or still at work: it finishes by itself.
  child.unref()

  createInterface({ input: child.stdout! }).on("line", (line) => {
    const answer = parse(line)
    const job = answer && waiting.get(answer.n)
    if (!answer || !job) return
    waiting.delete(answer.n)
    if (answer.error) job.reject(failure(answer.error))
    else job.resolve(answer.result ?? {})
    if (waiting.size === 0) idleTimer = setTimeout(retire, idleMs).unref()
  })

  function retire(): void {
    alive = false
    child.stdin!.end()
  }

  return {
    isAlive: () => alive,
    run(job) {
      clearTimeout(idleTimer)
      const n = ++jobs
      return new Promise((resolve, reject) => {
        waiting.set(n, { resolve, reject })
        child.stdin!.write(`${JSON.stringify({ n, ...job })}\n`)
      })
    },
  }
}

interface WorkerReply {
  n: number
  result?: Record<string, unknown>
  error?: WorkerJobError
}

/** Whatever else a package may print there is no answer. */
function parse(line: string): WorkerReply | undefined {
  try {
    const answer: WorkerReply | null = JSON.parse(line)
    return typeof answer?.n === "number" ? answer : undefined
  } catch {
    return undefined
  }
}

const failure = ({ code, message, hint }: WorkerJobError) =>
  new ShareError(code === "unexpected" ? "store-failed" : code, message, hint === undefined ? {} : { hint })
