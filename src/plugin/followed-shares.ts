import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"

/** The shares that are kept up to date with their sessions, as far as this process knows. */
export interface FollowedShares {
  idOf(session: string): string | undefined
  sessionOf(id: string): string | undefined
  add(session: string, id: string): void
  forget(id: string): void
  /**
   * Looks a session up in the ledger, once, or again with `again`: shares of other processes are recorded only there.
   * Calls `onFound` with the id of its share if it has one that is followed.
   */
  lookUp(session: string, again: boolean, onFound: (id: string) => void): void
  /** Resolves when all look-ups have ended. */
  settled(): Promise<void>
}

/** @param ledgerEntries reads the shares recorded on this machine */
export function followedShares(ledgerEntries: () => Promise<LedgerEntry[]>): FollowedShares {
  const ids = new Map<string, string>()
  const lookups = new Map<string, Promise<void>>()

  async function find(session: string, onFound: (id: string) => void): Promise<void> {
    // Shares made by the command line have neither: they are not updated.
    const isFollowed = ({ secret, follows }: LedgerEntry) => secret !== undefined || follows === true
    const entry = (await ledgerEntries()).find((entry) => entry.session === session && isFollowed(entry))
    if (!entry || ids.has(session)) return
    ids.set(session, entry.id)
    onFound(entry.id)
  }

  return {
    idOf: (session) => ids.get(session),
    sessionOf: (id) => [...ids].find(([, share]) => share === id)?.[0],
    add: (session, id) => void ids.set(session, id),
    forget(id) {
      for (const [session, share] of ids) if (share === id) ids.delete(session)
    },
    lookUp(session, again, onFound) {
      if (lookups.has(session) && !again) return
      lookups.set(
        session,
        find(session, onFound).catch(() => {}),
      )
    },
    async settled() {
      await Promise.all(lookups.values())
    },
  }
}
