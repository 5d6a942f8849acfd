import { confirmDestination, describeDestination, settingsFromFlags } from "../commands/destination.ts"
import { parseLifetime } from "../commands/lifetime.ts"
import { describeAccess, summarizeContent } from "../commands/summarize-content.ts"
import type { Terminal } from "../commands/terminal.ts"
import type { LoadedSettings } from "../config/load.ts"
import { assertSharingAllowed, shareMode } from "../config/share-mode.ts"
import { ShareError } from "../errors.ts"
import { databaseSource } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { parseExport } from "../session/parse-export.ts"
import { sessionStates } from "../session/session-states.ts"
import type { SessionSource } from "../session/source.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import { probeStoreOnce } from "../share/ensure-erasable.ts"
import { findShares } from "../share/find-share.ts"
import type { Ledger, LedgerEntry } from "../share/ledger.ts"
import { readSession } from "../share/read-session.ts"
import { withForgetHint } from "../share/remove-many.ts"
import { type ShareOptions, type ShareResult, share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { type Removal, unshare } from "../share/unshare.ts"
import { type Destination, isLocal } from "../store/open-store.ts"
import { version } from "../version.ts"
import { changeEntry, pruneInBackground, removeFailedShare, removeIncomplete } from "./ledger-jobs.ts"
import type { SessionJob, WorkerJob } from "./worker-client.ts"
import { openCachedStore, openRememberedStore } from "./worker-stores.ts"

/** What the user is asked before the first share of a session. */
export interface Proposal {
  /** The session is shared already: nothing is asked. */
  isShared: boolean
  /** Whether to ask: not for a folder on this machine, nor with `"confirm": false`. */
  asks: boolean
  title: string
  contains: string
  redacted: string
  to: string
  visibleTo: string
}

export interface SharedByCommand extends ShareResult {
  /** Whether this was the session's first share there. */
  isNew: boolean
}

const NAMES: readonly string[] = [
  "propose-session",
  "share-session",
  "unshare-session",
  "update-session",
  "auto-share",
  "catch-up",
] satisfies SessionJob["job"][]

export const isSessionJob = (job: WorkerJob): job is SessionJob => NAMES.includes(job.job)

/** Runs a job that names a session. Rejects with a `ShareError`. */
export async function runSessionJob(job: SessionJob, terminal: Terminal, ledger: Ledger): Promise<object> {
  const path = databasePath(terminal.env, terminal.home)
  switch (job.job) {
    case "propose-session":
      return propose(sourceOf(job, path), terminal, ledger)
    case "share-session":
      return shareNew(job.session, sourceOf(job, path), terminal, ledger)
    case "unshare-session":
      return remove(job.session, terminal, ledger)
    case "update-session": {
      const root =
        job.record === undefined ? (sessionStates(path, [job.session])[0]?.rootID ?? job.session) : job.session
      return updateAll(root, sourceOf({ ...job, session: root }, path), terminal, ledger)
    }
    case "auto-share":
      return autoShare(job.session, path, terminal, ledger)
    case "catch-up":
      return catchUp(path, terminal, ledger)
  }
}

/** Removes the share of a job whose result could not be delivered, since OpenCode has exited: nobody has seen its link. */
export async function rollBackSessionJob(job: SessionJob, result: object, ledger: Ledger): Promise<void> {
  const { id, isNew } = result as SharedByCommand
  if (job.job === "share-session" && isNew) await removeIncomplete(id, ledger)
}

function sourceOf({ session, record }: { session: string; record?: string }, path: string): SessionSource {
  if (record === undefined) return databaseSource({ sessionID: session }, { path })
  const label = `session ${session}`
  return { label, read: async (use) => use(parseExport(Buffer.from(record), label)) }
}

async function newShareSettings(terminal: Terminal): Promise<LoadedSettings> {
  assertSharingAllowed(terminal)
  const settings = settingsFromFlags({}, terminal)
  await confirmDestination(settings, {}, terminal)
  return settings
}

async function propose(source: SessionSource, terminal: Terminal, ledger: Ledger): Promise<Proposal> {
  const { destination, redact, confirm } = await newShareSettings(terminal)
  const store = await openCachedStore(destination)
  return readSession(
    source,
    { destination, ledger, version, redact },
    async ({ session, earlier, found, directory }) => {
      assertSharingAllowed(terminal, directory || terminal.cwd)
      const isShared = earlier?.url !== undefined
      const asks = !isShared && confirm !== false && !isLocal(destination)
      const readable = asks ? await probeStoreOnce({ store, destination, ledger, newId: newShareId }) : undefined
      return {
        isShared,
        asks,
        title: session.info.title,
        contains: await summarizeContent(session),
        redacted: describeRedactions(found) ?? "nothing (no secrets found)",
        to: describeDestination(destination),
        visibleTo: describeAccess(readable?.public ?? null),
      }
    },
  )
}

async function shareNew(
  session: string,
  source: SessionSource,
  terminal: Terminal,
  ledger: Ledger,
): Promise<SharedByCommand> {
  const settings = await newShareSettings(terminal)
  const { destination } = settings
  const earlier = await ledger.at(session, destination)
  try {
    const result = await publish(source, settings, destination, { ledger, newEntry: { follows: true } }, terminal)
    // A share of the command line is followed from now on.
    await changeEntry(result.id, ledger, (entry) => (entry.follows ? entry : { ...entry, follows: true }))
    pruneInBackground(destination, ledger)
    return { ...result, isNew: earlier?.url === undefined }
  } catch (error) {
    if (earlier === undefined) await removeFailedShare(session, ledger)
    throw error
  }
}

async function publish(
  source: SessionSource,
  { expires, redact }: LoadedSettings,
  destination: Destination,
  options: Pick<ShareOptions, "ledger" | "existing" | "newEntry">,
  terminal: Terminal,
): Promise<ShareResult> {
  return share(source, {
    ...options,
    destination,
    lifetime: parseLifetime(undefined, expires),
    redact,
    store: await openCachedStore(destination),
    mayShare: ({ directory }) => assertSharingAllowed(terminal, directory || terminal.cwd),
    version,
    now: () => new Date(),
    newId: newShareId,
  })
}

/** Updates the shares of a session that follow it. Resolves to the results. */
async function updateAll(
  session: string,
  source: SessionSource,
  terminal: Terminal,
  ledger: Ledger,
): Promise<{ shares: ShareResult[] }> {
  const settings = settingsFromFlags({}, terminal, { isNew: false })
  const shares: ShareResult[] = []
  for (const { id, destination } of await followedShares(session, settings.destination, ledger))
    shares.push(await publish(source, settings, destination, { ledger, existing: id }, terminal))
  return { shares }
}

/** Sessions known not to be shared elsewhere: looked up once, since that reads the whole ledger. */
const notElsewhere = new Set<string>()

async function followedShares(session: string, destination: Destination, ledger: Ledger): Promise<LedgerEntry[]> {
  const here = await ledger.at(session, destination)
  if (here) return here.follows ? [here] : []
  if (notElsewhere.has(session)) return []
  const found = (await ledger.all()).filter((entry) => entry.session === session && entry.follows)
  if (found.length === 0) notElsewhere.add(session)
  return found
}

async function remove(session: string, terminal: Terminal, ledger: Ledger): Promise<object> {
  const settings = settingsFromFlags({}, terminal, { isNew: false })
  const confirm = () => confirmDestination(settings, {}, terminal)
  const found = await findShares(
    { session },
    { ledger, destination: settings.destination, open: openRememberedStore, confirm },
  )
  const removals: Removal[] = []
  for (const each of found)
    removals.push(
      await unshare(each, ledger).catch((error: unknown) => {
        throw error instanceof ShareError ? withForgetHint(error, each.id) : error
      }),
    )
  const notes = removals.flatMap(({ note }) => note ?? [])
  return { count: found.length, proven: removals.every(({ proven }) => proven), note: notes.join(" ") }
}

/**
 * With `"share": "auto"`, shares a conversation after its first finished turn. Later turns do not share it, so that one
 * that was unshared stays so.
 */
async function autoShare(session: string, path: string, terminal: Terminal, ledger: Ledger): Promise<object> {
  const state = sessionStates(path, [session])[0]
  if (state === undefined || state.rootID !== session || state.prompts !== 1) return {}
  if (shareMode(terminal, state.directory || terminal.cwd) !== "auto") return {}
  const { destination } = settingsFromFlags({}, terminal)
  if (await ledger.at(session, destination)) return {}
  return shareNew(session, sourceOf({ session }, path), terminal, ledger)
}

/** Updates the shares that follow a session which changed while nobody followed it. Resolves to all followed sessions. */
async function catchUp(path: string, terminal: Terminal, ledger: Ledger): Promise<{ followed: string[] }> {
  const followed = (await ledger.all()).filter(({ follows, url }) => follows && url !== undefined)
  const states = new Map(
    sessionStates(
      path,
      followed.map(({ session }) => session),
    ).map((state) => [state.id, state]),
  )
  const settings = settingsFromFlags({}, terminal, { isNew: false })
  for (const { id, session, destination, updated: last, state } of followed) {
    const active = states.get(session)?.active ?? 0
    if (state === "removing" || (state === "published" && active <= Date.parse(last))) continue
    // What fails is tried again with the session's next change.
    await publish(sourceOf({ session }, path), settings, destination, { ledger, existing: id }, terminal).catch(
      () => {},
    )
  }
  return { followed: followed.map(({ session }) => session) }
}
