import type { RequestOpencode } from "../session/opencode-api.ts"
import type { Ledger, LedgerEntry } from "../share/ledger.ts"
import { isProcessAlive } from "../share/process-alive.ts"

export interface RecoverOptions {
  ledger: Ledger
  /** OpenCode's API, to see which links it has noted. */
  ask: RequestOpencode
  /** Publishes a share once more. */
  finish(id: string): Promise<unknown>
  remove(id: string): Promise<void>
  exclusive<T>(session: string, work: () => Promise<T>): Promise<T>
}

/** Whether something is still to be done for a share, as far as the ledger tells: not published, or not known to OpenCode. */
export const isIncomplete = ({ state, unconfirmed }: LedgerEntry): boolean =>
  state !== "published" || unconfirmed === true

/** Whether a share has been left behind so: the process that was at it is gone. */
export const isInterrupted = (entry: LedgerEntry): boolean => isIncomplete(entry) && !isProcessAlive(entry.pid)

/**
 * Ends what processes that are gone have left half done: a removal is finished, a share whose link nobody has seen is
 * removed, and one with a link is brought up to date. What cannot be done now is left for the next time.
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

/** Whether OpenCode has noted the link with the session. Rejects where it does not tell. */
async function hasNoted({ session, url }: LedgerEntry, ask: RequestOpencode): Promise<boolean> {
  if (url === undefined) return false
  const response = await ask(`/session/${session}`)
  if (response.status === 404) return false
  if (!response.ok) throw new Error(`OpenCode answers ${response.status}.`)
  const { share } = (await response.json()) as { share?: { url?: string } }
  return share?.url === url
}
