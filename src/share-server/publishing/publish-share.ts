import { withTemporaryFiles } from "../../lib/temporary-files.ts"
import type { RedactOptions } from "../../redact/redact.ts"
import { site } from "../../render/site/site.ts"
import { nextExpiry } from "../../share/expiry.ts"
import { MANIFEST, type Manifest, prefixOf, readManifest, writeManifest } from "../../share/manifest.ts"
import { prepare } from "../../share/prepare.ts"
import { emptyPrefix } from "../../share/unshare.ts"
import { uploadFiles } from "../../share/upload-files.ts"
import type { ObjectEntry, ObjectStore } from "../../store/object-store.ts"
import { compactBatches, hasNewBatches, markInconsistent, readBatches } from "../items/batches.ts"
import { toSessionRecord } from "../items/session-items.ts"
import { SERVER_FOLDER } from "../shares/json-objects.ts"
import { hasTombstone, readOwner } from "../shares/ownership.ts"
import { listDirtyMarks } from "./dirty-marks.ts"
import { takeLease } from "./lease.ts"

export interface PublishShareOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** Shares expire this long after the last change of their session, in milliseconds. Default: never. */
  lifetimeMs?: number | undefined
}

/**
 * Publishes the stored items of a session: read → compact → redact → render → publish. Returns `busy` while another
 * instance publishes it, and `gone` if the share was removed; then its objects are deleted. Can be interrupted at any
 * point and repeated by any instance. Throws what the store throws.
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
    // A removal writes the tombstone and then deletes what it lists; objects uploaded after that listing are deleted
    // here.
    await finishRemoval(store, id)
  }
}

/** Deletes the remaining objects of a share that has a tombstone. Returns whether it has one. */
export async function finishRemoval(store: ObjectStore, id: string): Promise<boolean> {
  if (!(await hasTombstone(store, id))) return false
  await emptyPrefix(store, id)
  await store.delete(await listDirtyMarks(store, id))
  return true
}

async function publishSession(
  record: ReturnType<typeof toSessionRecord>,
  before: Manifest,
  isConsistent: boolean,
  { store, version, now, redact, lifetimeMs = Number.POSITIVE_INFINITY }: PublishShareOptions,
): Promise<Manifest> {
  // Redacts the whole session again: the context that reveals a secret may have come in another batch. The server's own
  // user does not occur in sessions.
  const { session, leftOut } = await prepare(record, { redact: { ...redact, person: { user: "", home: "" } } })
  const { id } = before
  const prefix = prefixOf(id)
  const rule = { durationMs: lifetimeMs, explicit: false }
  const { expires } = nextExpiry(before, rule, session.info.updated, now())
  const current = isConsistent && before.state === "published" ? before.objects : {}
  const seen = Object.keys(before.objects)
  const { objects } = await withTemporaryFiles((temporary) => {
    const files = site(session, { id, version, leftOut, expires, temporary })
    return uploadFiles(files, { store, prefix, storedObjects: current, visiblePaths: seen, concurrency: 8 })
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
