import { randomBytes } from "node:crypto"
import { type LoadedSettings, loadSettings } from "../config/load.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { assertTrusted } from "../config/trust.ts"
import { ShareError } from "../errors.ts"
import { assertCurrentAt } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { opencodeSession } from "../session/opencode-api.ts"
import { lifetimeFromSetting } from "../share/expiry.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import type { Ledger } from "../share/ledger.ts"
import { prune } from "../share/prune.ts"
import { readCache } from "../share/resume/read-cache.ts"
import { type ShareOptions, type ShareResult, share } from "../share/share.ts"
import { type JobContext, type JobOf, openRememberedStore, shareOptions } from "./job-context.ts"
import { removeRecorded } from "./removal-jobs.ts"

/** Result of a `share` job; OpenCode sends `secret` back to remove the share. */
export interface SharedSession extends ShareResult {
  secret: string
  /** No destination is set: the share is in a folder on this machine. */
  isDefault: boolean
}

const reads = readCache()

/** Requests OpenCode's API. */
export const apiClient = (api: string) => (path: string) => fetch(`${api}/opencode${path}`)

/** Shares a session for the first time. If that fails, removes what was stored: nobody has seen its link. */
export async function shareSession({ session, api }: JobOf<"share">, context: JobContext): Promise<SharedSession> {
  const { system, configuration, ledger } = context
  assertSharingAllowed(system, system.cwd, configuration)
  const settings = loadSettings({}, system, configuration)
  if (settings.ambiguity) throw settings.ambiguity
  await assertTrusted(settings, system)
  const { destination } = settings
  const secret = randomBytes(24).toString("base64url")
  // OpenCode confirms later that it has stored the link.
  const newEntry = { secret, unconfirmed: true }
  let result: ShareResult
  try {
    result = await publish({ session, api, destination, settings, newEntry }, context)
  } catch (error) {
    const partial = await ledger.at(session, destination)
    // If that fails, too, recovery retries it at the next start.
    if (partial?.pid === process.pid && partial.url === undefined)
      await removeRecorded(partial.id, ledger).catch(() => {})
    throw error
  }
  pruneQuietly(destination, ledger)
  return { ...result, secret: await secretOf(result.id, secret, ledger), isDefault: settings.isDefault }
}

/** Expired shares are pruned with each new share; failures are retried with the next one. */
export function pruneQuietly(only: LedgerEntry["destination"], ledger: Ledger): void {
  const patience = { timeoutMs: 0 }
  prune({ ledger, open: openRememberedStore, now: () => new Date(), only, patience }).catch(() => {})
}

/** Publishes the current state of a session that is shared. Throws `share-not-found` if it is not. */
export async function updateShare(
  { id, api, changedMessages }: Omit<JobOf<"update">, "job">,
  context: JobContext,
): Promise<ShareResult> {
  const { system, configuration, ledger } = context
  // OpenCode sent the share's id, so it has stored the link.
  await confirmShare(id, ledger)
  const entry = await ledger.find(id)
  if (!entry) throw new ShareError("share-not-found", `Share ${id} is not recorded on this machine.`)
  const { session, destination } = entry
  const settings = loadSettings({}, system, configuration)
  return publish({ session, api, destination, settings, existing: id, changedMessages }, context)
}

/** Records that OpenCode has stored the link of a share. */
export async function confirmShare(id: string, ledger: Ledger): Promise<void> {
  await changeEntry(id, ledger, (entry) => {
    const { unconfirmed, pid: _, ...confirmed } = entry
    return unconfirmed ? confirmed : entry
  })
}

/** The secret of a share. One that was made by the command line has none yet and gets this one. */
async function secretOf(id: string, fresh: string, ledger: Ledger): Promise<string> {
  const entry = await changeEntry(id, ledger, (entry) =>
    entry.secret === undefined ? { ...entry, secret: fresh } : entry,
  )
  return entry?.secret ?? fresh
}

/** Changes the entry of a share under its lock. Resolves to the entry; undefined if there is none. */
export async function changeEntry(
  id: string,
  ledger: Ledger,
  change: (entry: LedgerEntry) => LedgerEntry,
): Promise<LedgerEntry | undefined> {
  const found = await ledger.find(id)
  if (!found || change(found) === found) return found
  // Another process may have changed the entry meanwhile.
  return ledger.withLock(found, async () => {
    const entry = await ledger.find(id)
    const changed = entry && change(entry)
    if (changed && changed !== entry) await ledger.save(changed)
    return changed
  })
}

interface SessionToPublish extends Pick<ShareOptions, "destination" | "existing" | "newEntry"> {
  session: string
  /** Loopback URL of OpenCode's API. */
  api: string
  settings: LoadedSettings
  /** Ids of messages changed since this process published the session last; undefined if unknown. */
  changedMessages?: string[] | undefined
}

async function publish(
  { session, api, settings, changedMessages, ...options }: SessionToPublish,
  context: JobContext,
): Promise<ShareResult> {
  const { system, ledger } = context
  const { destination } = options
  // OpenCode 1 still shows its own, outdated copy of a session that was continued in OpenCode 2.
  assertCurrentAt(databasePath(system.env, system.home), session)
  const checkpoint = ledger.checkpointFolder({ session, destination })
  const previous = changedMessages && (await reads.previousRead(checkpoint, changedMessages))
  const source = opencodeSession(session, apiClient(api), previous)
  const result = await share(source, {
    ...options,
    ...(await shareOptions(destination, context)),
    lifetime: lifetimeFromSetting(settings.expires),
    redact: settings.redact,
  })
  await reads.remember(checkpoint, source)
  return result
}
