import { presignedPages } from "../export/presigned-page.ts"
import type { SessionToShare } from "../share/read-session.ts"
import { share } from "../share/share.ts"
import { confirmShare } from "./confirm-share.ts"
import { namedSession } from "./named-session.ts"
import { previewCommand } from "./preview.ts"
import { pruneAfterShare, reportShare } from "./share-report.ts"
import { confirmationOf, openShareRequest, type ShareFlags, shareOptionsOf } from "./share-request.ts"
import { parseSigned } from "./signed.ts"
import { info, statusLine, type Terminal, waitingMessage } from "./terminal.ts"

/** `share [session]`: prints only the link on stdout, and details on stderr. */
export async function shareCommand(named: string | undefined, flags: ShareFlags, terminal: Terminal): Promise<void> {
  const signed = parseSigned(flags.signed)
  const request = await openShareRequest(flags, terminal)
  const { store } = request
  const status = statusLine(terminal, flags.quiet)
  const source = namedSession(named, flags.quiet, terminal, status)
  let acceptRetention = flags.acceptRetention ?? false

  async function mayShare({ session, directory, earlier, found }: SessionToShare): Promise<void> {
    request.assertAllowedIn(directory)
    if (request.isConfirmed || earlier?.url !== undefined) return
    status.clear()
    const preview = () => previewCommand(named, { ...flags, open: true }, terminal)
    const about = { ...confirmationOf(request, terminal), signed: flags.signed, found, preview }
    const consent = await confirmShare(session, about)
    acceptRetention ||= consent.acceptRetention
  }

  try {
    status.show(`Reading ${source.label}…`)
    const result = await share(source, {
      ...shareOptionsOf(request),
      mayShare,
      acceptRetention: () => acceptRetention,
      extend: presignedPages({ store, signed, now: () => new Date() }),
      onProgress: ({ sent, unchanged }) =>
        status.show(`Uploading to ${store.name}: ${sent} uploaded, ${unchanged} unchanged`),
      onWait: (pid) => info(terminal, flags.quiet, waitingMessage(pid)),
    })
    status.clear()
    await reportShare(result, request, flags, terminal)
    await pruneAfterShare(request, flags.quiet, terminal)
  } finally {
    status.clear()
    store.close()
  }
}
