import path from "node:path"
import { dataFolder } from "../config/folders.ts"
import { ShareError } from "../errors.ts"
import { type FoundShare, findShares, inBucket, parseShareName } from "../share/find-share.ts"
import { openLedger } from "../share/ledger.ts"
import { type Removal, unshare } from "../share/unshare.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { agreeOnDestination, type DestinationFlags, settingsFrom } from "./destination.ts"
import { removalInWords } from "./removed.ts"
import { say, statusLine, type Terminal, waiting } from "./terminal.ts"
import { unshareAll } from "./unshare-all.ts"

export interface UnshareFlags extends DestinationFlags {
  /** Every share of this user, instead of one. */
  all?: boolean
  /** No question. */
  yes?: boolean
  json?: boolean
  quiet?: boolean
}

/** `unshare <link|id|session>`: removes every share of that name and says what was proven. */
export async function unshareCommand(
  named: string | undefined,
  flags: UnshareFlags,
  terminal: Terminal,
): Promise<void> {
  if ((named === undefined) !== Boolean(flags.all))
    throw new ShareError("bad-usage", "Name one share to remove, or give --all.", {
      hint: '"opencode-bucket list" shows what is shared.',
    })
  if (named === undefined) return unshareAll(flags, terminal)
  const name = parseShareName(named)
  const settings = settingsFrom(flags, terminal)
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const status = statusLine(terminal, flags.quiet)
  let shares: FoundShare[] = []
  try {
    status.show(`Looking for ${named}…`)
    shares = await findShares(name, {
      ledger,
      destination: settings.destination,
      open: (destination) => openStore(withCredentials(destination, flags), { remembered: true }),
      agree: () => agreeOnDestination(settings, flags, terminal),
    })
    const removals: Removal[] = []
    for (const found of shares) {
      status.show(`Removing ${found.url}…`)
      const onWait = (pid: number) => say(terminal, flags.quiet, waiting(pid))
      removals.push(await unshare(found, ledger, { onWait }))
    }
    status.clear()
    if (removals.length === 0) say(terminal, flags.quiet, `Nothing is shared of ${named}.`)
    for (const removal of removals) say(terminal, flags.quiet, removalInWords(removal))
    const others = "session" in name ? await othersOf(name.session, shares) : []
    for (const { id, url } of others)
      say(
        terminal,
        flags.quiet,
        `The session is also shared at ${url}, but not by what this machine remembers. To remove that, too: opencode-bucket unshare ${id}`,
      )
    const left = others.map(({ id, url }) => ({ id, url }))
    if (flags.json)
      terminal.stdout.write(`${JSON.stringify({ removed: removals, ...(left.length > 0 && { left }) })}\n`)
  } finally {
    status.clear()
    for (const { store } of shares) store.close()
  }
}

/** The ledger knows the place, but who is asking now may have other credentials than who shared. */
const withCredentials = (destination: Destination, { profile }: UnshareFlags): Destination =>
  profile === undefined ? destination : { ...destination, profile }

/**
 * Shares of a session where others of it were: made before this machine lost its memory of them, or by somebody else
 * who has the session, so that they are not removed unasked. None where the place does not tell.
 */
async function othersOf(session: string, removed: FoundShare[]): Promise<FoundShare[]> {
  const stores = new Map(removed.filter(({ entry }) => entry).map(({ store }) => [store.name, store]))
  const found = await Promise.all([...stores.values()].map((store) => inBucket(store, session).catch(() => [])))
  return found.flat().filter(({ id }) => !removed.some((each) => each.id === id))
}
