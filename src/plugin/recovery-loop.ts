import type { Ledger } from "../share/ledger.ts"
import { isIncomplete, isInterrupted } from "./recover.ts"

/** Delay before the first retry; doubles up to the maximum. */
const FIRST_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000

/**
 * Retries recovery until no share is incomplete: the store may be unreachable for now, and another process may still be
 * interrupted. Never throws; does not keep the process alive.
 *
 * @param recover runs recovery once
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
