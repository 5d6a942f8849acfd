import path from "node:path"
import { pathToFileURL } from "node:url"
import { dataFolder } from "../config/paths.ts"
import { type ArchiveOptions, archive } from "../export/archive.ts"
import { indexPage } from "../export/index-page.ts"
import { type ArchivedSession, type Journal, openJournal } from "../export/journal.ts"
import { writeOutput } from "../export/write-output.ts"
import { databaseSource } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import type { SessionEntry } from "../session/list-sessions.ts"
import { ensureErasable } from "../share/ensure-erasable.ts"
import { readManifest } from "../share/manifest.ts"
import { share } from "../share/share.ts"
import { version } from "../version.ts"
import { type AllFlags, optionsHash, reportArchive, selectSessions } from "./all-sessions.ts"
import { confirmShareAll } from "./confirm-share.ts"
import { openLink } from "./open-link.ts"
import {
  confirmationOf,
  openShareRequest,
  type ShareFlags,
  type ShareRequest,
  shareOptionsOf,
} from "./share-request.ts"
import { statusLine, type Terminal } from "./terminal.ts"

/**
 * `share --all`: shares every session separately; prints the path of the index. The index stays on this machine,
 * because it contains every link.
 */
export async function shareAll(flags: ShareFlags & AllFlags, terminal: Terminal): Promise<void> {
  const request = await openShareRequest(flags, terminal)
  const { store, settings, selection, lifetime } = request
  const { destination, redact } = settings
  const folder = path.join(dataFolder(terminal), "archive", optionsHash(destination.to, destination.endpoint))
  const status = statusLine(terminal, flags.quiet)
  try {
    const sessions = selectSessions(flags, terminal)
    const acceptRetention = await agreeOnAll(sessions, request, flags, terminal)
    const journal = await openJournal(path.join(folder, "archive.jsonl"))
    const result = await archive({
      sessions,
      journal,
      optionsHash: optionsHash(selection, redact, lifetime, version),
      ...shareOneByOne(request, acceptRetention, terminal),
      onProgress: (done, session) => status.show(`${done} of ${sessions.length}: ${session}…`),
    })
    status.clear()
    const shared = await sharedSessions(journal, request)
    const index = path.join(folder, "index.html")
    await writeOutput(index, indexPage(shared, "Shared OpenCode sessions"), { force: true })
    if (!flags.json) terminal.stdout.write(`${index}\n`)
    const shares = shared.map(({ session, title, share: id, href: url }) => ({ session, title, id, url }))
    reportArchive(result, { done: "shared", leftOut: LEFT_OUT, about: { index, shares } }, flags, terminal)
    if (flags.open) await openLink(pathToFileURL(index).href, flags.quiet, terminal)
  } finally {
    status.clear()
    store.close()
  }
}

const LEFT_OUT =
  "Skipped sessions were unshared before, or must not be shared. To share one again, name it: share <session>."

/**
 * Asks once for all sessions, and verifies once that shares at the destination can be deleted: a problem with it affects
 * every session. Returns whether object lock retention was accepted.
 */
async function agreeOnAll(
  sessions: readonly SessionEntry[],
  request: ShareRequest,
  flags: ShareFlags,
  terminal: Terminal,
): Promise<boolean> {
  const { ledger, settings } = request
  const entries = await Promise.all(sessions.map(({ id }) => ledger.at(id, settings.destination)))
  const fresh = entries.filter((entry) => entry?.url === undefined).length
  let acceptRetention = flags.acceptRetention ?? false
  if (fresh === 0) return acceptRetention
  if (!request.isConfirmed) {
    const consent = await confirmShareAll({ ...confirmationOf(request, terminal), count: sessions.length, fresh })
    acceptRetention ||= consent.acceptRetention
  }
  await ensureErasable({ ...shareOptionsOf(request), acceptRetention })
  return acceptRetention
}

/** How `archive` shares a session, and finds out whether it is still shared. */
function shareOneByOne(
  request: ShareRequest,
  acceptRetention: boolean,
  { env, home }: Terminal,
): Pick<ArchiveOptions, "checkState" | "exportSession"> {
  const { store, ledger, settings } = request
  return {
    // An unshared session stays unshared until it is shared by name.
    async checkState({ session, share: id }) {
      const entry = await ledger.at(session, settings.destination)
      if (!entry) return "gone"
      return entry.state === "published" && entry.id === id ? "there" : "missing"
    },
    async exportSession(sessionID) {
      let about = { project: "", date: 0 }
      const { url, title, id } = await share(databaseSource({ sessionID }, { env, path: databasePath(env, home) }), {
        ...shareOptionsOf(request),
        acceptRetention: () => acceptRetention,
        mayShare({ session: { info }, directory }) {
          request.assertAllowedIn(directory)
          about = { project: info.directory, date: info.created ?? 0 }
        },
      })
      const objects = Object.values((await readManifest(store, id))?.objects ?? {})
      const size = objects.reduce((sum, object) => sum + object.size, 0)
      return { ...about, title, size, href: url, share: id }
    },
  }
}

/** The sessions of the journal that are still shared. */
async function sharedSessions(journal: Journal, { ledger, settings }: ShareRequest): Promise<ArchivedSession[]> {
  const shared = await Promise.all(
    [...journal.entries.values()].map(async (kept) =>
      (await ledger.at(kept.session, settings.destination)) ? [kept] : [],
    ),
  )
  return shared.flat()
}
