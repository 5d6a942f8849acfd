import path from "node:path"
import { dataFolder } from "../config/paths.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { formatTime } from "../lib/format-time.ts"
import { findSession } from "../session/find-session.ts"
import { expiryTime } from "../share/expiry.ts"
import { openLedger } from "../share/ledger.ts"
import { prune } from "../share/prune.ts"
import { share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { isLocal, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { copyToClipboard } from "./clipboard.ts"
import { confirmShare } from "./confirm-share.ts"
import { confirmDestination, type DestinationFlags, describeDestination, settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { parseLifetime } from "./lifetime.ts"
import { previewCommand } from "./preview.ts"
import { readPolicy } from "./read-policy.ts"
import { describeRemoval } from "./removal-report.ts"
import { parseSelection, type SelectionFlags } from "./selection.ts"
import { describeSignedLink, parseSigned } from "./signed.ts"
import { canAsk, formatBytes, info, redactedLine, statusLine, type Terminal, waitingMessage } from "./terminal.ts"

export interface ShareFlags extends DestinationFlags, SelectionFlags {
  /** Lifetime of the share. */
  expires?: string
  /** Lifetime of the presigned link. */
  signed?: string
  /** Skip confirmation. */
  yes?: boolean
  /** Share to a bucket whose object lock prevents deletion for a time. */
  acceptRetention?: boolean
  json?: boolean
  quiet?: boolean
  open?: boolean
}

/** `share [session]`: prints only the link on stdout, and details on stderr. */
export async function shareCommand(session: string | undefined, flags: ShareFlags, terminal: Terminal): Promise<void> {
  assertSharingAllowed(terminal)
  const settings = settingsFromFlags(flags, terminal)
  const { destination, isDefault } = settings
  const selection = parseSelection(flags)
  const lifetime = parseLifetime(flags.expires, settings.expires)
  const signed = parseSigned(flags.signed)
  const source = findSession(session, terminal)
  await confirmDestination(settings, flags, terminal)

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
      // A session may come from another folder with its own share mode.
      async mayShare({ session: seen, directory, earlier, found }) {
        assertSharingAllowed(terminal, directory || terminal.cwd)
        // Local destinations and existing shares need no confirmation.
        const isNew = earlier?.url === undefined && !isLocal(destination)
        if (flags.yes || settings.confirm === false || !isNew || !canAsk(terminal)) return
        status.clear()
        const preview = () => previewCommand(session, { ...flags, open: true }, terminal)
        const agreed = await confirmShare(seen, {
          store,
          destination,
          ledger,
          lifetime,
          place: describeDestination(destination),
          ends: expiryTime(lifetime, now()),
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
        status.show(`Uploading to ${store.name}: ${sent} uploaded, ${unchanged} unchanged`),
      onWait: (pid) => info(terminal, flags.quiet, waitingMessage(pid)),
    })
    status.clear()
    const { sent, bytes, removed, note, url } = result
    const counts = [
      `${sent} of ${result.objects} objects uploaded (${formatBytes(bytes)})`,
      removed && `${removed} removed`,
    ]
    info(terminal, flags.quiet, `${store.name}: ${sent === 0 ? "no changes" : counts.filter(Boolean).join(", ")}.`)
    if (result.redacted > 0) info(terminal, flags.quiet, redactedLine(result.found))
    if (result.expires) info(terminal, flags.quiet, `It expires ${formatTime(result.expires)}.`)
    if (result.signed && result.public !== true) info(terminal, flags.quiet, describeSignedLink(result.signed))
    if (note) info(terminal, flags.quiet, note)
    const policy =
      !result.signed && result.seen === "refused" && sent === result.objects ? readPolicy(destination) : undefined
    if (policy)
      info(
        terminal,
        flags.quiet,
        `To make links public, set the bucket policy that this prints: opencode-bucket doctor --policy${flags.to === undefined ? "" : ` --to ${flags.to}`}`,
      )
    if (isDefault) info(terminal, flags.quiet, "To share with others, set up a bucket: opencode-bucket init")
    if (flags.json) writeJson(terminal, { ...result, store: destination.to })
    else terminal.stdout.write(`${url}\n`)
    if (terminal.stdout.isTTY && !flags.json && (await copyToClipboard(url, terminal)))
      info(terminal, flags.quiet, "Copied to the clipboard.")
    if (flags.open) await (await import("open")).default(url)
    // The link is already published; failures here are left to the next share or to `prune`.
    const past = await prune({
      ledger,
      open: async () => store,
      now,
      only: destination,
      patience: { timeoutMs: 0 },
    }).catch(() => undefined)
    for (const removal of past?.removed ?? []) info(terminal, flags.quiet, `Expired. ${describeRemoval(removal)}`)
  } finally {
    status.clear()
    store.close()
  }
}
