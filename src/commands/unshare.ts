import { ledgerFolder } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import {
  type FoundShare,
  findInBucket,
  findInLedger,
  findShares,
  parseShareName,
  type ShareName,
} from "../share/find-share.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import { type Ledger, openLedger } from "../share/ledger.ts"
import { removeMany } from "../share/remove-many.ts"
import { unshare } from "../share/unshare.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { storeCache } from "../store/store-cache.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { linkOf, reportRemovals, showRemoval } from "./removal-report.ts"
import { info, statusLine, type Terminal, waitingMessage } from "./terminal.ts"

export interface UnshareFlags extends DestinationFlags {
  /** Every share of this user instead of one. */
  all?: boolean
  /** Delete nothing; drop the share's record on this machine. */
  forget?: boolean
  /** Skip confirmation. */
  yes?: boolean
  json?: boolean
  quiet?: boolean
}

/** A share matching the given name: either with the store it was found in, or with its ledger entry. */
type ShareToRemove = { id: string; url: string } & ({ store: ObjectStore; entry?: undefined } | { entry: LedgerEntry })

/**
 * `unshare <link|id|session>`: removes every share with that name independently, and reports what was verified. Throws
 * after all were tried if any could not be removed.
 */
export async function unshareCommand(
  named: string | undefined,
  flags: UnshareFlags,
  terminal: Terminal,
): Promise<void> {
  if (named === undefined) throw nameMissing()
  const name = parseShareName(named)
  const ledger = openLedger(ledgerFolder(terminal))
  const places = storeCache(flags)
  const status = statusLine(terminal, flags.quiet)
  const onWait = (pid: number) => info(terminal, flags.quiet, waitingMessage(pid))
  try {
    status.show(`Looking for ${named}…`)
    const shares = await resolveShares(name, { ledger, places, flags, terminal })
    const used: ObjectStore[] = []
    const result = await removeMany<ShareToRemove>(
      shares,
      async (share) => {
        const { id, url, entry } = share
        const store = "store" in share ? share.store : await places.open(share.entry.destination)
        status.show(`Removing ${url}…`)
        const removal = await unshare({ id, url, store, ...(entry && { entry }) }, ledger, {
          onWait,
          onProgress: showRemoval(status, url),
        })
        if (entry) used.push(store)
        return removal
      },
      (share) => (share.entry ? JSON.stringify(share.entry.destination) : ""),
    )
    status.clear()
    if (shares.length === 0) info(terminal, flags.quiet, `${named} is not shared.`)
    const others = "session" in name ? await othersOf(name.session, used, shares) : []
    reportRemovals(result, flags, terminal, { left: others.map(({ id, url }) => ({ id, url })), isNamed: true })
    for (const { id, url } of others)
      info(
        terminal,
        flags.quiet,
        `The session is also shared at ${url}, which is not recorded on this machine. To remove it as well: opencode-bucket unshare ${id}`,
      )
  } finally {
    status.clear()
    await places.close()
  }
}

/** The `bad-usage` error if neither a share nor `--all` is given, or both. */
export const nameMissing = (): ShareError =>
  new ShareError("bad-usage", "Name a share to remove, or use --all.", {
    hint: 'Run "opencode-bucket list" to see all shares.',
  })

interface UnshareContext {
  ledger: Ledger
  places: ReturnType<typeof storeCache>
  flags: UnshareFlags
  terminal: Terminal
}

async function resolveShares(
  name: ShareName,
  { ledger, places, flags, terminal }: UnshareContext,
): Promise<ShareToRemove[]> {
  const entries = await findInLedger(name, ledger)
  if (entries.length > 0)
    return Promise.all(entries.map(async (entry) => ({ id: entry.id, url: await linkOf(entry, places.open), entry })))
  const settings = settingsFromFlags(flags, terminal, { isNew: false })
  const agree = () => confirmDestination(settings, flags, terminal)
  const found = await findShares(name, { ledger, destination: settings.destination, open: places.open, confirm: agree })
  return found.map(({ id, url, store }) => ({ id, url, store }))
}

/**
 * Finds further shares of a session in the stores of the given ones. They were made before this machine lost its
 * records, or by someone else who has the session, so they are reported but not removed. Empty if a store cannot be
 * listed.
 */
async function othersOf(session: string, stores: ObjectStore[], wanted: ShareToRemove[]): Promise<FoundShare[]> {
  const places = new Map(stores.map((store) => [store.name, store]))
  const found = await Promise.all([...places.values()].map((store) => findInBucket(store, session).catch(() => [])))
  return found.flat().filter(({ id }) => !wanted.some((each) => each.id === id))
}
