import type { Ledger } from "../share/ledger.ts"
import { isIncomplete, isInterrupted } from "./recover.ts"

/** What could not be tidied is tried again after so many milliseconds, then after twice as many, up to the longest. */
const FIRST_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000

/**
 * Has what was left half done tidied, again and again until nothing is left: the store may not be reachable yet, and
 * what another process is still at work on may be left by it later. Never throws; holds up no process's end.
 *
 * @param recover does it once
 */
export function startRecoveryLoop(
  ledger: Ledger,
  recover: () => Promise<unknown>,
  firstRetryMs = FIRST_RETRY_MS,
): void {
  async function check(delayMs: number): Promise<void> {
    const incomplete = (await ledger.all()).filter(isIncomplete)
    if (incomplete.length === 0) return
    if (incomplete.some(isInterrupted)) await recover().catch(() => {})
    setTimeout(() => void check(Math.min(delayMs * 2, MAX_RETRY_MS)), delayMs).unref()
  }
  void check(firstRetryMs)
}
