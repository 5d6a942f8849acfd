import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { type ErrorCode, ShareError } from "../errors.ts"

/** What the publisher process is asked for. `api` is where it reads sessions from: OpenCode's API, on loopback. */
export type Job =
  | { job: "share"; session: string; folder: string; api: string }
  /**
   * Brings a share up to date; never makes one. `touched`: the messages of its session that have changed since the last
   * such job, or the one that made it; any may have where that is not known.
   */
  | { job: "update"; id: string; folder: string; api: string; touched?: string[] }
  /** OpenCode has noted the link. */
  | { job: "confirm"; id: string; folder: string }
  /** `secret`: what OpenCode shows for it; none where the user asks himself. */
  | { job: "unshare"; id: string; secret?: string; folder: string }
  | { job: "open"; url: string; folder: string }
  /** Finishes or removes what an earlier process left half done. */
  | { job: "tidy"; folder: string; api: string }
  | { job: "list"; folder: string }

export interface JobError {
  code: ErrorCode | "unexpected"
  message: string
  hint?: string
}

/** A process of its own, in which sessions are rendered and sent, so that OpenCode is not held up. */
export interface Publisher {
  /**
   * Does a job; starts the process if there is none. Rejects with the `ShareError` that the job ended with, or with
   * `store-failed` if the process ended before it was done.
   */
  ask(job: Job): Promise<Record<string, unknown>>
}

interface Waiting {
  resolve: (result: Record<string, unknown>) => void
  reject: (error: Error) => void
}

/** The process ends when it has had nothing to do for so many milliseconds: it takes as much memory as a small editor. */
const IDLE = 300_000

/** @param file the publisher's script. It runs in the Bun that OpenCode is made of, or in the Node that runs this. */
export function publisherProcess(file: string, idle = IDLE): Publisher {
  let worker: Worker | undefined
  return {
    ask(job) {
      if (!worker?.isAlive()) worker = startWorker(file, idle)
      return worker.ask(job)
    },
  }
}

interface Worker extends Publisher {
  isAlive(): boolean
}

function startWorker(file: string, idle: number): Worker {
  let jobs = 0
  let alive = true
  let rest: NodeJS.Timeout | undefined
  const waiting = new Map<number, Waiting>()
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { ...process.env, BUN_BE_BUN: "1" },
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  })

  const ended = (how: string) => {
    alive = false
    clearTimeout(rest)
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
    if (waiting.size === 0) rest = setTimeout(retire, idle).unref()
  })

  function retire(): void {
    alive = false
    child.stdin!.end()
  }

  return {
    isAlive: () => alive,
    ask(job) {
      clearTimeout(rest)
      const n = ++jobs
      return new Promise((resolve, reject) => {
        waiting.set(n, { resolve, reject })
        child.stdin!.write(`${JSON.stringify({ n, ...job })}\n`)
      })
    },
  }
}

interface Answer {
  n: number
  result?: Record<string, unknown>
  error?: JobError
}

/** Whatever else a package may print there is no answer. */
function parse(line: string): Answer | undefined {
  try {
    const answer: Answer | null = JSON.parse(line)
    return typeof answer?.n === "number" ? answer : undefined
  } catch {
    return undefined
  }
}

const failure = ({ code, message, hint }: JobError) =>
  new ShareError(code === "unexpected" ? "store-failed" : code, message, hint === undefined ? {} : { hint })
