import path from "node:path"
import { dataFolder } from "../config/folders.ts"
import { dayOf, isPast } from "../share/expires.ts"
import { openLedger } from "../share/ledger.ts"
import { type ListedShare, listShares } from "../share/list.ts"
import { openStore } from "../store/open-store.ts"
import { agreeOnDestination, type DestinationFlags, settingsFrom } from "./destination.ts"
import { formatBytes, oneLine, say, type Terminal } from "./terminal.ts"

export interface ListFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  bucket?: boolean
}

/** `list`: what is shared, where, until when. */
export async function listCommand(flags: ListFlags, terminal: Terminal): Promise<void> {
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const settings = settingsFrom(flags, terminal)
  if (flags.bucket) await agreeOnDestination(settings, flags, terminal)
  const bucket = flags.bucket ? await openStore(settings.destination) : undefined
  try {
    const shares = await listShares({
      ledger,
      open: (place) => openStore(place, { remembered: true }),
      ...(bucket && { alsoIn: bucket }),
    })
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ shares })}\n`)
    else if (shares.length === 0) say(terminal, flags.quiet, "Nothing is shared.")
    else terminal.stdout.write(`${shares.map((share) => inWords(share, new Date())).join("\n\n")}\n`)
  } finally {
    bucket?.close()
  }
}

const states = {
  shared: "",
  unfinished: "unfinished: share or unshare it again",
  gone: "gone: it was removed from elsewhere",
  unknown: "its store could not be asked",
}

function inWords({ title, url, state, updated, bytes, session, expires, signed }: ListedShare, now: Date): string {
  const facts = [
    updated.slice(0, 16).replace("T", " "),
    bytes > 0 && formatBytes(bytes),
    session,
    until(expires, now),
    signed && signedUntil(signed, now),
    states[state],
  ]
  return `${oneLine(title) || "Untitled"}\n  ${url}\n  ${facts.filter(Boolean).join(" · ")}`
}

function signedUntil(signed: string, now: Date): string {
  const end = `${signed.slice(0, 16).replace("T", " ")} UTC`
  return isPast(signed, now) ? `its signed link ended at ${end}` : `its signed link opens until ${end}`
}

function until(expires: string | null, now: Date): string {
  if (expires === null) return ""
  return isPast(expires, now)
    ? `expired on ${dayOf(expires)}, still there: prune removes it`
    : `until ${dayOf(expires)}`
}
