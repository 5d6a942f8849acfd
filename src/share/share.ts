import { site } from "../render/site.ts"
import type { Session } from "../session/model.ts"
import { normalizeSession } from "../session/normalize.ts"
import type { SessionSource } from "../session/source.ts"
import type { LedgerEntry } from "./ledger.ts"
import { INDEX, type ManifestObject, prefixOf, writeManifest } from "./manifest.ts"
import { noSuchShare, openPlace, type PlaceOptions, removeStale } from "./place.ts"
import { type PrepareOptions, prepare } from "./prepare.ts"
import { proveReadable, type Readable } from "./prove.ts"
import { type Progress, publish } from "./publish.ts"
import { unshare } from "./unshare.ts"

export interface ShareOptions extends PlaceOptions, PrepareOptions {
  /**
   * Throws if this session may not be shared, as it would be; called before anything is written anywhere.
   * `known` is what the ledger remembers of its share at this destination.
   */
  mayShare: (session: Session, known: LedgerEntry | undefined) => Promise<void> | void
  onProgress?: (progress: Progress) => void
}

export interface ShareResult extends Readable {
  id: string
  url: string
  session: string
  title: string
  /** Objects of the share in all, the manifest included. */
  objects: number
  /** Objects sent by this run, the manifest included, and the bytes of their content before any compression. */
  sent: number
  bytes: number
  /** Objects that no longer belonged and were removed. */
  removed: number
}

/**
 * Shares a session, or brings its share up to date: source → select → normalize → render → publish → link.
 *
 * Of a session of which only a part was shared, no more is shared later, unless `selection` says so.
 *
 * May be cut short at any point: an older version stays readable, and the same call finishes the new one. Throws what
 * `mayShare`, the source and the store throw, `store-failed` if the page cannot be read back as it was sent, and
 * `share-not-found` if the share was removed meanwhile: what was sent since is removed, too.
 */
export async function share(source: SessionSource, options: ShareOptions): Promise<ShareResult> {
  return source.read(async (record) => {
    const { store, destination, ledger, version, now, onProgress } = options
    const before = await ledger.at(normalizeSession(record).info.id, destination)
    const selection = { ...before?.selection, ...options.selection }
    const { session, leftOut } = await prepare(record, { ...options, selection })
    await options.mayShare(session, before)

    const place = await openPlace(session.info, { ...options, selection })
    const { entry, manifest, known } = place
    const { id, title } = entry
    const prefix = prefixOf(id)
    const files = site(session, { id, version, leftOut })
    const { objects, progress } = await publish(files, { store, prefix, known, ...(onProgress && { onProgress }) })
    const removed = await removeStale(place, objects, store)
    const updated = now().toISOString()
    const isSame = place.holds === "known" && removed === 0 && sameObjects(objects, known)
    if (!isSame) await writeManifest(store, { ...manifest, state: "published", updated, objects })

    const url = store.url(prefix + INDEX)
    const claimed = await ledger.find(id)
    if (!claimed || claimed.state === "removing") {
      await unshare({ id, url, store, ...(claimed && { entry: claimed }) }, ledger)
      throw noSuchShare(id)
    }
    const readable = await proveReadable(store, id, objects[INDEX]!.hash, url)
    const { pid: _, ...settled } = entry
    await ledger.save({ ...(entry.unconfirmed ? entry : settled), state: "published", updated, url })
    const sent = progress.sent + (isSame ? 0 : 1)
    const count = { objects: Object.keys(objects).length + 1, sent, bytes: progress.bytes, removed }
    return { id, url, session: session.info.id, title, ...count, ...readable }
  })
}

/** Whether the manifest that is there says it all already. Unchanged objects are the very same values. */
const sameObjects = (objects: Record<string, ManifestObject>, known: Record<string, ManifestObject>) =>
  Object.entries(objects).every(([path, object]) => known[path] === object)
