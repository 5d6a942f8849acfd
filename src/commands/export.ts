import { statSync } from "node:fs"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { EXPORT_FORMATS, type ExportFormat, exportName, exportPieces } from "../export/export.ts"
import { exportFolder } from "../export/export-folder.ts"
import { assertFree, toBuffers, writeOutput } from "../export/write-output.ts"
import { resolveOutput } from "../lib/output-target.ts"
import { terminalText } from "../lib/terminal-text.ts"
import { prepare } from "../share/prepare.ts"
import { version } from "../version.ts"
import { settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { namedSession } from "./named-session.ts"
import { writeBytes } from "./output.ts"
import { parseSelection, type SelectionFlags } from "./selection.ts"
import { formatBytes, info, redactedLine, statusLine, type Terminal } from "./terminal.ts"

export interface ExportFlags extends SelectionFlags {
  format?: string
  /** A file, a folder, or `-` for stdout. */
  output?: string
  force?: boolean
  json?: boolean
  quiet?: boolean
}

/** `export [session]`: writes a session, redacted like a share, to a file, folder or stdout; prints the path. */
export async function exportCommand(named: string | undefined, flags: ExportFlags, terminal: Terminal): Promise<void> {
  const format = parseFormat(flags)
  if (flags.json && isStdout(flags.output, terminal.cwd))
    throw new ShareError("bad-usage", "--json cannot be used with --output -.", { hint: "Set --output to a file." })
  const selection = parseSelection(flags)
  const { redact } = settingsFromFlags({}, terminal, { isNew: false })
  const status = statusLine(terminal, flags.quiet)
  const source = namedSession(named, flags.quiet, terminal, status)
  try {
    status.show(`Reading ${source.label}…`)
    await source.read(async (record) => {
      const prepared = await prepare(record, { selection, redact })
      if (prepared.found.length > 0) {
        status.clear()
        info(terminal, flags.quiet, redactedLine(prepared.found))
      }
      if (isStdout(flags.output, terminal.cwd)) {
        if (format === "folder") throw noFolderThere()
        await writeBytes(terminal.stdout, toBuffers(exportPieces(prepared, format, version)))
        return
      }
      const place = outputPathFor(flags.output, format, exportName(prepared.session.info), terminal.cwd)
      status.show(`Writing ${place}…`)
      const { force } = flags
      if (format !== "folder" && !force) assertFree(place)
      const size =
        format === "folder"
          ? (await exportFolder(prepared, { folder: place, version, now: () => new Date(), force })).size
          : await writeOutput(place, exportPieces(prepared, format, version), { force })
      status.clear()
      info(terminal, flags.quiet, `${formatBytes(size)}, ${FORMAT_TEXTS[format]}.`)
      if (flags.json) writeJson(terminal, { path: place, format, bytes: size, found: prepared.found })
      else terminal.stdout.write(`${terminalText(place)}\n`)
    })
  } finally {
    status.clear()
  }
}

const FORMAT_TEXTS: Record<ExportFormat, string> = {
  html: "a single file that opens in any browser",
  folder: "a folder; open index.html",
  md: "Markdown",
  json: "for opencode import",
}

/** The format from `--format`, or the extension of `--output`, or `html`. Throws `bad-usage` for an unknown `--format`. */
export function parseFormat({ format, output = "" }: ExportFlags): ExportFormat {
  if (format === undefined) {
    const ending = path.extname(output).slice(1).toLowerCase()
    return ending === "md" || ending === "json" ? ending : "html"
  }
  const found = EXPORT_FORMATS.find((name) => name === format)
  if (found) return found
  throw new ShareError("bad-usage", `Unknown value "${format}" for --format.`, {
    hint: `Choose from: ${EXPORT_FORMATS.join(", ")}.`,
  })
}

/** Resolves the output path: `--output` itself, a file inside it if it is a folder, or a file in the current folder. */
function outputPathFor(output: string | undefined, format: ExportFormat, name: string, cwd: string): string {
  const file = format === "folder" ? name : `${name}.${format}`
  if (output === undefined) return path.join(cwd, file)
  const named = path.resolve(cwd, output)
  const isFolder = format !== "folder" && (/[/\\]$/.test(output) || isFolderAt(named))
  return isFolder ? path.join(named, file) : named
}

function isFolderAt(place: string): boolean {
  try {
    return statSync(place).isDirectory()
  } catch {
    // Missing or inaccessible: reported when it is written.
    return false
  }
}

/** Whether the output is `-` or another name of stdout, such as `/dev/stdout`. */
function isStdout(output: string | undefined, cwd: string): boolean {
  if (output === undefined || output === "-") return output === "-"
  try {
    const place = resolveOutput(path.resolve(cwd, output))
    return place.kind === "descriptor" && place.descriptor === 1
  } catch {
    // Reported when it is written.
    return false
  }
}

const noFolderThere = () =>
  new ShareError("bad-usage", "Cannot write a folder to stdout.", {
    hint: "Set --output to a folder, or choose another --format, such as html.",
  })
