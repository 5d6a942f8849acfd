import { withTemporaryFiles } from "../lib/temporary-files.ts"
import type { RedactOptions } from "../redact/redact.ts"
import { site } from "../render/site/site.ts"
import { nextExpiry } from "../share/expiry.ts"
import { MANIFEST, type Manifest, prefixOf, readManifest, writeManifest } from "../share/manifest.ts"
import { prepare } from "../share/prepare.ts"
import { publish } from "../share/publish.ts"
import { emptyPrefix } from "../share/unshare.ts"
import type { ObjectEntry, ObjectStore } from "../store/object-store.ts"
import { distrust, fold, gather, hasNews, SERVER } from "./batches.ts"
import { recordOf } from "./items.ts"
import { takeLease } from "./lease.ts"
import { isGone, readOwner } from "./owner.ts"
import { pendingNotes } from "./pending.ts"

export interface PublishShareOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** How long shares live after their session was last changed, in milliseconds; for ever, unless given. */
  lifetime?: number | undefined
}

/**
 * Brings what readers see of a share up to what is kept of its session: gather → fold → redact → render → publish. Gives
 * `busy` while another instance is at it, and `gone` where there is no such share any more: nothing of it is left then.
 * May be cut short at any point, and called by any instance afterwards. Throws what the store throws.
 */
export async function publishShare(id: string, options: PublishShareOptions): Promise<"published" | "busy" | "gone"> {
  const { store } = options
  if (await isOver(store, id)) return "gone"
  const lease = await takeLease(store, id)
  if (!lease) return "busy"
  try {
    let isWhole = !lease.wasLeft
    for (;;) {
      const notes = await pendingNotes(store, id)
      const gathered = await gather(store, id)
      if (gathered.distrusted) isWhole = false
      await fold(store, id, gathered)
      const owner = await readOwner(store, id)
      const before = await readManifest(store, id)
      if (!owner || !before) return (await isOver(store, id)) ? "gone" : "busy"
      if (gathered.items.size > 0) {
        const manifest = await bring(recordOf(gathered.items, owner.session), before, isWhole, options)
        if (!(await lease.isMine())) {
          await distrust(store, id)
          return (await isOver(store, id)) ? "gone" : "busy"
        }
        await writeManifest(store, manifest)
        isWhole = true
      }
      if (await isOver(store, id)) return "gone"
      await store.delete(notes)
      if (!(await hasNews(store, id, gathered))) return "published"
    }
  } finally {
    await lease.release()
    // Whoever takes a share back notes that first and then deletes what is listed: what came after is for us to delete.
    await isOver(store, id)
  }
}

/** Whether a share was taken back; then nothing of it is left. */
export async function isOver(store: ObjectStore, id: string): Promise<boolean> {
  if (!(await isGone(store, id))) return false
  await emptyPrefix(store, id)
  await store.delete(await pendingNotes(store, id))
  return true
}

async function bring(
  record: ReturnType<typeof recordOf>,
  before: Manifest,
  isWhole: boolean,
  { store, version, now, redact, lifetime = Number.POSITIVE_INFINITY }: PublishShareOptions,
): Promise<Manifest> {
  // What gives a secret away may have come with another batch than the secret. This machine's user is nobody in it.
  const { session, leftOut } = await prepare(record, { redact: { ...redact, person: { user: "", home: "" } } })
  const { id } = before
  const prefix = prefixOf(id)
  const rule = { durationMs: lifetime, explicit: false }
  const { expires } = nextExpiry(before, rule, session.info.updated, now())
  const known = isWhole && before.state === "published" ? before.objects : {}
  const seen = Object.keys(before.objects)
  const { objects } = await withTemporaryFiles((temporary) => {
    const files = site(session, { id, version, leftOut, expires, temporary })
    return publish(files, { store, prefix, known, visiblePaths: seen, concurrency: 8 })
  })
  if (known !== before.objects || Object.keys(known).some((path) => !Object.hasOwn(objects, path)))
    await removeStale(store, prefix, objects)
  const { expires: _, ...timeless } = before
  const about = { title: session.info.title, updated: now().toISOString(), generator: version }
  return { ...timeless, ...about, state: "published", objects, ...(expires !== undefined && { expires }) }
}

async function removeStale(store: ObjectStore, prefix: string, objects: object): Promise<void> {
  const stale: ObjectEntry[] = []
  for await (const entry of store.list(prefix)) {
    const path = entry.key.slice(prefix.length)
    if (path !== MANIFEST && !path.startsWith(SERVER) && !Object.hasOwn(objects, path)) stale.push(entry)
  }
  await store.delete(stale)
}
