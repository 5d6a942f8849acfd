import path from "node:path"
import { dataFolder } from "../config/folders.ts"
import { findSession } from "../session/find-session.ts"
import { preview } from "../share/preview.ts"
import { newShareId } from "../share/share-id.ts"
import { version } from "../version.ts"
import { settingsFrom } from "./destination.ts"
import { type SelectionFlags, selectionFrom } from "./selection.ts"
import { redactedLine, say, statusLine, type Terminal } from "./terminal.ts"

export interface PreviewFlags extends SelectionFlags {
  open?: boolean
  quiet?: boolean
}

/** `preview [session]`: what `share` would publish, in a local folder, opened in the browser. Nothing leaves the machine. */
export async function previewCommand(
  named: string | undefined,
  flags: PreviewFlags,
  terminal: Terminal,
): Promise<void> {
  const selection = selectionFrom(flags)
  const { redact } = settingsFrom({}, terminal, { isNew: false })
  const source = findSession(named, terminal)
  const folder = path.join(dataFolder(terminal), "preview")
  const status = statusLine(terminal, flags.quiet)
  try {
    status.show(`Drawing ${source.label}…`)
    const { url, found } = await preview(source, { folder, id: newShareId(), version, selection, redact })
    status.clear()
    say(terminal, flags.quiet, redactedLine(found))
    say(terminal, flags.quiet, "Nothing has left this machine. The next preview takes the place of this one.")
    terminal.stdout.write(`${url}\n`)
    if (flags.open ?? terminal.stdout.isTTY) await (await import("open")).default(url)
  } finally {
    status.clear()
  }
}
