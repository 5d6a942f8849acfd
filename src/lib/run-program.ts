import { spawn } from "node:child_process"

/** A program and its arguments. Never run through a shell. */
export type ProgramCall = readonly [program: string, ...args: string[]]

export interface RunOptions {
  env: Record<string, string | undefined>
  /** Text for stdin. */
  input?: string
  /** Whether a program that still runs after the time limit has succeeded (a browser) or hangs and is killed. */
  mayStay?: boolean
}

const LIMIT_MS = 2_000

/** Runs these programs in turn until one succeeds, without output. Resolves to whether one did. Never throws. */
export async function runFirst(calls: readonly ProgramCall[], options: RunOptions): Promise<boolean> {
  for (const call of calls) if (await succeeds(call, options)) return true
  return false
}

function succeeds([program, ...args]: ProgramCall, { env, input, mayStay = false }: RunOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ["pipe", "ignore", "ignore"], detached: true, windowsHide: true })
    const limit = setTimeout(() => {
      if (!mayStay) child.kill()
      resolve(mayStay)
    }, LIMIT_MS)
    const ended = (isDone: boolean) => {
      clearTimeout(limit)
      resolve(isDone)
    }
    child.once("error", () => ended(false))
    // Not "close": a clipboard program stays in the background, with our pipe open.
    child.once("exit", (status) => ended(status === 0))
    child.stdin.on("error", () => {})
    child.stdin.end(input)
    child.unref()
  })
}
