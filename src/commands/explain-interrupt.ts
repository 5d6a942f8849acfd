import { overwriteLine } from "./output.ts"
import { info, type Terminal } from "./terminal.ts"

const INTERRUPTED_STATUS = 130

/**
 * Runs `work`; if it is interrupted (Ctrl-C, SIGTERM), prints what stands where and what to do, and ends the process.
 * Whatever was interrupted is finished or removed by the command that `note` names.
 */
export async function explainInterrupt<T>(terminal: Terminal, note: () => string, work: () => Promise<T>): Promise<T> {
  const stop = () => {
    if (terminal.stderr.isTTY) overwriteLine(terminal.stderr, "")
    info(terminal, false, `opencode-bucket: Interrupted. ${note()}`)
    process.exit(INTERRUPTED_STATUS)
  }
  process.once("SIGINT", stop).once("SIGTERM", stop)
  try {
    return await work()
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop)
  }
}
