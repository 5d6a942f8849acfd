import { ledgerFolder } from "../config/paths.ts"
import { asJsonError, type ShareError } from "../errors.ts"
import { formatTime } from "../lib/format-time.ts"
import { terminalText, titleLine } from "../lib/terminal-text.ts"
import { describeExpiry, describeState } from "../share/describe-share.ts"
import { isPast, isTimestamp } from "../share/expiry.ts"
import { openLedger } from "../share/ledger.ts"
import { type ListedShare, listShares } from "../share/list.ts"
import { storeCache } from "../store/store-cache.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { formatBytes, info, type Terminal } from "./terminal.ts"

export interface ListFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  bucket?: boolean
}

/**
 * `list`: prints shares with location and expiry. Returns whether every destination responded (those that did not are
 * reported on stderr), and why the bucket could not be listed with `--bucket`.
 */
export async function listCommand(
  flags: ListFlags,
  terminal: Terminal,
): Promise<{ isWhole: boolean; error?: ShareError | undefined }> {
  const ledger = openLedger(ledgerFolder(terminal))
  const settings = settingsFromFlags(flags, terminal, { isNew: false })
  if (flags.bucket) await confirmDestination(settings, flags, terminal)
  const places = storeCache()
  const silent = new Map<string, ShareError>()
  let failed: ShareError | undefined
  try {
    const bucket = flags.bucket ? await places.open(settings.destination) : undefined
    const shares = await listShares({
      ledger,
      open: places.open,
      ...(bucket && { alsoIn: bucket }),
      onUnanswered: (place, error) =>
        silent.set(error.message.startsWith(place) ? error.message : `${place}: ${error.message}`, error),
      onUnlisted: (error) => {
        failed = error
      },
    })
    if (flags.json) writeJson(terminal, { shares, ...(failed && { error: asJsonError(failed) }) })
    else if (shares.length > 0)
      await print(`${shares.map((share) => describeShare(share, new Date())).join("\n\n")}\n`, terminal)
    else if (silent.size === 0 && !failed) info(terminal, flags.quiet, "No shares.")
    for (const [what, { hint }] of silent)
      terminal.stderr.write(`Could not check ${terminalText(what)}${hint ? `\n  ${hint}` : ""}\n`)
    return { isWhole: silent.size === 0 && !failed, error: failed }
  } finally {
    await places.close()
  }
}

/** Resolves once the text is flushed: the process may exit right after. */
const print = (text: string, { stdout }: Terminal) =>
  new Promise<void>((resolve) => stdout.write(text, () => resolve()))

function describeShare(share: ListedShare, now: Date): string {
  const { title, url, id, store, updated, bytes, session, expires, signed } = share
  const facts = [
    isTimestamp(updated) && formatTime(updated),
    bytes > 0 && formatBytes(bytes),
    titleLine(session),
    describeExpiry(expires, now),
    signed && signedUntil(signed, now),
    terminalText(describeState(share)),
  ]
  const place = terminalText(url || `${id} in ${store}`)
  return `${titleLine(title) || "Untitled"}\n  ${place}\n  ${facts.filter(Boolean).join(" · ")}`
}

function signedUntil(signed: string, now: Date): string {
  const end = formatTime(signed)
  return isPast(signed, now) ? `signed link expired at ${end}` : `signed link valid until ${end}`
}
