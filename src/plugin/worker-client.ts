import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { type ErrorCode, ShareError } from "../errors.ts"

/** Jobs that name a session, which the worker reads from OpenCode's database, or is given as a `record`. */
export type SessionJob = {
  folder: string
  /** The session as JSON, in the form of an export with its `children`, if this machine's database does not have it. */
  record?: string
} & (
  | { job: "propose-session" | "share-session" | "unshare-session" | "update-session" | "auto-share"; session: string }
  /** Updates the shares of sessions that changed while no plugin followed them. */
  | { job: "catch-up"; session?: undefined }
)

/** A job for the worker process. `api` is the loopback URL of OpenCode's API. */
export type WorkerJob =
  | { job: "share"; session: string; folder: string; api: string }
  /**
   * Updates an existing share. `changedMessages`: ids of messages changed since its last `share` or `update` job;
   * undefined if unknown.
   */
  | { job: "update"; id: string; folder: string; api: string; changedMessages?: string[] }
  /** Records that OpenCode has stored the link. */
  | { job: "confirm"; id: string; folder: string }
  /** `secret`: sent by OpenCode; absent if the user removes the share from the list. */
  | { job: "unshare"; id: string; secret?: string; folder: string }
  | { job: "open"; url: string; folder: string }
  /** Determines who can open a link now. */
  | { job: "audience"; id: string; url: string; folder: string }
  /** Completes or removes the interrupted jobs of earlier processes. */
  | { job: "recover"; folder: string; api: string }
  | { job: "list"; folder: string }
  | SessionJob

export interface WorkerJobError {
  code: ErrorCode | "unexpected"
  message: string
  hint?: string
}

/** Client of the worker process, which renders and uploads sessions so that OpenCode is not blocked. */
export interface WorkerClient {
  /**
   * Runs a job; starts the process if needed. Rejects with the job's `ShareError`, or with `store-failed` if the
   * process exits first.
   */
  run(job: WorkerJob): Promise<Record<string, unknown>>
}

interface PendingReply {
  resolve: (result: Record<string, unknown>) => void
  reject: (error: Error) => void
}

/** Idle time after which the process exits: it uses as much memory as a small editor. */
const IDLE_TIMEOUT_MS = 300_000

/** @param file the worker's script. It runs in OpenCode's embedded Bun, or in the current Node. */
export function workerClient(file: string, idleMs = IDLE_TIMEOUT_MS): WorkerClient {
  let worker: WorkerHandle | undefined
  return {
    run(job) {
      if (!worker?.isAlive()) worker = startWorker(file, idleMs)
      return worker.run(job)
    },
  }
}

interface WorkerHandle extends WorkerClient {
  isAlive(): boolean
}

function startWorker(file: string, idleMs: number): WorkerHandle {
  let jobs = 0
  let alive = true
  let idleTimer: NodeJS.Timeout | undefined
  const waiting = new Map<number, PendingReply>()
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { ...process.env, BUN_BE_BUN: "1" },
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  })

  const ended = (how: string) => {
    alive = false
    clearTimeout(idleTimer)
    for (const { reject } of waiting.values())
      reject(new ShareError("store-failed", `The publishing process exited unexpectedly (${how}).`))
    waiting.clear()
  }
  child.once("error", ({ message }) => ended(message))
  child.once("exit", (code, signal) => ended(signal ?? `status ${code}`))
  child.stdin!.on("error", () => {})
  // OpenCode may exit at any time; the worker then finishes its jobs on its own.
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

/** Parses a reply; undefined for other output, which a package may print. */
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
