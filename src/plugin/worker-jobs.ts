import { randomBytes, timingSafeEqual } from "node:crypto"
import path from "node:path"
import { agreeOnDestination, settingsFrom } from "../commands/destination.ts"
import { lifetimeFrom } from "../commands/lifetime.ts"
import { openOnce } from "../commands/removed.ts"
import type { Terminal } from "../commands/terminal.ts"
import { dataFolder, theWorld } from "../config/folders.ts"
import type { LoadedSettings } from "../config/load.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { ShareError } from "../errors.ts"
import { assertCurrentAt } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { type OpencodeSession, opencodeSession, type PreviousRead } from "../session/opencode-api.ts"
import { readCheckpoint } from "../share/checkpoint.ts"
import { findShares } from "../share/find-share.ts"
import { type Ledger, openLedger } from "../share/ledger.ts"
import { listShares } from "../share/list.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import { prune } from "../share/prune.ts"
import { withForgetHint } from "../share/remove-many.ts"
import { type ShareOptions, type ShareResult, share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { type Removal, unshare } from "../share/unshare.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { inTurn } from "./in-turn.ts"
import { tidy } from "./tidy.ts"
import type { Job } from "./worker-client.ts"

type Asked<Name extends Job["job"]> = Extract<Job, { job: Name }>

/** What a share comes to; `secret` is what OpenCode shows to have it removed. */
export interface Shared extends ShareResult {
  secret: string
}

const oneAtATime = inTurn()

/** Does what the plugin asks for, for one session one thing at a time. Rejects with a `ShareError` that says why not. */
export async function doJob(job: Job): Promise<object> {
  const world: Terminal = {
    ...theWorld(),
    ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, cwd: job.folder },
  }
  const ledger = openLedger(path.join(dataFolder(world), "ledger"))
  switch (job.job) {
    case "share":
      return oneAtATime(job.session, () => shareNew(job, world, ledger))
    case "update":
      return oneAtATime(await sessionOf(job.id, ledger), () => update(job, world, ledger))
    case "confirm":
      return oneAtATime(await sessionOf(job.id, ledger), () => confirm(job.id, ledger))
    case "unshare":
      return oneAtATime(await sessionOf(job.id, ledger), () => remove(job, world, ledger))
    case "tidy":
      return tidy({
        ledger,
        ask: asking(job.api),
        finish: (id) => update({ ...job, job: "update", id }, world, ledger),
        remove: (id) => removeHalf(id, ledger),
        oneAtATime,
      })
    case "open":
      await (await import("open")).default(job.url)
      return {}
    case "list": {
      const places = openOnce()
      return { shares: await listShares({ ledger, open: places.open }).finally(() => places.close()) }
    }
  }
}

/** Removes what a job has made, if it has made something: OpenCode has ended before it was told of it. */
export async function takeBack(job: Job, result: object): Promise<void> {
  if (job.job !== "share") return
  const ledger = openLedger(path.join(dataFolder(theWorld()), "ledger"))
  const { id } = result as Shared
  if ((await ledger.find(id))?.unconfirmed) await removeHalf(id, ledger)
}

async function shareNew(job: Asked<"share">, world: Terminal, ledger: Ledger): Promise<Shared> {
  const { session, api } = job
  assertSharingAllowed(world)
  const settings = settingsFrom({}, world)
  await agreeOnDestination(settings, {}, world)
  const { destination } = settings
  const secret = randomBytes(24).toString("base64url")
  let result: ShareResult
  try {
    result = await publish(session, api, world, {
      ledger,
      destination,
      secret,
      settings,
    })
  } catch (error) {
    // Nobody has seen its link: nothing of it stays. Where that fails, too, the ledger remembers it for the next start.
    const half = (await ledger.all()).find(
      (entry) => entry.session === session && entry.pid === process.pid && entry.url === undefined,
    )
    if (half) await removeHalf(half.id, ledger).catch(() => {})
    throw error
  }
  // What is past its time goes with the next share; what fails of that, with the one after.
  prune({ ledger, open: rememberedStore, now: () => new Date(), only: destination, patience: { timeoutMs: 0 } }).catch(
    () => {},
  )
  const entry = await ledger.find(result.id)
  return { ...result, secret: entry?.secret ?? secret }
}

async function update({ id, api, touched }: Asked<"update">, world: Terminal, ledger: Ledger): Promise<ShareResult> {
  // OpenCode asks for it by its id, so it has noted it.
  await confirm(id, ledger)
  const entry = await ledger.find(id)
  if (!entry) throw new ShareError("share-not-found", `This machine knows of no share ${id}.`)
  return publish(entry.session, api, world, {
    ledger,
    destination: entry.destination,
    existing: id,
    settings: settingsFrom({}, world, { isNew: false }),
    ...(touched && { touched }),
  })
}

async function confirm(id: string, ledger: Ledger): Promise<object> {
  const found = await ledger.find(id)
  if (!found?.unconfirmed) return {}
  // Another process may be at it meanwhile.
  await ledger.withLock(found, async () => {
    const entry = await ledger.find(id)
    if (!entry?.unconfirmed) return
    const { unconfirmed: _, pid: _pid, ...confirmed } = entry
    await ledger.save(confirmed)
  })
  return {}
}

async function publish(
  session: string,
  api: string,
  world: Terminal,
  {
    settings,
    touched,
    ...options
  }: Pick<ShareOptions, "ledger" | "destination" | "existing" | "secret"> & {
    settings: LoadedSettings
    touched?: string[]
  },
): Promise<ShareResult> {
  // OpenCode 1 goes on to show its own copy of a session that OpenCode 2 has taken over.
  assertCurrentAt(databasePath(world.env, world.home), session)
  const kept = options.ledger.checkpointFolder({ session, destination: options.destination })
  const source = opencodeSession(session, asking(api), touched && (await readBefore(kept, touched)))
  const result = await share(source, {
    ...options,
    lifetime: lifetimeFrom(undefined, settings.expires),
    redact: settings.redact,
    store: await storeOf(options.destination),
    mayShare: ({ directory }) => assertSharingAllowed(world, directory || world.cwd),
    version,
    now: () => new Date(),
    newId: newShareId,
  })
  await remember(kept, source)
  return result
}

/** Of sessions that this process has read, by where their checkpoints are: which one, and the messages that it needs. */
const read = new Map<string, { hash: string; telling: Map<number, unknown> }>()
/** With more that tell something, a session is read whole again. */
const TELLING = 200

async function remember(folder: string, source: OpencodeSession): Promise<void> {
  const checkpoint = await readCheckpoint(folder)
  if (!checkpoint || checkpoint.telling.length > TELLING) read.delete(folder)
  else read.set(folder, { hash: checkpoint.hash, telling: source.at(checkpoint.telling) })
}

/** What need not be read again of a session; nothing unless this process has read it, and its checkpoint is the one that came of that. */
async function readBefore(folder: string, touched: readonly string[]): Promise<PreviousRead | undefined> {
  const known = read.get(folder)
  const checkpoint = known && (await readCheckpoint(folder))
  if (!checkpoint || checkpoint.hash !== known.hash) return undefined
  const { messages, hash, last } = checkpoint
  return { begins: { messages, hash }, last, kept: known.telling, touched }
}

async function remove({ id, secret }: Asked<"unshare">, world: Terminal, ledger: Ledger): Promise<object> {
  const entry = await ledger.find(id)
  if (entry?.secret !== undefined && secret !== undefined && !isSame(secret, entry.secret))
    throw new ShareError("bad-input", `The secret for share ${id} is not the one that was given when it was shared.`)
  const settings = settingsFrom({}, world, { isNew: false })
  const agree = () => agreeOnDestination(settings, {}, world)
  const found = await findShares(
    { id },
    { ledger, destination: settings.destination, open: rememberedStore, confirm: agree },
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

/** Removes a share that has a place in the ledger. */
async function removeHalf(id: string, ledger: Ledger): Promise<void> {
  const entry = await ledger.find(id)
  if (!entry) return
  const store = await rememberedStore(entry.destination)
  const url = entry.url ?? store.url(prefixOf(id) + INDEX)
  await unshare({ id, url, store, entry }, ledger)
}

const asking = (api: string) => (path: string) => fetch(`${api}/opencode${path}`)

/** The session of a share, or for one that is not known its id: what has to be done for it takes turns. */
const sessionOf = async (id: string, ledger: Ledger): Promise<string> => (await ledger.find(id))?.session ?? id

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

const stores = new Map<string, Promise<ObjectStore>>()

/** A store stays open as long as the process: its connections and credentials are at hand for the next update. */
function storeOf(destination: Destination): Promise<ObjectStore> {
  const name = JSON.stringify(destination)
  const store = stores.get(name) ?? openStore(destination)
  stores.set(name, store)
  store.catch(() => stores.delete(name))
  return store
}

/** The same to find, or take back, what is shared there: also where settings would be refused by now. */
const rememberedStore = (destination: Destination) =>
  storeOf(destination).catch(() => openStore(destination, { fromLedger: true }))
