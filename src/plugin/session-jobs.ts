import { type LoadedSettings, loadSettings } from "../config/load.ts"
import { assertSharingAllowed, shareMode } from "../config/share-mode.ts"
import { assertTrusted } from "../config/trust.ts"
import { databaseSource } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { parseExport } from "../session/parse-export.ts"
import { sessionStates } from "../session/session-states.ts"
import type { SessionSource } from "../session/source.ts"
import { describeRedactions, placeholdersLine } from "../share/describe-redactions.ts"
import { probeStoreOnce } from "../share/ensure-erasable.ts"
import { lifetimeFromSetting } from "../share/expiry.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import type { Ledger } from "../share/ledger.ts"
import { readSession } from "../share/read-session.ts"
import { type ShareOptions, type ShareResult, share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { describeAccess, summarizeContent } from "../share/summarize-content.ts"
import { describeDestination } from "../store/describe-destination.ts"
import { type Destination, isLocal } from "../store/open-store.ts"
import { version } from "../version.ts"
import { type JobContext, openCachedStore, shareOptions } from "./job-context.ts"
import { removeRecorded, removeShares } from "./removal-jobs.ts"
import { changeEntry, pruneQuietly } from "./share-jobs.ts"
import type { SessionJob, WorkerJob } from "./worker-client.ts"

/** Question before the first share of a session. */
export interface Proposal {
  /** The session is shared already: nothing is asked. */
  isShared: boolean
  /** Whether to ask: not for a folder on this machine, nor with `"confirm": false`. */
  asks: boolean
  title: string
  contains: string
  redacted: string
  /** Values that look like placeholders and stay; absent if there are none. */
  placeholders?: string | undefined
  to: string
  visibleTo: string
}

export interface SharedByCommand extends ShareResult {
  /** Whether this was the session's first share there. */
  isNew: boolean
  /** No destination is set: the share is in a folder on this machine. */
  isDefault: boolean
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
export async function runSessionJob(job: SessionJob, context: JobContext): Promise<object> {
  const path = databasePath(context.system.env, context.system.home)
  switch (job.job) {
    case "propose-session":
      return propose(sourceOf(job, path), context)
    case "share-session":
      return shareNew(job.session, sourceOf(job, path), context)
    case "unshare-session":
      return removeShares({ session: job.session }, context)
    case "update-session": {
      const root =
        job.record === undefined ? (sessionStates(path, [job.session])[0]?.rootID ?? job.session) : job.session
      return updateAll(root, sourceOf({ ...job, session: root }, path), context)
    }
    case "auto-share":
      return autoShare(job.session, path, context)
    case "catch-up":
      return catchUp(path, context)
  }
}

/** Removes the share of a job whose result could not be delivered, since OpenCode has exited: nobody has seen its link. */
export async function rollBackSessionJob(job: SessionJob, result: object, ledger: Ledger): Promise<void> {
  const { id, isNew } = result as SharedByCommand
  if (job.job === "share-session" && isNew) await removeRecorded(id, ledger)
}

function sourceOf({ session, record }: { session: string; record?: string }, path: string): SessionSource {
  if (record === undefined) return databaseSource({ sessionID: session }, { path })
  const label = `session ${session}`
  return { label, read: async (use) => use(parseExport(Buffer.from(record), label)) }
}

async function newShareSettings({ system, configuration }: JobContext): Promise<LoadedSettings> {
  assertSharingAllowed(system, system.cwd, configuration)
  const settings = loadSettings({}, system, configuration)
  if (settings.ambiguity) throw settings.ambiguity
  await assertTrusted(settings, system)
  return settings
}

async function propose(source: SessionSource, context: JobContext): Promise<Proposal> {
  const { system, configuration, ledger } = context
  const { destination, redact, confirm } = await newShareSettings(context)
  const store = await openCachedStore(destination)
  return readSession(
    source,
    { destination, ledger, version, redact },
    async ({ session, earlier, found, placeholders, directory }) => {
      assertSharingAllowed(system, directory || system.cwd, configuration)
      const isShared = earlier?.url !== undefined
      const asks = !isShared && confirm !== false && !isLocal(destination)
      const readable = asks ? await probeStoreOnce({ store, destination, ledger, newId: newShareId }) : undefined
      return {
        isShared,
        asks,
        title: session.info.title,
        contains: await summarizeContent(session),
        redacted: describeRedactions(found) ?? "nothing (no secrets found)",
        placeholders: placeholdersLine(placeholders),
        to: describeDestination(destination),
        visibleTo: describeAccess(readable?.public ?? null),
      }
    },
  )
}

async function shareNew(session: string, source: SessionSource, context: JobContext): Promise<SharedByCommand> {
  const { ledger } = context
  const settings = await newShareSettings(context)
  const { destination } = settings
  const earlier = await ledger.at(session, destination)
  try {
    const result = await publish(source, settings, { destination, newEntry: { follows: true } }, context)
    // A share of the command line is followed from now on.
    await changeEntry(result.id, ledger, (entry) => (entry.follows ? entry : { ...entry, follows: true }))
    pruneQuietly(destination, ledger)
    return { ...result, isNew: earlier?.url === undefined, isDefault: settings.isDefault }
  } catch (error) {
    const partial = earlier === undefined ? await ledger.at(session, destination) : undefined
    // Nobody has seen the link of a first attempt.
    if (partial?.url === undefined && partial?.pid === process.pid)
      await removeRecorded(partial.id, ledger).catch(() => {})
    throw error
  }
}

async function publish(
  source: SessionSource,
  { expires, redact }: LoadedSettings,
  options: Pick<ShareOptions, "destination" | "existing" | "newEntry">,
  context: JobContext,
): Promise<ShareResult> {
  return share(source, {
    ...options,
    ...(await shareOptions(options.destination, context)),
    lifetime: lifetimeFromSetting(expires),
    redact,
  })
}

/** Updates the shares of a session that follow it. Resolves to the results. */
async function updateAll(
  session: string,
  source: SessionSource,
  context: JobContext,
): Promise<{ shares: ShareResult[] }> {
  const settings = loadSettings({}, context.system, context.configuration)
  const shares: ShareResult[] = []
  for (const { id, destination } of await followedShares(session, settings.destination, context.ledger))
    shares.push(await publish(source, settings, { destination, existing: id }, context))
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

/**
 * With `"share": "auto"`, shares a conversation after its first finished turn. Later turns do not share it, so that one
 * that was unshared stays so.
 */
async function autoShare(session: string, path: string, context: JobContext): Promise<object> {
  const { system, configuration, ledger } = context
  const state = sessionStates(path, [session])[0]
  if (state === undefined || state.rootID !== session || state.prompts !== 1) return {}
  if (shareMode(system, state.directory || system.cwd, configuration) !== "auto") return {}
  const { destination } = loadSettings({}, system, configuration)
  if (await ledger.at(session, destination)) return {}
  return shareNew(session, sourceOf({ session }, path), context)
}

/** Updates the shares that follow a session which changed while nobody followed it. Resolves to all followed sessions. */
async function catchUp(path: string, context: JobContext): Promise<{ followed: string[] }> {
  const followed = (await context.ledger.all()).filter(({ follows, url }) => follows && url !== undefined)
  const states = new Map(
    sessionStates(
      path,
      followed.map(({ session }) => session),
    ).map((state) => [state.id, state]),
  )
  const settings = loadSettings({}, context.system, context.configuration)
  for (const { id, session, destination, updated: last, state } of followed) {
    const active = states.get(session)?.active ?? 0
    if (state === "removing" || (state === "published" && active <= Date.parse(last))) continue
    // A failed job is tried again with the session's next change.
    await publish(sourceOf({ session }, path), settings, { destination, existing: id }, context).catch(() => {})
  }
  return { followed: followed.map(({ session }) => session) }
}
