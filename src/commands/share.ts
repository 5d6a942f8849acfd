import path from "node:path"
import { dataFolder } from "../config/folders.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { findSession } from "../session/find-session.ts"
import { expiryDay, formatDay } from "../share/expiry.ts"
import { openLedger } from "../share/ledger.ts"
import { prune } from "../share/prune.ts"
import { share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { isLocal, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { agreeToShare } from "./agree-to-share.ts"
import { copyToClipboard } from "./clipboard.ts"
import { agreeOnDestination, type DestinationFlags, describe, settingsFrom } from "./destination.ts"
import { lifetimeFrom } from "./lifetime.ts"
import { previewCommand } from "./preview.ts"
import { readPolicy } from "./read-policy.ts"
import { removalInWords } from "./removed.ts"
import { type SelectionFlags, selectionFrom } from "./selection.ts"
import { signedFrom, signedInWords } from "./signed.ts"
import { canAsk, formatBytes, redactedLine, say, statusLine, type Terminal, waiting } from "./terminal.ts"

export interface ShareFlags extends DestinationFlags, SelectionFlags {
  /** How long the share is to live. */
  expires?: string
  /** How long a signed link is to open. */
  signed?: string
  /** No question. */
  yes?: boolean
  /** Share in a bucket whose object lock keeps every object for a time. */
  acceptRetention?: boolean
  json?: boolean
  quiet?: boolean
  open?: boolean
}

/** `share [session]`: the link, and nothing else, on stdout; what there is to know about it on stderr. */
export async function shareCommand(session: string | undefined, flags: ShareFlags, terminal: Terminal): Promise<void> {
  assertSharingAllowed(terminal)
  const settings = settingsFrom(flags, terminal)
  const { destination, isDefault } = settings
  const selection = selectionFrom(flags)
  const lifetime = lifetimeFrom(flags.expires, settings.expires)
  const signed = signedFrom(flags.signed)
  const source = findSession(session, terminal)
  await agreeOnDestination(settings, flags, terminal)

  const store = await openStore(destination)
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const now = () => new Date()
  const status = statusLine(terminal, flags.quiet)
  let acceptRetention = flags.acceptRetention ?? false
  try {
    status.show(`Reading ${source.label}…`)
    const result = await share(source, {
      store,
      destination,
      ledger,
      // A session may come from another folder than this one, with a mode of its own.
      async mayShare({ session: seen, directory, known, found }) {
        assertSharingAllowed(terminal, directory || terminal.cwd)
        // What is on this machine only, or is shared already, needs no question.
        const isNew = known?.url === undefined && !isLocal(destination)
        if (flags.yes || settings.confirm === false || !isNew || !canAsk(terminal)) return
        status.clear()
        const preview = () => previewCommand(session, { ...flags, open: true }, terminal)
        const agreed = await agreeToShare(seen, {
          ...{ store, destination, ledger, lifetime },
          place: describe(destination),
          ends: expiryDay(lifetime, now()),
          signed: flags.signed,
          terminal,
          found,
          preview,
        })
        acceptRetention ||= agreed.acceptRetention
      },
      acceptRetention: () => acceptRetention,
      selection,
      redact: settings.redact,
      lifetime,
      signed,
      version,
      now,
      newId: newShareId,
      onProgress: ({ sent, unchanged }) =>
        status.show(`Sending to ${store.name}: ${sent} sent, ${unchanged} unchanged`),
      onWait: (pid) => say(terminal, flags.quiet, waiting(pid)),
    })
    status.clear()
    const { sent, bytes, removed, note, url } = result
    const counts = [
      `${sent} of ${result.objects} objects sent (${formatBytes(bytes)})`,
      removed && `${removed} removed`,
    ]
    say(
      terminal,
      flags.quiet,
      `${store.name}: ${sent === 0 ? "nothing has changed" : counts.filter(Boolean).join(", ")}.`,
    )
    if (result.redacted > 0) say(terminal, flags.quiet, redactedLine(result.found))
    if (result.expires) say(terminal, flags.quiet, `It ends on ${formatDay(result.expires)}.`)
    if (result.signed && result.public !== true) say(terminal, flags.quiet, signedInWords(result.signed))
    if (note) say(terminal, flags.quiet, note)
    const policy =
      !result.signed && result.seen === "refused" && sent === result.objects ? readPolicy(destination) : undefined
    if (policy) say(terminal, flags.quiet, `For links that everybody can open, give the bucket this policy: ${policy}`)
    if (isDefault) say(terminal, flags.quiet, "To share with others, name a bucket: --to s3://bucket (see the README).")
    terminal.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${url}\n`)
    if (terminal.stdout.isTTY && !flags.json && (await copyToClipboard(url, terminal)))
      say(terminal, flags.quiet, "Copied to the clipboard.")
    if (flags.open) await (await import("open")).default(url)
    // The link is out: what fails of this is for the next share, or for `prune`, to do.
    const past = await prune({
      ledger,
      open: async () => store,
      now,
      only: destination,
      patience: { timeoutMs: 0 },
    }).catch(() => undefined)
    for (const removal of past?.removed ?? []) say(terminal, flags.quiet, `Past its time. ${removalInWords(removal)}`)
  } finally {
    status.clear()
    store.close()
  }
}
