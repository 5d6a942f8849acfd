import { existsSync } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { archive } from "../export/archive.ts"
import { exportPieces } from "../export/export.ts"
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
  const { redact } = settingsFromFlags({}, terminal, { isNew: false })
  const { env, home, cwd } = terminal
  const sessions = selectSessions(flags, terminal)
  const folder = await resolveOutputFolder(path.resolve(cwd, flags.output ?? "opencode-archive"))
  const journalFile = path.join(folder, JOURNAL_FILE)
  const there = await readdir(folder)
  if (!flags.force && !existsSync(journalFile) && there.length > 0) throw outputExists(folder)
  // Partial files of an interrupted run.
  for (const name of there.filter((name) => /^(?:ses_\w+|index)\.[a-z]+\.[0-9a-f]{12}\.part$/.test(name)))
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
          const name = nameOf(id)
          const href = format === "folder" ? `${name}/index.html` : `${name}.${format}`
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

/** File name for a session: its id, or a hash of it if it does not have OpenCode's form. */
const nameOf = (id: string) => (/^ses_[A-Za-z0-9]{1,64}$/.test(id) ? id : `ses_${sha256(id).slice(0, 26)}`)
