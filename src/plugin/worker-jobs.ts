import { randomBytes } from "node:crypto"
import path from "node:path"
import { confirmDestination, settingsFromFlags } from "../commands/destination.ts"
import { parseLifetime } from "../commands/lifetime.ts"
import { storeCache } from "../commands/removal-report.ts"
import type { Terminal } from "../commands/terminal.ts"
import type { LoadedSettings } from "../config/load.ts"
import { dataFolder, systemEnvironment } from "../config/paths.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { ShareError } from "../errors.ts"
import { keyedMutex } from "../lib/concurrency.ts"
import { isEqualSecret } from "../lib/hash.ts"
import { assertCurrentAt } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { opencodeSession } from "../session/opencode-api.ts"
import { findShares } from "../share/find-share.ts"
import { type Ledger, openLedger } from "../share/ledger.ts"
import { listShares } from "../share/list.ts"
import { withForgetHint } from "../share/remove-many.ts"
import { readCache } from "../share/resume/read-cache.ts"
import { type ShareOptions, type ShareResult, share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { type Removal, unshare } from "../share/unshare.ts"
import { version } from "../version.ts"
import { changeEntry, pruneInBackground, removeFailedShare, removeIncomplete } from "./ledger-jobs.ts"
import { recover } from "./recover.ts"
import { isSessionJob, rollBackSessionJob, runSessionJob } from "./session-jobs.ts"
import type { WorkerJob } from "./worker-client.ts"
import { openCachedStore, openRememberedStore } from "./worker-stores.ts"

type JobOf<Name extends WorkerJob["job"]> = Extract<WorkerJob, { job: Name }>

/** Result of a `share` job; OpenCode sends `secret` back to remove the share. */
export interface SharedSession extends ShareResult {
  secret: string
}

const exclusive = keyedMutex()
const reads = readCache()

/** Runs a job of the plugin; jobs for the same session run one at a time. Rejects with a `ShareError`. */
export async function runJob(job: WorkerJob): Promise<object> {
  const terminal: Terminal = {
    ...systemEnvironment(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: job.folder,
  }
  const ledger = openLedger(path.join(dataFolder(terminal), "ledger"))
  if (isSessionJob(job)) return exclusive(job.session ?? "", () => runSessionJob(job, terminal, ledger))
  switch (job.job) {
    case "share":
      return exclusive(job.session, () => shareNew(job, terminal, ledger))
    case "update":
      return exclusive(await sessionOf(job.id, ledger), () => update(job, terminal, ledger))
    case "confirm":
      return exclusive(await sessionOf(job.id, ledger), () => confirm(job.id, ledger))
    case "unshare":
      return exclusive(await sessionOf(job.id, ledger), () => remove(job, terminal, ledger))
    case "recover":
      return recover({
        ledger,
        ask: apiClient(job.api),
        finish: (id) => update({ ...job, job: "update", id }, terminal, ledger),
        remove: (id) => removeIncomplete(id, ledger),
        exclusive,
      })
    case "open":
      await (await import("open")).default(job.url)
      return {}
    case "list": {
      const places = storeCache()
      return { shares: await listShares({ ledger, open: places.open }).finally(() => places.close()) }
    }
  }
}

/** Removes the share created by a job whose result could not be delivered because OpenCode has exited. */
export async function rollBack(job: WorkerJob, result: object): Promise<void> {
  const ledger = openLedger(path.join(dataFolder(systemEnvironment()), "ledger"))
  if (isSessionJob(job)) return rollBackSessionJob(job, result, ledger)
  if (job.job !== "share") return
  const { id } = result as SharedSession
  if ((await ledger.find(id))?.unconfirmed) await removeIncomplete(id, ledger)
}

async function shareNew(job: JobOf<"share">, terminal: Terminal, ledger: Ledger): Promise<SharedSession> {
  const { session, api } = job
  assertSharingAllowed(terminal)
  const settings = settingsFromFlags({}, terminal)
  await confirmDestination(settings, {}, terminal)
  const { destination } = settings
  const secret = randomBytes(24).toString("base64url")
  let result: ShareResult
  try {
    // OpenCode confirms later that it has stored the link.
    const newEntry = { secret, unconfirmed: true }
    result = await publish(session, api, terminal, { ledger, destination, newEntry, settings })
  } catch (error) {
    await removeFailedShare(session, ledger)
    throw error
  }
  pruneInBackground(destination, ledger)
  return { ...result, secret: await secretOf(result.id, secret, ledger) }
}

/** The secret of a share. One that was made by the command line has none yet and gets this one. */
function secretOf(id: string, fresh: string, ledger: Ledger): Promise<string> {
  return changeEntry(id, ledger, (entry) => (entry.secret === undefined ? { ...entry, secret: fresh } : entry)).then(
    (entry) => entry?.secret ?? fresh,
  )
}

async function update(
  { id, api, changedMessages }: JobOf<"update">,
  terminal: Terminal,
  ledger: Ledger,
): Promise<ShareResult> {
  // OpenCode sent the share's id, so it has stored the link.
  await confirm(id, ledger)
  const entry = await ledger.find(id)
  if (!entry) throw new ShareError("share-not-found", `Share ${id} is not recorded on this machine.`)
  return publish(entry.session, api, terminal, {
    ledger,
    destination: entry.destination,
    existing: id,
    settings: settingsFromFlags({}, terminal, { isNew: false }),
    ...(changedMessages && { changedMessages }),
  })
}

async function confirm(id: string, ledger: Ledger): Promise<object> {
  await changeEntry(id, ledger, (entry) => {
    const { unconfirmed, pid: _, ...confirmed } = entry
    return unconfirmed ? confirmed : entry
  })
  return {}
}

async function publish(
  session: string,
  api: string,
  terminal: Terminal,
  {
    settings,
    changedMessages,
    ...options
  }: Pick<ShareOptions, "ledger" | "destination" | "existing" | "newEntry"> & {
    settings: LoadedSettings
    changedMessages?: string[]
  },
): Promise<ShareResult> {
  // OpenCode 1 still shows its own, outdated copy of a session that was continued in OpenCode 2.
  assertCurrentAt(databasePath(terminal.env, terminal.home), session)
  const checkpoint = options.ledger.checkpointFolder({ session, destination: options.destination })
  const previous = changedMessages && (await reads.previousRead(checkpoint, changedMessages))
  const source = opencodeSession(session, apiClient(api), previous)
  const result = await share(source, {
    ...options,
    lifetime: parseLifetime(undefined, settings.expires),
    redact: settings.redact,
    store: await openCachedStore(options.destination),
    mayShare: ({ directory }) => assertSharingAllowed(terminal, directory || terminal.cwd),
    version,
    now: () => new Date(),
    newId: newShareId,
  })
  await reads.remember(checkpoint, source)
  return result
}

async function remove({ id, secret }: JobOf<"unshare">, terminal: Terminal, ledger: Ledger): Promise<object> {
  const entry = await ledger.find(id)
  if (entry?.secret !== undefined && secret !== undefined && !isEqualSecret(secret, entry.secret))
    throw new ShareError("bad-input", `Wrong secret for share ${id}.`)
  const settings = settingsFromFlags({}, terminal, { isNew: false })
  const agree = () => confirmDestination(settings, {}, terminal)
  const found = await findShares(
    { id },
    { ledger, destination: settings.destination, open: openRememberedStore, confirm: agree },
  )
  const results: Removal[] = []
  for (const each of found)
    results.push(
      await unshare(each, ledger).catch((error: unknown) => {
        throw error instanceof ShareError ? withForgetHint(error, each.id) : error
      }),
    )
  const note = results.map((result) => result.note).filter((text) => text !== undefined)
  return { proven: results.every(({ proven }) => proven), ...(note.length > 0 && { note: note.join(" ") }) }
}

const apiClient = (api: string) => (path: string) => fetch(`${api}/opencode${path}`)

/** Mutex key of a share: its session, or its own id if it is unknown. */
const sessionOf = async (id: string, ledger: Ledger): Promise<string> => (await ledger.find(id))?.session ?? id
