import path from "node:path"
import { dataFolder } from "../config/paths.ts"
import { preview } from "../share/preview.ts"
import { newShareId } from "../share/share-id.ts"
import { version } from "../version.ts"
import { settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { namedSession } from "./named-session.ts"
import { openLink } from "./open-link.ts"
import { redactionReport } from "./redaction-report.ts"
import { parseSelection, type SelectionFlags } from "./selection.ts"
import { info, statusLine, type Terminal } from "./terminal.ts"

export interface PreviewFlags extends SelectionFlags {
  open?: boolean
  json?: boolean
  quiet?: boolean
}

/** `preview [session]`: renders what `share` would publish into a local folder and opens it. Uploads nothing. */
export async function previewCommand(
  named: string | undefined,
  flags: PreviewFlags,
  terminal: Terminal,
): Promise<void> {
  const selection = parseSelection(flags)
  const { redact: settings } = settingsFromFlags({ redact: flags.redact }, terminal, { isNew: false })
  const folder = path.join(dataFolder(terminal), "preview")
  const status = statusLine(terminal, flags.quiet)
  const source = namedSession(named, flags.quiet, terminal, status)
  try {
    status.show(`Rendering ${source.label}…`)
    // A preview shows what would be refused.
    const redact = { ...settings, refuse: false }
    const prepared = await preview(source, { folder, id: newShareId(), version, selection, redact })
    status.clear()
    for (const line of redactionReport(prepared)) info(terminal, flags.quiet, line)
    info(terminal, flags.quiet, "Nothing was uploaded. The next preview replaces this one.")
    const { url, found } = prepared
    if (flags.json) writeJson(terminal, { url, found })
    else terminal.stdout.write(`${url}\n`)
    if (flags.open ?? (terminal.stdout.isTTY && !flags.json)) await openLink(url, flags.quiet, terminal)
  } finally {
    status.clear()
  }
}
