import type { Ledger } from "../share/ledger.ts"
import { isHalfDone, isUnsettled } from "./tidy.ts"

/** What could not be tidied is tried again after so many milliseconds, then after twice as many, up to the longest. */
const AGAIN = 10_000
const LONGEST = 300_000

/**
 * Has what was left half done tidied, again and again until nothing is left: the store may not be reachable yet, and
 * what another process is still at work on may be left by it later. Never throws; holds up no process's end.
 *
 * @param tidy does it once
 */
export function keepTidy(ledger: Ledger, tidy: () => Promise<unknown>, again = AGAIN): void {
  async function look(wait: number): Promise<void> {
    const unsettled = (await ledger.all()).filter(isUnsettled)
    if (unsettled.length === 0) return
    if (unsettled.some(isHalfDone)) await tidy().catch(() => {})
    setTimeout(() => void look(Math.min(wait * 2, LONGEST)), wait).unref()
  }
  void look(again)
}
