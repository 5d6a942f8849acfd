import { randomBytes, timingSafeEqual } from "node:crypto"
import path from "node:path"
import { agreeOnDestination, settingsFrom } from "../commands/destination.ts"
import type { Terminal } from "../commands/terminal.ts"
import { dataFolder, theWorld } from "../config/folders.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { ShareError } from "../errors.ts"
import { opencodeSession } from "../session/opencode-api.ts"
import { findShares } from "../share/find-share.ts"
import { type Ledger, type LedgerEntry, openLedger } from "../share/ledger.ts"
import { listShares } from "../share/list.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import { type ShareOptions, type ShareResult, share } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { unshare } from "../share/unshare.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import type { Job } from "./publisher.ts"

/** Does what the plugin asks for. Rejects with a `ShareError` that says why it could not be done. */
export async function doJob(job: Job): Promise<object> {
  const terminal: Terminal = {
    ...theWorld(),
    ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  }
  const world = { ...terminal, cwd: job.folder }
  const ledger = openLedger(path.join(dataFolder(world), "ledger"))
  switch (job.job) {
    case "share":
      return shareNew(job, world, ledger)
    case "update":
      return update(job, world, ledger)
    case "unshare":
      return remove(job, world, ledger)
    case "tidy":
      return tidy(ledger)
    case "open":
      await (await import("open")).default(job.url)
      return {}
    case "list":
      return { shares: await listShares({ ledger, open: openStore }) }
  }
}

async function shareNew({ session, api }: Extract<Job, { job: "share" }>, world: Terminal, ledger: Ledger) {
  assertSharingAllowed(world)
  const settings = settingsFrom({}, world)
  await agreeOnDestination(settings, {}, world)
  const result = await publish(session, api, world, { ledger, destination: settings.destination })
  const entry = await entryOf(result.id, ledger)
  const secret = entry?.secret ?? randomBytes(24).toString("base64url")
  if (entry && !entry.secret) await ledger.save({ ...entry, secret })
  return { ...result, secret }
}

async function update({ id, api }: Extract<Job, { job: "update" }>, world: Terminal, ledger: Ledger) {
  const entry = await entryOf(id, ledger)
  if (!entry) throw new ShareError("share-not-found", `This machine knows of no share ${id}.`)
  return publish(entry.session, api, world, { ledger, destination: entry.destination, existing: id })
}

async function publish(
  session: string,
  api: string,
  world: Terminal,
  options: Pick<ShareOptions, "ledger" | "destination" | "existing">,
): Promise<ShareResult> {
  const source = opencodeSession(session, (path) => fetch(`${api}/opencode${path}`))
  return share(source, {
    ...options,
    store: await storeOf(options.destination),
    mayShare: ({ directory }) => assertSharingAllowed(world, directory || world.cwd),
    version,
    now: () => new Date(),
    newId: newShareId,
  })
}

async function remove({ id, secret }: Extract<Job, { job: "unshare" }>, world: Terminal, ledger: Ledger) {
  const entry = await entryOf(id, ledger)
  if (entry?.secret !== undefined && secret !== undefined && !isSame(secret, entry.secret))
    throw new ShareError("bad-input", `The secret for share ${id} is not the one that was given when it was shared.`)
  const settings = settingsFrom({}, world)
  const agree = () => agreeOnDestination(settings, {}, world)
  const found = await findShares({ id }, { ledger, destination: settings.destination, open: storeOf, agree })
  for (const each of found) await unshare(each, ledger)
  return {}
}

/**
 * Ends what processes that are gone have left half done: a removal is finished, and a share whose link nobody has seen is
 * removed. One with a link is left to its next update: until then its older version is whole.
 */
async function tidy(ledger: Ledger): Promise<object> {
  for (const entry of await ledger.all()) {
    if (entry.state === "published" || isAlive(entry.pid)) continue
    if (entry.state === "publishing" && entry.url !== undefined) continue
    const store = await storeOf(entry.destination)
    const url = entry.url ?? store.url(prefixOf(entry.id) + INDEX)
    await unshare({ id: entry.id, url, store, entry }, ledger)
  }
  return {}
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return pid !== undefined
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

const entryOf = async (id: string, ledger: Ledger): Promise<LedgerEntry | undefined> =>
  (await ledger.all()).find((entry) => entry.id === id)

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
  return store
}
