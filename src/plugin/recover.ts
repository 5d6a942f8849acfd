import type { RequestOpencode } from "../session/opencode-api.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import type { Ledger } from "../share/ledger.ts"
import { isProcessAlive } from "../share/process-alive.ts"

export interface RecoverOptions {
  ledger: Ledger
  /** OpenCode's API, to check which links it has stored. */
  ask: RequestOpencode
  /** Publishes a share again. */
  finish(id: string): Promise<unknown>
  remove(id: string): Promise<void>
  exclusive<T>(session: string, work: () => Promise<T>): Promise<T>
}

/** Whether a share is not published yet, or OpenCode has not confirmed its link, according to the ledger. */
export const isIncomplete = ({ state, unconfirmed }: LedgerEntry): boolean =>
  state !== "published" || unconfirmed === true

/** Whether a share is incomplete and the process working on it has exited. */
export const isInterrupted = (entry: LedgerEntry): boolean => isIncomplete(entry) && !isProcessAlive(entry.pid)

/**
 * Completes the jobs of processes that have exited: finishes removals, removes shares whose link nobody has seen, and
 * updates those with a link. Resolves to the number of failures, which are left for the next run.
 */
export async function recover({ ledger, ask, finish, remove, exclusive }: RecoverOptions): Promise<{ left: number }> {
  let left = 0
  for (const { id, session } of (await ledger.all()).filter(isInterrupted)) {
    await exclusive(session, async () => {
      const entry = await ledger.find(id)
      if (!entry || !isInterrupted(entry)) return
      const keep = entry.unconfirmed ? await hasNoted(entry, ask) : entry.url !== undefined
      if (entry.state === "removing" || !keep) await remove(id)
      else await finish(id)
    }).catch(() => left++)
  }
  return { left }
}

/** Whether OpenCode has stored the link with the session. Rejects if OpenCode does not respond with success or 404. */
async function hasNoted({ session, url }: LedgerEntry, ask: RequestOpencode): Promise<boolean> {
  if (url === undefined) return false
  const response = await ask(`/session/${session}`)
  if (response.status === 404) return false
  if (!response.ok) throw new Error(`OpenCode responded with status ${response.status}.`)
  const { share } = (await response.json()) as { share?: { url?: string } }
  return share?.url === url
}
