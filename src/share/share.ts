import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import { site } from "../render/site.ts"
import type { SessionInfo } from "../session/model.ts"
import { normalizeSession } from "../session/normalize.ts"
import type { SessionSource } from "../session/source.ts"
import { collect, type ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import type { Ledger, LedgerEntry } from "./ledger.ts"
import {
  FORMAT,
  INDEX,
  MANIFEST,
  type Manifest,
  type ManifestObject,
  prefixOf,
  readManifest,
  writeManifest,
} from "./manifest.ts"
import { type Progress, publish } from "./publish.ts"
import { openAsStranger } from "./stranger.ts"

export interface ShareOptions {
  store: ObjectStore
  /** What `store` was opened from: the ledger keeps it, so that the share can be found and removed later. */
  destination: Destination
  ledger: Ledger
  /** Throws `sharing-disabled` if this session may not be shared; called before anything is written anywhere. */
  mayShare: (session: SessionInfo) => Promise<void> | void
  /** This package's version. */
  version: string
  now: () => Date
  newId: () => string
  onProgress?: (progress: Progress) => void
}

export interface ShareResult {
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
  /** Whether a stranger can open the link; null where that cannot be told from here. */
  public: boolean | null
  /** What to tell people about the link where there is more to say than that it is public. */
  note?: string
}

/**
 * Shares a session, or brings its share up to date: source → normalize → render → publish → link.
 *
 * May be cut short at any point: an older version stays readable, and the same call finishes the new one. Throws what
 * `mayShare`, the source and the store throw, and `store-failed` if the page cannot be read back as it was sent.
 */
export async function share(source: SessionSource, options: ShareOptions): Promise<ShareResult> {
  return source.read(async (record) => {
    const session = normalizeSession(record)
    await options.mayShare(session.info)
    const { store, ledger, version, now, onProgress } = options

    const place = await openPlace(session.info, options)
    const { id } = place.entry
    const prefix = prefixOf(id)
    const files = site(session, { id, version })
    const { objects, progress } = await publish(files, {
      store,
      prefix,
      known: place.known,
      ...(onProgress && { onProgress }),
    })
    const removed = await removeStale(store, prefix, objects, place)
    const updated = now().toISOString()
    const isSame = place.holds === "known" && removed === 0 && sameObjects(objects, place.known)
    if (!isSame) await writeManifest(store, { ...place.manifest, state: "published", updated, objects })

    const url = place.entry.url ?? store.url(prefix + INDEX)
    const view = await proveReadable(store, prefix + INDEX, objects[INDEX]!.hash, url, id)
    await ledger.save({ ...place.entry, state: "published", updated, url })
    const { session: sessionID, title } = place.entry
    const count = {
      objects: Object.keys(objects).length + 1,
      sent: progress.sent + (isSame ? 0 : 1),
      bytes: progress.bytes,
      removed,
    }
    return { id, url, session: sessionID, title, ...count, ...view }
  })
}

/** Whether the manifest that is there says it all already. Unchanged objects are the very same values. */
const sameObjects = (objects: Record<string, ManifestObject>, known: Record<string, ManifestObject>) =>
  Object.entries(objects).every(([path, object]) => known[path] === object)

interface Place {
  entry: LedgerEntry
  manifest: Manifest
  /** The objects that are surely there as the manifest says. */
  known: Record<string, ManifestObject>
  /** What may lie under the prefix: nothing yet, what the manifest lists, or anything (a run was cut short). */
  holds: "nothing" | "known" | "anything"
}

/** Finds or makes the share's place: the ledger knows the id before the first upload, and the manifest comes first. */
async function openPlace({ id: session, title }: SessionInfo, options: ShareOptions): Promise<Place> {
  const { store, destination, ledger, version, now, newId } = options
  const updated = now().toISOString()
  const fresh = (): LedgerEntry => ({
    id: newId(),
    session,
    title,
    destination,
    state: "publishing",
    created: updated,
    updated,
  })

  let { entry, isNew } = await ledger.claim(fresh())
  let manifest = isNew ? undefined : await readManifest(store, entry.id)
  if (!manifest && entry.state === "published") {
    // It was removed from elsewhere. A link that was taken back does not come to life again.
    await ledger.drop(entry)
    ;({ entry, isNew } = await ledger.claim(fresh()))
    manifest = undefined
  }
  const whole = manifest?.state === "published" && entry.state === "published"
  entry = { ...entry, title, state: "publishing", updated }
  await ledger.save(entry)

  if (manifest) manifest = { ...manifest, title, generator: version }
  else {
    const { id, created } = entry
    manifest = {
      format: FORMAT,
      id,
      session,
      title,
      state: "publishing",
      created,
      updated,
      generator: version,
      objects: {},
    }
    await writeManifest(store, manifest).catch(async (error: unknown) => {
      if (isNew && surelyNothingStored(error)) await ledger.drop(entry)
      throw error
    })
  }
  return {
    entry,
    manifest,
    known: whole ? manifest.objects : {},
    holds: isNew ? "nothing" : whole ? "known" : "anything",
  }
}

/** A refusal of the first request, unlike an answer that was lost: nothing is there that the ledger would have to know. */
const surelyNothingStored = (error: unknown) =>
  error instanceof ShareError &&
  ["store-bucket-missing", "store-credentials", "store-denied", "store-clock"].includes(error.code)

/** Removes what no longer belongs to the share; returns how many objects that were. Lists only if there can be any. */
async function removeStale(store: ObjectStore, prefix: string, objects: Record<string, ManifestObject>, place: Place) {
  const belongs = (path: string) => path === MANIFEST || Object.hasOwn(objects, path)
  if (place.holds === "nothing") return 0
  if (place.holds === "known" && Object.keys(place.known).every(belongs)) return 0
  const stale = (await collect(store.list(prefix))).filter(({ key }) => !belongs(key.slice(prefix.length)))
  await store.delete(stale)
  return new Set(stale.map(({ key }) => key)).size
}

/** A link is shown only when it opens: the store gives the page back as sent, and a stranger's request tells who else may see it. */
async function proveReadable(store: ObjectStore, key: string, hash: string, url: string, id: string) {
  const sha256 = (body: Uint8Array) => createHash("sha256").update(body).digest("hex")
  const stored = await store.get(key)
  if (!stored || sha256(stored) !== hash)
    throw new ShareError("store-failed", `${store.name} does not give ${key} back as it was sent.`, {
      hint: "Run the same command again; if that does not help, somebody else may be writing to the same place.",
    })
  if (url.startsWith("file:")) return { public: false, note: "Only this machine can open the link." }
  const view = await openAsStranger(url, id)
  if (view.sees === "unreachable")
    return { public: null, note: `Whether others can open the link cannot be told from here (${view.reason}).` }
  if (view.sees === "other")
    return {
      public: false,
      note: `The link is not public: who opens it without signing in is answered ${view.status}.`,
    }
  if (sha256(view.body) !== hash)
    return { public: true, note: `A cache in front still shows an older version${view.served && ` (${view.served})`}.` }
  return { public: true }
}
