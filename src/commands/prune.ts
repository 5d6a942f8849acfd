import { ledgerFolder } from "../config/paths.ts"
import { openLedger } from "../share/ledger.ts"
import { prune } from "../share/prune.ts"
import { storeCache } from "../store/store-cache.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { reportRemovals } from "./removal-report.ts"
import { info, statusLine, type Terminal, waitingMessage } from "./terminal.ts"

export interface PruneFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  /** Include shares by others in the configured bucket. */
  bucket?: boolean
}

/** `prune`: removes every expired share at all destinations this user has shared to; for cron. */
export async function pruneCommand(flags: PruneFlags, terminal: Terminal, now = () => new Date()): Promise<void> {
  const settings = settingsFromFlags(flags, terminal, { isNew: false })
  if (flags.bucket) await confirmDestination(settings, flags, terminal)
  const ledger = openLedger(ledgerFolder(terminal))
  const places = storeCache(flags)
  const status = statusLine(terminal, flags.quiet)
  try {
    status.show("Looking for expired shares…")
    const alsoIn = flags.bucket ? await places.open(settings.destination) : undefined
    const result = await prune({
      ledger,
      open: places.open,
      now,
      ...(alsoIn && { alsoIn }),
      patience: { onWait: (pid) => info(terminal, flags.quiet, waitingMessage(pid)) },
      onRemove: (url) => status.show(`Removing ${url}…`),
    })
    status.clear()
    if (result.removed.length + result.failed.length === 0) info(terminal, flags.quiet, "No expired shares.")
    reportRemovals(result, flags, terminal)
  } finally {
    status.clear()
    await places.close()
  }
}
