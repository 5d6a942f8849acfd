import path from "node:path"
import { pathToFileURL } from "node:url"
import { dataFolder } from "../config/paths.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { archive } from "../export/archive.ts"
import { indexPage } from "../export/index-page.ts"
import { openJournal } from "../export/journal.ts"
import { writeOutput } from "../export/write-output.ts"
import { databaseSource } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { ensureErasable } from "../share/ensure-erasable.ts"
import { expiryTime } from "../share/expiry.ts"
import { openLedger } from "../share/ledger.ts"
import { readManifest } from "../share/manifest.ts"
import { share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { isLocal, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { type AllFlags, optionsHash, reportArchive, selectSessions } from "./all-sessions.ts"
import { confirmShareAll } from "./confirm-share.ts"
import { confirmDestination, describeDestination, settingsFromFlags } from "./destination.ts"
import { parseLifetime } from "./lifetime.ts"
import { parseSelection } from "./selection.ts"
import type { ShareFlags } from "./share.ts"
import { canAsk, statusLine, type Terminal } from "./terminal.ts"

/**
 * `share --all`: shares every session separately; prints the path of the index. The index stays on this machine,
 * because it contains every link.
 */
export async function shareAll(flags: ShareFlags & AllFlags, terminal: Terminal): Promise<void> {
  assertSharingAllowed(terminal)
  const settings = settingsFromFlags(flags, terminal)
  const { destination, redact } = settings
  const selection = parseSelection(flags)
  const lifetime = parseLifetime(flags.expires, settings.expires)
  await confirmDestination(settings, flags, terminal)
  const { env, home } = terminal
  const sessions = selectSessions(flags, terminal)
  const store = await openStore(destination)
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  const folder = path.join(dataFolder(terminal), "archive", optionsHash(destination.to, destination.endpoint))
  const status = statusLine(terminal, flags.quiet)
  try {
    const known = await Promise.all(sessions.map(({ id }) => ledger.at(id, destination)))
    const fresh = known.filter((entry) => entry?.url === undefined).length
    let acceptRetention = flags.acceptRetention ?? false
    if (fresh > 0 && !flags.yes && settings.confirm !== false && !isLocal(destination) && canAsk(terminal)) {
      const agreed = await confirmShareAll({
        count: sessions.length,
        fresh,
        store,
        destination,
        ledger,
        place: describeDestination(destination),
        terminal,
        lifetime,
        ends: expiryTime(lifetime, new Date()),
      })
      acceptRetention ||= agreed.acceptRetention
    }
    // Checked once: a problem with the destination affects every session.
    if (fresh > 0) await ensureErasable({ store, destination, ledger, newId: newShareId, lifetime, acceptRetention })
    const journal = await openJournal(path.join(folder, "archive.jsonl"))
    const result = await archive({
      sessions,
      journal,
      optionsHash: optionsHash(selection, redact, lifetime, version),
      // An unshared session stays unshared until it is shared by name.
      async checkState({ session, share: id }) {
        const entry = await ledger.at(session, destination)
        if (!entry) return "gone"
        return entry.state === "published" && entry.id === id ? "there" : "missing"
      },
      onProgress: (done, session) => status.show(`${done} of ${sessions.length}: ${session}…`),
      async exportSession(id) {
        let about = { project: "", date: 0 }
        const {
          url,
          title,
          id: shareId,
        } = await share(databaseSource({ sessionID: id }, { env, path: databasePath(env, home) }), {
          store,
          destination,
          ledger,
          selection,
          redact,
          lifetime,
          version,
          newId: newShareId,
          now: () => new Date(),
          acceptRetention: () => acceptRetention,
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
      [...journal.entries.values()].map(async (kept) =>
        (await ledger.at(kept.session, destination)) ? kept : undefined,
      ),
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
    if (!flags.json) terminal.stdout.write(`${index}\n`)
    const leftOut =
      "Skipped sessions were unshared before, or must not be shared. To share one again, name it: share <session>."
    const shares = entries.flatMap((kept) =>
      kept ? [{ session: kept.session, title: kept.title, id: kept.share, url: kept.href }] : [],
    )
    reportArchive(result, { done: "shared", leftOut, about: { index, shares } }, flags, terminal)
    if (flags.open) await (await import("open")).default(pathToFileURL(index).href)
  } finally {
    status.clear()
    store.close()
  }
}
