import { ledgerFolder } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import { formatCount } from "../lib/format-count.ts"
import { openLedger } from "../share/ledger.ts"
import { destinationKey } from "../share/prune.ts"
import { removeMany } from "../share/remove-many.ts"
import { unshare } from "../share/unshare.ts"
import { storeCache } from "../store/store-cache.ts"
import { settingsFromFlags } from "./destination.ts"
import { promptYesNo } from "./prompt.ts"
import { linkOf, reportRemovals, showRemoval } from "./removal-report.ts"
import { canAsk, info, statusLine, type Terminal, waitingMessage } from "./terminal.ts"
import { nameMissing, type UnshareFlags } from "./unshare.ts"

/**
 * `unshare --all`: removes every share recorded on this machine (with `--to`: at that destination) after one
 * confirmation; without a terminal, `--yes` is required. A failure does not stop the others.
 */
export async function unshareAll(named: string | undefined, flags: UnshareFlags, terminal: Terminal): Promise<void> {
  if (named !== undefined) throw nameMissing()
  const ledger = openLedger(ledgerFolder(terminal))
  const { destination } = settingsFromFlags(flags, terminal, { isNew: false })
  const all = await ledger.all()
  const entries =
    flags.to === undefined
      ? all
      : all.filter((entry) => destinationKey(entry.destination) === destinationKey(destination))
  if (entries.length > 0 && !flags.yes)
    await confirmRemoval(countByDestination(entries.map((entry) => entry.destination.to)), terminal)

  const places = storeCache(flags)
  const shares = await Promise.all(
    entries.map(async (entry) => ({ id: entry.id, url: await linkOf(entry, places.open), entry })),
  )
  const status = statusLine(terminal, flags.quiet)
  const onWait = (pid: number) => info(terminal, flags.quiet, waitingMessage(pid))
  try {
    const result = await removeMany(
      shares,
      async ({ id, url, entry }) => {
        const store = await places.open(entry.destination)
        status.show(`Removing ${url}…`)
        return unshare({ id, url, store, entry }, ledger, { onWait, onProgress: showRemoval(status, url) })
      },
      ({ entry }) => JSON.stringify(entry.destination),
    )
    status.clear()
    if (entries.length === 0) info(terminal, flags.quiet, "No shares.")
    reportRemovals(result, flags, terminal)
  } finally {
    status.clear()
    await places.close()
  }
}

/** `12 shares: 9 in s3://team-shares, 3 in /home/me/shares` */
function countByDestination(places: string[]): string {
  const counts = new Map<string, number>()
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1)
  const shares = formatCount(places.length, "share")
  if (counts.size === 1) return `${shares} in ${places[0]}`
  return `${shares}: ${[...counts].map(([place, count]) => `${count} in ${place}`).join(", ")}`
}

async function confirmRemoval(what: string, terminal: Terminal): Promise<void> {
  if (!canAsk(terminal))
    throw new ShareError("bad-usage", `Removing ${what} needs confirmation, and this is not a terminal.`, {
      hint: "To confirm: opencode-bucket unshare --all --yes",
    })
  const question = `Remove ${what}? Their links stop working permanently; the sessions are kept.`
  if (!(await promptYesNo(terminal, question))) throw new ShareError("cancelled", "Cancelled. Nothing was removed.")
}
