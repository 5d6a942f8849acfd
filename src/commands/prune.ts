import path from "node:path"
import { dataFolder } from "../config/folders.ts"
import { openLedger } from "../share/ledger.ts"
import { prune } from "../share/prune.ts"
import { agreeOnDestination, type DestinationFlags, settingsFrom } from "./destination.ts"
import { openOnce, report } from "./removed.ts"
import { say, statusLine, type Terminal, waiting } from "./terminal.ts"

export interface PruneFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  /** Also what others have shared in the bucket of the settings. */
  bucket?: boolean
}

/** `prune`: removes every share that is past its time, wherever this user has shared; for cron. */
export async function pruneCommand(flags: PruneFlags, terminal: Terminal, now = () => new Date()): Promise<void> {
  const settings = settingsFrom(flags, terminal, { isNew: false })
  if (flags.bucket) await agreeOnDestination(settings, flags, terminal)
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const places = openOnce(flags)
  const status = statusLine(terminal, flags.quiet)
  try {
    status.show("Looking for what is past its time…")
    const alsoIn = flags.bucket ? await places.open(settings.destination) : undefined
    const result = await prune({
      ...{ ledger, open: places.open, now },
      ...(alsoIn && { alsoIn }),
      patience: { onWait: (pid) => say(terminal, flags.quiet, waiting(pid)) },
      onRemove: (url) => status.show(`Removing ${url}…`),
    })
    status.clear()
    if (result.removed.length + result.failed.length === 0) say(terminal, flags.quiet, "Nothing is past its time.")
    report(result, flags, terminal)
  } finally {
    status.clear()
    await places.close()
  }
}
