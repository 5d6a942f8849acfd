import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { type ErrorCode, ShareError } from "../errors.ts"

/** What the publisher process is asked for. `api` is where it reads sessions from: OpenCode's API, on loopback. */
export type Job =
  | { job: "share"; session: string; folder: string; api: string }
  /** Brings a share up to date; never makes one. */
  | { job: "update"; id: string; folder: string; api: string }
  /** `secret`: what OpenCode shows for it; none where the user asks himself. */
  | { job: "unshare"; id: string; secret?: string; folder: string }
  | { job: "open"; url: string; folder: string }
  /** Finishes or removes what an earlier process left half done. */
  | { job: "tidy"; folder: string }
  | { job: "list"; folder: string }

export interface JobError {
  code: ErrorCode | "unexpected"
  message: string
  hint?: string
}

/** A process of its own, in which sessions are rendered and sent, so that OpenCode is not held up. */
export interface Publisher {
  /** Does a job; starts the process if there is none. Rejects with the `ShareError` that the job ended with. */
  ask(job: Job): Promise<Record<string, unknown>>
}

interface Waiting {
  resolve: (result: Record<string, unknown>) => void
  reject: (error: Error) => void
}

/** @param file the publisher's script. It runs in the Bun that OpenCode is made of, or in the Node that runs this. */
export function publisherProcess(file: string): Publisher {
  let child: ChildProcess | undefined
  let jobs = 0
  const waiting = new Map<number, Waiting>()

  function start(): ChildProcess {
    const started = spawn(process.execPath, [file], {
      env: { ...process.env, BUN_BE_BUN: "1" },
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    })
    createInterface({ input: started.stdout! }).on("line", (line) => {
      const { n, result, error } = JSON.parse(line) as { n: number; result?: Record<string, unknown>; error?: JobError }
      const job = waiting.get(n)
      waiting.delete(n)
      if (error) job?.reject(failure(error))
      else job?.resolve(result ?? {})
    })
    const ended = () => {
      if (child === started) child = undefined
      for (const { reject } of waiting.values())
        reject(new ShareError("store-failed", "The process that publishes shares has ended unexpectedly."))
      waiting.clear()
    }
    started.once("error", ended).once("exit", ended)
    started.stdin!.on("error", () => {})
    // OpenCode may end while the process is idle, or still at work: it finishes by itself.
    started.unref()
    return started
  }

  return {
    ask(job) {
      child ??= start()
      const n = ++jobs
      const asked = new Promise<Record<string, unknown>>((resolve, reject) => waiting.set(n, { resolve, reject }))
      child.stdin!.write(`${JSON.stringify({ n, ...job })}\n`)
      return asked
    },
  }
}

const failure = ({ code, message, hint }: JobError) =>
  new ShareError(code === "unexpected" ? "store-failed" : code, message, hint === undefined ? {} : { hint })
