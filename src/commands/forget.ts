import { ledgerFolder } from "../config/paths.ts"
import { asJsonError, ShareError } from "../errors.ts"
import { titleLine } from "../lib/terminal-text.ts"
import { findInLedger, parseShareName } from "../share/find-share.ts"
import { forgetShare, type StoredState, storedState } from "../share/forget.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import { openLedger } from "../share/ledger.ts"
import { destinationKey } from "../share/prune.ts"
import { describeDestination } from "../store/describe-destination.ts"
import { storeCache } from "../store/store-cache.ts"
import { settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { promptYesNo } from "./prompt.ts"
import { canAsk, info, statusLine, type Terminal } from "./terminal.ts"
import type { UnshareFlags } from "./unshare.ts"

/**
 * `unshare --forget <link|id|session>`: drops the records of shares that are no longer stored (with `--to`: at that
 * destination). Deletes nothing. If it is unknown whether a share is still stored, asks on a terminal and requires
 * `--yes` without one; one that is still stored always requires `--yes`. Throws at the end if some were not forgotten.
 */
export async function forgetCommand(named: string | undefined, flags: UnshareFlags, terminal: Terminal): Promise<void> {
  if (named === undefined || flags.all)
    throw new ShareError("bad-usage", "--forget needs the share or session to forget.", {
      hint: 'Run "opencode-bucket list" to see all shares.',
    })
  const ledger = openLedger(ledgerFolder(terminal))
  const recorded = await findInLedger(parseShareName(named), ledger)
  const { destination } = settingsFromFlags(flags, terminal, { isNew: false })
  const isMeant = (entry: LedgerEntry) =>
    flags.to === undefined || destinationKey(entry.destination) === destinationKey(destination)
  const places = storeCache(flags)
  const status = statusLine(terminal, flags.quiet)
  const forgotten: object[] = []
  const kept: object[] = []
  try {
    status.show(`Looking for ${named}…`)
    const entries = recorded.filter(isMeant)
    const helds = await Promise.all(entries.map((entry) => storedState(entry, places.open)))
    status.clear()
    if (entries.length === 0) info(terminal, flags.quiet, `No share of ${named} is recorded on this machine.`)
    for (const [at, entry] of entries.entries()) {
      const held = helds[at]!
      const { id, session, destination } = entry
      const about = { id, session, store: destination.to, url: entry.url ?? null, holds: held.holds, why: held.why }
      if (await mayForget(entry, held, flags, terminal)) {
        await forgetShare(entry, ledger)
        forgotten.push(about)
        info(terminal, flags.quiet, `Forgot ${nameOf(entry)}. Nothing was deleted: ${reasonIn(held)}.`)
      } else {
        kept.push(about)
        terminal.stderr.write(`Not forgotten: ${nameOf(entry)}\n  ${refusal(entry, held)}\n`)
      }
    }
  } finally {
    status.clear()
    await places.close()
  }
  const error = keptError(kept.length, forgotten.length)
  if (flags.json) writeJson(terminal, { forgotten, kept, ...(error && { error: asJsonError(error) }) })
  if (error) throw error
}

function keptError(kept: number, forgotten: number): ShareError | undefined {
  if (kept === 0) return undefined
  const all = kept + forgotten
  return new ShareError(
    "bad-usage",
    all === 1 ? "The share was not forgotten." : `${kept} of ${all} shares were not forgotten.`,
  )
}

async function mayForget(
  entry: LedgerEntry,
  held: StoredState,
  flags: UnshareFlags,
  terminal: Terminal,
): Promise<boolean> {
  if (held.holds === "nothing" || flags.yes) return true
  // A share that is still stored should be removed, not forgotten.
  if (held.holds === "objects" || !canAsk(terminal)) return false
  return promptYesNo(
    terminal,
    `Forget ${nameOf(entry)}? Nothing will be deleted: ${reasonIn(held)}. This machine can then no longer remove it.`,
  )
}

function nameOf({ id, title, session, destination, url }: LedgerEntry): string {
  return `"${titleLine(title) || "Untitled"}" (${session}, share ${id}) in ${describeDestination(destination)}${url ? `, ${url}` : ""}`
}

function reasonIn({ holds, why }: StoredState): string {
  if (holds === "nothing") return why
  if (holds === "objects") return `${why}, which will stay there`
  return `it may still be stored (${why}) and will stay there`
}

function refusal({ id }: LedgerEntry, held: StoredState): string {
  if (held.holds === "objects")
    return `It is still stored: ${held.why}. To remove it: opencode-bucket unshare ${id}. To forget it and leave it there: opencode-bucket unshare --forget ${id} --yes`
  return `It may still be stored: ${held.why}. If that destination is gone for good: opencode-bucket unshare --forget ${id} --yes`
}
