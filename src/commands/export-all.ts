import { existsSync } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { archive } from "../export/archive.ts"
import { exportName, exportPieces } from "../export/export.ts"
import { exportFolder, resolveOutputFolder } from "../export/export-folder.ts"
import { indexPage } from "../export/index-page.ts"
import { openJournal } from "../export/journal.ts"
import { outputExists, writeOutput } from "../export/write-output.ts"
import { sha256 } from "../lib/hash.ts"
import { terminalText } from "../lib/terminal-text.ts"
import { databaseSource } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { prepare } from "../share/prepare.ts"
import { version } from "../version.ts"
import { type AllFlags, optionsHash, reportArchive, selectSessions } from "./all-sessions.ts"
import { settingsFromFlags } from "./destination.ts"
import { type ExportFlags, parseFormat } from "./export.ts"
import { parseSelection } from "./selection.ts"
import { statusLine, type Terminal } from "./terminal.ts"

const JOURNAL_FILE = "archive.jsonl"

/** `export --all`: exports every session into one folder with an index; skips unchanged sessions. */
export async function exportAll(flags: ExportFlags & AllFlags, terminal: Terminal): Promise<void> {
  const format = parseFormat(flags)
  if (flags.output === "-")
    throw new ShareError("bad-usage", "Cannot write several sessions to stdout.", { hint: "Set --output to a folder." })
  const selection = parseSelection(flags)
  const { redact } = settingsFromFlags({ redact: flags.redact }, terminal, { isNew: false })
  const { env, home, cwd } = terminal
  const sessions = selectSessions(flags, terminal)
  const folder = await resolveOutputFolder(path.resolve(cwd, flags.output ?? "opencode-archive"))
  const journalFile = path.join(folder, JOURNAL_FILE)
  const there = await readdir(folder)
  if (!flags.force && !existsSync(journalFile) && there.length > 0) throw outputExists(folder)
  // Partial files of an interrupted run.
  for (const name of there.filter((name) => /^(?:[a-z0-9-]*ses_\w+|index)\.[a-z]+\.[0-9a-f]{12}\.part$/.test(name)))
    await rm(path.join(folder, name), { force: true })
  const journal = await openJournal(journalFile)
  const status = statusLine(terminal, flags.quiet)
  try {
    const result = await archive({
      sessions,
      journal,
      optionsHash: optionsHash(format, selection, redact, version),
      checkState: async ({ href }) => (existsSync(path.join(folder, href)) ? "there" : "missing"),
      onProgress: (done, session) => status.show(`${done} of ${sessions.length}: ${session}…`),
      exportSession: async (id) =>
        databaseSource({ sessionID: id }, { env, path: databasePath(env, home) }).read(async (record) => {
          const prepared = await prepare(record, { selection, redact })
          const { title, directory, created } = prepared.session.info
          const name = nameOf(id, title)
          const ending = format === "folder" ? "/index.html" : `.${format}`
          const href = `${name}${ending}`
          const size =
            format === "folder"
              ? (
                  await exportFolder(prepared, {
                    folder: path.join(folder, name),
                    version,
                    now: () => new Date(),
                    force: true,
                  })
                ).size
              : await writeOutput(path.join(folder, href), exportPieces(prepared, format, version), { force: true })
          await removeRenamed(journal.entries.get(id)?.href, href, ending, folder)
          return { title, project: directory, date: created ?? 0, size, href }
        }),
    })
    status.clear()
    const index = path.join(folder, "index.html")
    await writeOutput(index, indexPage(journal.entries.values(), "OpenCode sessions"), { force: true })
    if (!flags.json) terminal.stdout.write(`${terminalText(index)}\n`)
    reportArchive(result, { done: "exported", about: { index, format } }, flags, terminal)
  } finally {
    status.clear()
  }
}

/** File name for a session: `fix-add-ses_…`, with a hash of the id if that does not have OpenCode's form. */
function nameOf(id: string, title: string): string {
  const unique = /^ses_[A-Za-z0-9]{1,64}$/.test(id) ? id : `ses_${sha256(id).slice(0, 26)}`
  return `${exportName({ title, id: "" })}-${unique}`
}

/** Deletes what an earlier run wrote for a session that had another title then. */
async function removeRenamed(before: string | undefined, now: string, ending: string, folder: string): Promise<void> {
  if (before === undefined || before === now || !before.endsWith(ending)) return
  const name = before.slice(0, -ending.length)
  // The journal may have been changed: only names that this command gives.
  if (!/^[a-z0-9-]*ses_[A-Za-z0-9]{1,64}$/.test(name)) return
  await rm(path.join(folder, ending.startsWith("/") ? name : before), { recursive: true, force: true })
}
