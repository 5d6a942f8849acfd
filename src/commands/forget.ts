import path from "node:path"
import { dataFolder } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import { titleLine } from "../lib/terminal-text.ts"
import { findInLedger, parseShareName } from "../share/find-share.ts"
import { forgetShare, type StoredState, storedState } from "../share/forget.ts"
import { type LedgerEntry, openLedger } from "../share/ledger.ts"
import { destinationKey } from "../share/prune.ts"
import { describeDestination, settingsFromFlags } from "./destination.ts"
import { promptYesNo } from "./prompt.ts"
import { storeCache } from "./removal-report.ts"
import { canAsk, info, statusLine, type Terminal } from "./terminal.ts"
import type { UnshareFlags } from "./unshare.ts"

/**
 * `unshare --forget <link|id|session>`: forgets shares of which nothing is stored (with `--to`: at that place), and deletes
 * nothing. Where something is stored, or that cannot be told, a terminal is asked, and `--yes` is needed without one.
 * Throws, after all is said, if some were not forgotten.
 */
export async function forgetCommand(named: string | undefined, flags: UnshareFlags, terminal: Terminal): Promise<void> {
  if (named === undefined || flags.all)
    throw new ShareError("bad-usage", "Name the share to forget: --forget works on one share or session.", {
      hint: '"opencode-bucket list" shows what is shared.',
    })
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const known = await findInLedger(parseShareName(named), ledger)
  const { destination } = settingsFromFlags(flags, terminal, { isNew: false })
  const isMeant = (entry: LedgerEntry) =>
    flags.to === undefined || destinationKey(entry.destination) === destinationKey(destination)
  const places = storeCache(flags)
  const status = statusLine(terminal, flags.quiet)
  const forgotten: object[] = []
  const kept: object[] = []
  try {
    status.show(`Looking for ${named}…`)
    const entries = known.filter(isMeant)
    const helds = await Promise.all(entries.map((entry) => storedState(entry, places.open)))
    status.clear()
    if (entries.length === 0) info(terminal, flags.quiet, `This machine remembers no share of ${named}.`)
    for (const [at, entry] of entries.entries()) {
      const held = helds[at]!
      const { id, session, destination } = entry
      const about = { id, session, store: destination.to, url: entry.url ?? null, holds: held.holds, why: held.why }
      if (await mayForget(entry, held, flags, terminal)) {
        await forgetShare(entry, ledger)
        forgotten.push(about)
        info(terminal, flags.quiet, `Forgotten: ${nameOf(entry)}. Nothing was deleted: ${reasonIn(held)}.`)
      } else {
        kept.push(about)
        terminal.stderr.write(`Not forgotten: ${nameOf(entry)}\n  ${refusal(entry, held)}\n`)
      }
    }
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ forgotten, kept })}\n`)
  } finally {
    status.clear()
    await places.close()
  }
  if (kept.length === 0) return
  throw new ShareError(
    "bad-usage",
    kept.length + forgotten.length === 1
      ? "The share was not forgotten."
      : `${kept.length} of ${kept.length + forgotten.length} shares were not forgotten.`,
  )
}

async function mayForget(
  entry: LedgerEntry,
  held: StoredState,
  flags: UnshareFlags,
  terminal: Terminal,
): Promise<boolean> {
  if (held.holds === "nothing" || flags.yes) return true
  // What can be removed is to be removed, not forgotten.
  if (held.holds === "objects" || !canAsk(terminal)) return false
  return promptYesNo(
    terminal,
    `Forget ${nameOf(entry)}? Nothing is deleted: ${reasonIn(held)}. This machine cannot remove it any more.`,
  )
}

function nameOf({ id, title, session, destination, url }: LedgerEntry): string {
  return `"${titleLine(title) || "Untitled"}" (${session}, share ${id}) in ${describeDestination(destination)}${url ? `, ${url}` : ""}`
}

function reasonIn({ holds, why }: StoredState): string {
  if (holds === "nothing") return why
  if (holds === "objects") return `${why}, which stays there`
  return `whether something of it is stored is not known (${why}); what is stored stays there`
}

function refusal({ id }: LedgerEntry, held: StoredState): string {
  if (held.holds === "objects")
    return `Something of it is stored: ${held.why}. Remove it: opencode-bucket unshare ${id}. To forget it all the same, and leave it there: opencode-bucket unshare --forget ${id} --yes`
  return `Something of it may be stored: ${held.why}. If that place is gone for good: opencode-bucket unshare --forget ${id} --yes`
}
