import path from "node:path"
import { dataFolder } from "../config/paths.ts"
import { preview } from "../share/preview.ts"
import { newShareId } from "../share/share-id.ts"
import { version } from "../version.ts"
import { settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { namedSession } from "./named-session.ts"
import { parseSelection, type SelectionFlags } from "./selection.ts"
import { info, redactedLine, statusLine, type Terminal } from "./terminal.ts"

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
  const { redact } = settingsFromFlags({}, terminal, { isNew: false })
  const folder = path.join(dataFolder(terminal), "preview")
  const status = statusLine(terminal, flags.quiet)
  const source = namedSession(named, flags.quiet, terminal, status)
  try {
    status.show(`Rendering ${source.label}…`)
    const { url, found } = await preview(source, { folder, id: newShareId(), version, selection, redact })
    status.clear()
    info(terminal, flags.quiet, redactedLine(found))
    info(terminal, flags.quiet, "Nothing was uploaded. The next preview replaces this one.")
    if (flags.json) writeJson(terminal, { url, found })
    else terminal.stdout.write(`${url}\n`)
    if (flags.open ?? (terminal.stdout.isTTY && !flags.json)) await (await import("open")).default(url)
  } finally {
    status.clear()
  }
}
