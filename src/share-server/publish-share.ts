import { withTemporaryFiles } from "../lib/temporary-files.ts"
import type { RedactOptions } from "../redact/redact.ts"
import { site } from "../render/site/site.ts"
import { nextExpiry } from "../share/expires.ts"
import { MANIFEST, type Manifest, prefixOf, readManifest, writeManifest } from "../share/manifest.ts"
import { prepare } from "../share/prepare.ts"
import { publish } from "../share/publish.ts"
import { empty } from "../share/unshare.ts"
import type { ObjectEntry, ObjectStore } from "../store/object-store.ts"
import { compactBatches, hasNewBatches, markInconsistent, readBatches, SERVER_FOLDER } from "./batches.ts"
import { listDirtyMarks } from "./dirty-marks.ts"
import { takeLease } from "./lease.ts"
import { hasTombstone, readOwner } from "./ownership.ts"
import { toSessionRecord } from "./session-items.ts"

export interface PublishShareOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** How long shares live after their session was last changed, in milliseconds; for ever, unless given. */
  lifetimeMs?: number | undefined
}

/**
 * Brings what readers see of a share up to what is kept of its session: gather → fold → redact → render → publish. Gives
 * `busy` while another instance is at it, and `gone` where there is no such share any more: nothing of it is left then.
 * May be cut short at any point, and called by any instance afterwards. Throws what the store throws.
 */
export async function publishShare(id: string, options: PublishShareOptions): Promise<"published" | "busy" | "gone"> {
  const { store } = options
  if (await finishRemoval(store, id)) return "gone"
  const lease = await takeLease(store, id)
  if (!lease) return "busy"
  try {
    let isConsistent = !lease.wasAbandoned
    for (;;) {
      const marks = await listDirtyMarks(store, id)
      const stored = await readBatches(store, id)
      if (stored.isInconsistent) isConsistent = false
      await compactBatches(store, id, stored)
      const owner = await readOwner(store, id)
      const before = await readManifest(store, id)
      if (!owner || !before) return (await finishRemoval(store, id)) ? "gone" : "busy"
      if (stored.items.size > 0) {
        const manifest = await publishSession(
          toSessionRecord(stored.items, owner.session),
          before,
          isConsistent,
          options,
        )
        if (!(await lease.isMine())) {
          await markInconsistent(store, id)
          return (await finishRemoval(store, id)) ? "gone" : "busy"
        }
        await writeManifest(store, manifest)
        isConsistent = true
      }
      if (await finishRemoval(store, id)) return "gone"
      await store.delete(marks)
      if (!(await hasNewBatches(store, id, stored))) return "published"
    }
  } finally {
    await lease.release()
    // Whoever takes a share back notes that first and then deletes what is listed: what came after is for us to delete.
    await finishRemoval(store, id)
  }
}

/** Whether a share was taken back; then nothing of it is left. */
export async function finishRemoval(store: ObjectStore, id: string): Promise<boolean> {
  if (!(await hasTombstone(store, id))) return false
  await empty(store, id)
  await store.delete(await listDirtyMarks(store, id))
  return true
}

async function publishSession(
  record: ReturnType<typeof toSessionRecord>,
  before: Manifest,
  isConsistent: boolean,
  { store, version, now, redact, lifetimeMs = Number.POSITIVE_INFINITY }: PublishShareOptions,
): Promise<Manifest> {
  // What gives a secret away may have come with another batch than the secret. This machine's user is nobody in it.
  const { session, leftOut } = await prepare(record, { redact: { ...redact, person: { user: "", home: "" } } })
  const { id } = before
  const prefix = prefixOf(id)
  const rule = { length: lifetimeMs, asked: false }
  const { expires } = nextExpiry(before, rule, session.info.updated, now())
  const current = isConsistent && before.state === "published" ? before.objects : {}
  const seen = Object.keys(before.objects)
  const { objects } = await withTemporaryFiles((temporary) => {
    const files = site(session, { id, version, leftOut, expires, temporary })
    return publish(files, { store, prefix, known: current, seen, concurrency: 8 })
  })
  if (current !== before.objects || Object.keys(current).some((path) => !Object.hasOwn(objects, path)))
    await removeStale(store, prefix, objects)
  const { expires: _, ...timeless } = before
  const about = { title: session.info.title, updated: now().toISOString(), generator: version }
  return { ...timeless, ...about, state: "published", objects, ...(expires !== undefined && { expires }) }
}

async function removeStale(store: ObjectStore, prefix: string, objects: object): Promise<void> {
  const stale: ObjectEntry[] = []
  for await (const entry of store.list(prefix)) {
    const path = entry.key.slice(prefix.length)
    if (path !== MANIFEST && !path.startsWith(SERVER_FOLDER) && !Object.hasOwn(objects, path)) stale.push(entry)
  }
  await store.delete(stale)
}
