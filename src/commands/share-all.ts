import path from "node:path"
import { dataFolder } from "../config/folders.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { ShareError } from "../errors.ts"
import { archive } from "../export/archive.ts"
import { indexPage } from "../export/index-page.ts"
import { openJournal } from "../export/journal.ts"
import { writeOutput } from "../export/write-output.ts"
import { databaseSource } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { openLedger } from "../share/ledger.ts"
import { readManifest } from "../share/manifest.ts"
import { share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { isLocal, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { type AllFlags, allSessions, mannerOf, report } from "./all-sessions.ts"
import { agreeOnDestination, describe, settingsFrom } from "./destination.ts"
import { lifetimeFrom } from "./lifetime.ts"
import { selectionFrom } from "./selection.ts"
import type { ShareFlags } from "./share.ts"
import { canAsk, statusLine, type Terminal } from "./terminal.ts"

/**
 * `share --all`: every session, each a share of its own; prints where the index of them is, which stays on this machine:
 * whoever has it has every link.
 */
export async function shareAll(flags: ShareFlags & AllFlags, terminal: Terminal): Promise<void> {
  assertSharingAllowed(terminal)
  const settings = settingsFrom(flags, terminal)
  const { destination, redact } = settings
  const selection = selectionFrom(flags)
  if (selection.until !== undefined)
    throw new ShareError("bad-usage", "--until is about one session.", { hint: "Leave it out with --all." })
  const lifetime = lifetimeFrom(flags.expires, settings.expires)
  await agreeOnDestination(settings, flags, terminal)
  const { env, home } = terminal
  const sessions = allSessions(flags, terminal)
  if (!flags.yes && settings.confirm !== false && !isLocal(destination) && canAsk(terminal))
    await agree(sessions.length, describe(destination), terminal)

  const store = await openStore(destination)
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const folder = path.join(dataFolder(terminal), "archive", mannerOf(destination.to, destination.endpoint))
  const status = statusLine(terminal, flags.quiet)
  try {
    const journal = await openJournal(path.join(folder, "archive.jsonl"))
    const result = await archive({
      sessions,
      journal,
      manner: mannerOf(selection, redact, lifetime, version),
      // What somebody has unshared stays so, until that session is shared by name.
      async look({ session, share: id }) {
        const entry = await ledger.at(session, destination)
        if (!entry) return "gone"
        return entry.state === "published" && entry.id === id ? "there" : "missing"
      },
      onProgress: (done, session) => status.show(`${done} of ${sessions.length}: ${session}…`),
      async keep(id) {
        let about = { project: "", date: 0 }
        const {
          url,
          title,
          id: shareId,
        } = await share(databaseSource({ sessionID: id }, { env, path: databasePath(env, home) }), {
          ...{ store, destination, ledger, selection, redact, lifetime, version, newId: newShareId },
          now: () => new Date(),
          mayShare({ session: { info }, directory }) {
            assertSharingAllowed(terminal, directory || terminal.cwd)
            about = { project: info.directory, date: info.created ?? 0 }
          },
        })
        const objects = Object.values((await readManifest(store, shareId))?.objects ?? {})
        const size = objects.reduce((sum, object) => sum + object.size, 0)
        return { ...about, title, size, href: url, share: shareId }
      },
    })
    status.clear()
    const entries = await Promise.all(
      [...journal.kept.values()].map(async (kept) => ((await ledger.at(kept.session, destination)) ? kept : undefined)),
    )
    const index = path.join(folder, "index.html")
    await writeOutput(
      index,
      indexPage(
        entries.filter((kept) => kept !== undefined),
        "Shared OpenCode sessions",
      ),
      { force: true },
    )
    const { kept, unchanged, left, failed } = result
    terminal.stdout.write(
      flags.json
        ? `${JSON.stringify({ index, shared: kept, unchanged, left, failed: failed.length })}\n`
        : `${index}\n`,
    )
    report(result, "shared", flags.quiet, terminal)
  } finally {
    status.clear()
    store.close()
  }
}

async function agree(count: number, place: string, { stderr }: Terminal): Promise<void> {
  const { confirm } = await import("@clack/prompts")
  const message = `${count} sessions go to ${place}, each with a link of its own. Share all of them?`
  if ((await confirm({ message, initialValue: false, output: stderr })) !== true)
    throw new ShareError("bad-usage", "Nothing was shared.")
}
