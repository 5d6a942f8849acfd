import { presignedPages } from "../export/presigned-page.ts"
import type { SessionToShare } from "../share/read-session.ts"
import { type ShareOptions, share } from "../share/share.ts"
import { confirmShare } from "./confirm-share.ts"
import { explainInterrupt } from "./explain-interrupt.ts"
import { namedSession } from "./named-session.ts"
import { pickSession } from "./pick-session.ts"
import { previewCommand } from "./preview.ts"
import { pruneAfterShare, reportShare } from "./share-report.ts"
import { confirmationOf, openShareRequest, type ShareFlags, shareOptionsOf } from "./share-request.ts"
import { parseSigned } from "./signed.ts"
import { info, statusLine, type Terminal, waitingMessage } from "./terminal.ts"

/** `share [session]`: prints only the link on stdout, and details on stderr. */
export async function shareCommand(argument: string | undefined, flags: ShareFlags, terminal: Terminal): Promise<void> {
  const signed = parseSigned(flags.signed)
  const request = await openShareRequest(flags, terminal)
  const named = argument ?? (flags.yes ? undefined : await pickSession(terminal))
  const { store } = request
  const status = statusLine(terminal, flags.quiet)
  const source = namedSession(named, flags.quiet, terminal, status)
  let acceptRetention = flags.acceptRetention ?? false
  /** The session, once objects of it may be stored. */
  let uploading: string | undefined

  async function mayShare(read: SessionToShare): Promise<void> {
    const { session, directory, earlier } = read
    request.assertAllowedIn(directory)
    if (!request.isConfirmed && earlier?.url === undefined) await confirm(read)
    uploading = session.info.id
  }

  async function confirm({ session, found, placeholders }: SessionToShare): Promise<void> {
    status.clear()
    const preview = () => previewCommand(named, { ...flags, open: true }, terminal)
    const about = { ...confirmationOf(request, terminal), signed: flags.signed, found, placeholders, preview }
    const consent = await confirmShare(session, about)
    acceptRetention ||= consent.acceptRetention
  }

  try {
    status.show(`Reading ${source.label}…`)
    const options: ShareOptions = {
      ...shareOptionsOf(request),
      mayShare,
      acceptRetention: () => acceptRetention,
      extend: presignedPages({ store, signed, now: () => new Date() }),
      onStage: (stage) =>
        status.show(stage === "connecting" ? `Connecting to ${store.name}…` : "Checking who can open the link…"),
      onProgress: ({ sent, unchanged }) =>
        status.show(`Uploading to ${store.name}: ${sent} uploaded, ${unchanged} unchanged`),
      onWait: (pid) => info(terminal, flags.quiet, waitingMessage(pid)),
    }
    const result = await explainInterrupt(
      terminal,
      () => interruptNote(uploading, store.name),
      () => share(source, options),
    )
    status.clear()
    await reportShare(result, request, flags, terminal)
    await pruneAfterShare(request, flags.quiet, terminal)
  } finally {
    status.clear()
    store.close()
  }
}

/** Tells after an interrupt what is stored, and what finishes or removes it. */
function interruptNote(session: string | undefined, store: string): string {
  if (session === undefined) return "Nothing was uploaded."
  return `The share in ${store} is incomplete: readers see its earlier version, if there is one. To finish it, run the same command again. To remove it: opencode-bucket unshare ${session}`
}
