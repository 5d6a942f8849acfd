import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import { type TemporaryFiles, withTemporaryFiles } from "../lib/temporary-files.ts"
import type { Count } from "../redact/secrets.ts"
import { site } from "../render/site/site.ts"
import { normalizeSession } from "../session/normalize.ts"
import type { SessionSource } from "../session/source.ts"
import { ensureErasable } from "./ensure-erasable.ts"
import type { LedgerEntry } from "./ledger.ts"
import { INDEX, type ManifestObject, prefixOf, readManifest, writeManifest } from "./manifest.ts"
import { type OpenShareOptions, openShare, removeStaleObjects, shareNotFound } from "./open-share.ts"
import { type Prepared, type PrepareOptions, prepare } from "./prepare.ts"
import {
  PRESIGNED_PAGE,
  presigningUnsupported,
  presignPage,
  verifyPresigned,
  withPresignedPage,
} from "./presigned-page.ts"
import { type Progress, publish } from "./publish.ts"
import { findResumeState, planResume, type ResumePlan, type ResumeState } from "./resume.ts"
import { removeShare } from "./unshare.ts"
import { type LinkAccess, verifyReadable } from "./verify-readable.ts"

export interface ShareOptions extends OpenShareOptions, PrepareOptions {
  /** Throws if this session may not be shared, as it would be; called before anything is written anywhere. */
  mayShare: (upcoming: ShareProposal) => Promise<void> | void
  /** Whether to share in a bucket that locks every object for a time. Asked after `mayShare`; as for `known`, unless given. */
  acceptRetention?: (() => boolean) | undefined
  /** Give a link that opens for whoever has it, for so many seconds, in a bucket that others may not read. */
  signed?: number | undefined
  onProgress?: (progress: Progress) => void
  /** Called when another process, with this id, has been at the share of this session for a moment. */
  onWait?: ((pid: number) => void) | undefined
}

/** A share before it is made or brought up to date. */
export interface ShareProposal extends Prepared {
  /** The folder that the session worked in, or "". */
  directory: string
  /** What the ledger remembers of the session's share at this destination. */
  known: LedgerEntry | undefined
}

export interface ShareResult extends LinkAccess {
  id: string
  url: string
  session: string
  title: string
  /** When it ends: ISO 8601, UTC; null: never. */
  expires: string | null
  /** Until when the link opens, if it is a signed one. */
  signed?: string
  /** Objects of the share in all, the manifest included. */
  objects: number
  /** Objects sent by this run, the manifest included, and the bytes of their content before any compression. */
  sent: number
  bytes: number
  /** Objects that no longer belonged and were removed. */
  removed: number
  /** Different secrets that were redacted, and how many there are of each kind. */
  redacted: number
  found: Count[]
}

/**
 * Shares a session, or brings its share up to date: source → redact → select → normalize → render → publish → link.
 *
 * Of a session of which only a part was shared, no more is shared later, unless `selection` says so.
 *
 * May be cut short at any point: an older version stays readable, and the same call finishes the new one. Of several
 * processes of this machine, one at a time is at the share of a session; the others wait. Other machines are seen by what
 * they do to the manifest: a share that is removed from there while it is published here is not brought back, and one
 * that is published from there as well is sent once more, whole. (Two machines that do the latter within the same few
 * milliseconds at the end can leave pages of both, until the next share: only conditional requests could rule that out,
 * and not all stores take them.)
 *
 * Throws what `mayShare`, the source and the store throw, `store-failed` if the page cannot be read back as it was sent,
 * `store-busy` if another process is at it for long, what stands in the way of taking shares back where nothing was shared
 * before (`proveFirstUse`), and `share-not-found` if the share was removed meanwhile: what was
 * sent since is removed, too.
 */
export async function share(source: SessionSource, options: ShareOptions): Promise<ShareResult> {
  return source.read(async (record) => {
    const { destination, ledger, onWait } = options
    const { id, directory } = normalizeSession(record).info
    const known = await ledger.at(id, destination)
    const selection = { ...known?.selection, ...options.selection }
    const about = { ...options, selection }
    const before = await findResumeState(
      ledger.checkpointFolder({ session: id, destination }),
      record,
      about,
      options.version,
    )
    const prepared = await prepare(before?.record ?? record, about, before?.checkpoint)
    await options.mayShare({ ...prepared, directory, known })
    const { store, newId, lifetime, acceptRetention } = options
    await ensureErasable({
      ...{ store, destination, ledger, newId, lifetime },
      // Of what has a link there, nothing new is decided.
      acceptRetention: acceptRetention?.() || known?.url !== undefined,
    })
    const work = async () => {
      let { existing } = options
      for (let left = MAX_ATTEMPTS; ; left--) {
        const about = { ...options, selection, existing }
        const result = await withTemporaryFiles((temporary) => publishOnce(prepared, before, about, temporary))
        if ("url" in result) return result
        if (left === 1) throw result.error ?? publishedElsewhere(result.id, options.store.name)
        existing = result.id
      }
    }
    return ledger.withLock({ session: prepared.session.info.id, destination }, work, { onWait })
  })
}

const NO_RESUME: ResumePlan = { from: undefined, halt: undefined, keep: async () => {} }

/** How often a share is sent that is published from elsewhere at the same time. */
const MAX_ATTEMPTS = 3

/** Brings a session to its place once. Gives no more than the id if somebody else has published the share meanwhile. */
async function publishOnce(
  prepared: Prepared,
  before: ResumeState | undefined,
  options: ShareOptions,
  temporary: TemporaryFiles,
): Promise<ShareResult | { id: string; error?: ShareError }> {
  const { session, leftOut, found } = prepared
  const { store, ledger, version, now, onProgress } = options
  if (options.signed !== undefined && !store.signed) throw presigningUnsupported(store.name)
  const place = await openShare(session.info, options)
  const { entry, manifest, known, manifestWritten } = place
  const { id, title } = entry
  const prefix = prefixOf(id)
  const url = store.url(prefix + INDEX)
  // What stands against the bucket is told before what stands against signing.
  if (options.signed !== undefined) await manifestWritten
  const { link, until } = await presignPage(place, options)
  const about = { id, version, leftOut, expires: entry.expires }
  // The whole page is made of all messages.
  const { keep, ...soFar } =
    before && until === undefined ? await planResume(before, prepared, place, version, temporary) : NO_RESUME
  const all = site(session, { ...about, ...soFar, temporary })
  const files = until === undefined ? all : withPresignedPage(all, session, about)
  const visiblePaths = Object.keys(place.found.objects)
  const sending = { store, prefix, known, visiblePaths, ready: manifestWritten, ...(onProgress && { onProgress }) }
  const { objects, progress } = await publish(files, sending)
  const removed = await removeStaleObjects(place, objects, store)

  // Whoever removes a share deletes its manifest last, and then looks again for what has come since: if the manifest is
  // still there now, they will see all that was sent until now, and if it is not, it is for us to remove it.
  const there = await readManifest(store, id)
  if (!there) throw await removedMeanwhile(options, id, url)
  if (JSON.stringify(there) !== JSON.stringify(place.found)) return { id }
  const updated = now().toISOString()
  const isSame =
    place.prefixState === "known" &&
    removed === 0 &&
    isSameObjects(objects, known) &&
    place.found.expires === manifest.expires
  if (!isSame) await writeManifest(store, { ...manifest, state: "published", updated, objects })

  const claimed = await ledger.at(session.info.id, options.destination)
  if (claimed?.id !== id || claimed.state === "removing") throw await removedMeanwhile(options, id, url)
  let readable: LinkAccess
  try {
    readable = await verifyReadable(store, id, objects[INDEX]!.hash, url, place.found.objects[INDEX]?.hash)
  } catch (error) {
    if (!(error instanceof ShareError && error.code === "store-failed")) throw error
    const now = await readManifest(store, id)
    const index = now && (await store.get(prefix + INDEX))
    if (!index) throw await removedMeanwhile(options, id, url)
    if (createHash("sha256").update(index).digest("hex") !== objects[INDEX]!.hash) return { id, error }
    throw error
  }
  const { pid: _, signed: __, ...settled } = entry
  // The ledger keeps no link that opens what others may not read.
  await ledger.save({
    ...(entry.unconfirmed ? entry : settled),
    state: "published",
    updated,
    url,
    ...(until && { signed: until }),
  })
  await keep()
  const sent = progress.sent + (isSame ? 0 : 1)
  const count = { objects: Object.keys(objects).length + 1, sent, bytes: progress.bytes, removed }
  const redacted = found.reduce((sum, { secrets }) => sum + secrets, 0)
  const expires = entry.expires ?? null
  const opens = link ? await verifyPresigned(link, id, objects[PRESIGNED_PAGE]!.hash, readable) : { url, ...readable }
  return { id, session: session.info.id, title, expires, ...count, redacted, found, ...opens }
}

/** Removes what was sent of a share that somebody has removed, and says so. */
async function removedMeanwhile({ store, ledger }: ShareOptions, id: string, url: string): Promise<ShareError> {
  const entry = await ledger.find(id)
  await removeShare({ id, url, store, ...(entry && { entry }) }, ledger)
  return shareNotFound(id)
}

const publishedElsewhere = (id: string, where: string) =>
  new ShareError("store-busy", `Share ${id} in ${where} is being published from another machine at the same time.`, {
    hint: "Run the same command again when that is done.",
  })

/** Whether the manifest that is there says it all already. Unchanged objects are the very same values. */
const isSameObjects = (objects: Record<string, ManifestObject>, known: Record<string, ManifestObject>) =>
  Object.entries(objects).every(([path, object]) => known[path] === object)
