import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import { type TemporaryFiles, withTemporaryFiles } from "../lib/temporary-files.ts"
import type { SecretCount } from "../redact/secrets.ts"
import { site } from "../render/site/site.ts"
import { normalizeSession } from "../session/normalize.ts"
import type { SessionSource } from "../session/source.ts"
import { ensureErasable } from "./ensure-erasable.ts"
import type { LedgerEntry } from "./ledger.ts"
import { INDEX, prefixOf, readManifest } from "./manifest.ts"
import { type OpenShareOptions, openShare, shareNotFound } from "./open-share.ts"
import { type Prepared, type PrepareOptions, prepare } from "./prepare.ts"
import {
  PRESIGNED_PAGE,
  presigningUnsupported,
  presignPage,
  verifyPresigned,
  withPresignedPage,
} from "./presigned-page.ts"
import { publish } from "./publish.ts"
import { findResumeState, planResume, type ResumePlan, type ResumeState } from "./resume.ts"
import { removeShare } from "./unshare.ts"
import type { Progress } from "./upload-files.ts"
import { type LinkAccess, verifyReadable } from "./verify-readable.ts"

export interface ShareOptions extends OpenShareOptions, PrepareOptions {
  /** Throws if this session may not be shared in this form. Called before anything is written. */
  mayShare: (upcoming: ShareProposal) => Promise<void> | void
  /** Whether to share in a bucket that locks every object. Called after `mayShare`. A session already shared there is accepted. */
  acceptRetention?: (() => boolean) | undefined
  /** Create a presigned link that is valid for this many seconds, for a bucket that is not public. */
  signed?: number | undefined
  onProgress?: (progress: Progress) => void
  /** Called while waiting for another process, with its id, that holds the lock of this share. */
  onWait?: ((pid: number) => void) | undefined
}

/** A share before it is created or updated. */
export interface ShareProposal extends Prepared {
  /** The session's working directory, or "". */
  directory: string
  /** The ledger's entry of the session's share at this destination. */
  known: LedgerEntry | undefined
}

export interface ShareResult extends LinkAccess {
  id: string
  url: string
  session: string
  title: string
  /** When it expires: ISO 8601, UTC; null: never. */
  expires: string | null
  /** When the link expires, if it is presigned. */
  signed?: string
  /** Objects in the share, including the manifest. */
  objects: number
  /** Objects uploaded by this run, including the manifest, and their size in bytes before compression. */
  sent: number
  bytes: number
  /** Stale objects that were deleted. */
  removed: number
  /** Number of distinct redacted secrets, in total and of each kind. */
  redacted: number
  found: SecretCount[]
}

/**
 * Creates or updates the share of a session: source → redact → select → normalize → render → publish → link.
 *
 * An update shares no more of the session than before, unless `selection` says so.
 *
 * May be interrupted at any point: the previous version stays readable, and the same call finishes the new one. A lock
 * serializes the processes of this machine. Other machines are detected by changes of the manifest: a share that is
 * removed there during publishing is not restored, and one that is also published there is uploaded again completely.
 * (If two machines finish within the same few milliseconds, pages of both can remain until the next share; only
 * conditional requests could prevent that, and not all stores support them.)
 *
 * Throws what `mayShare`, the source and the store throw; `store-failed` if the page does not read back as uploaded;
 * `store-busy` if the lock times out; on the first share to a destination, what `ensureErasable` throws; and
 * `share-not-found` if the share was removed meanwhile, after deleting what was uploaded since.
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
      store,
      destination,
      ledger,
      newId,
      lifetime,
      // A share that already has a link there was accepted before.
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

/** Attempts to publish if another machine publishes the same share at the same time. */
const MAX_ATTEMPTS = 3

/** Publishes once. Resolves to the id alone if another machine published in between. */
async function publishOnce(
  prepared: Prepared,
  before: ResumeState | undefined,
  options: ShareOptions,
  temporary: TemporaryFiles,
): Promise<ShareResult | { id: string; error?: ShareError }> {
  const { session, leftOut, found } = prepared
  const { store, ledger, version, now, onProgress } = options
  if (options.signed !== undefined && !store.presign) throw presigningUnsupported(store.name)
  const target = await openShare(session.info, options)
  const { entry, stored } = target
  const { id, title } = entry
  const prefix = prefixOf(id)
  const url = store.url(prefix + INDEX)
  // Surface bucket errors before signing errors.
  if (options.signed !== undefined) await stored.manifestWritten
  const { link, until } = await presignPage(target, options)
  const about = { id, version, leftOut, expires: entry.expires }
  // The presigned page contains all messages, so a resumed run cannot render it.
  const { keep, ...soFar } =
    before && until === undefined ? await planResume(before, prepared, target, version, temporary) : NO_RESUME
  const all = site(session, { ...about, ...soFar, temporary })
  const files = until === undefined ? all : withPresignedPage(all, session, about)
  const published = await publish(files, stored, {
    store,
    now,
    version: target.version,
    // A removal deletes the manifest last and then lists the prefix again. If the manifest still exists now, that
    // listing will include everything uploaded so far; if it does not, we must delete what we uploaded.
    async checkClaim() {
      const found = await readManifest(store, id)
      if (!found) return "removed"
      return JSON.stringify(found) === JSON.stringify(stored.manifest) ? "current" : "superseded"
    },
    onProgress,
  })
  if (published.status === "removed") throw await removedMeanwhile(options, id, url)
  if (published.status === "superseded") return { id }
  const { objects } = published.manifest

  const claimed = await ledger.at(session.info.id, options.destination)
  if (claimed?.id !== id || claimed.state === "removing") throw await removedMeanwhile(options, id, url)
  let readable: LinkAccess
  try {
    readable = await verifyReadable(store, id, objects[INDEX]!.hash, url, stored.manifest.objects[INDEX]?.hash)
  } catch (error) {
    if (!(error instanceof ShareError && error.code === "store-failed")) throw error
    const manifest = await readManifest(store, id)
    const index = manifest && (await store.get(prefix + INDEX))
    if (!index) throw await removedMeanwhile(options, id, url)
    if (createHash("sha256").update(index).digest("hex") !== objects[INDEX]!.hash) return { id, error }
    throw error
  }
  const { pid: _, signed: __, ...settled } = entry
  // The ledger stores the plain link only, never a presigned one.
  await ledger.save({
    ...(entry.unconfirmed ? entry : settled),
    state: "published",
    updated: now().toISOString(),
    url,
    ...(until && { signed: until }),
  })
  await keep()
  const { sent, bytes, removed } = published
  const count = { objects: Object.keys(objects).length + 1, sent, bytes, removed }
  const redacted = found.reduce((sum, { secrets }) => sum + secrets, 0)
  const expires = entry.expires ?? null
  const opens = link ? await verifyPresigned(link, id, objects[PRESIGNED_PAGE]!.hash, readable) : { url, ...readable }
  return { id, session: session.info.id, title, expires, ...count, redacted, found, ...opens }
}

/** Deletes what was uploaded to a share that was removed meanwhile, and returns the error. */
async function removedMeanwhile({ store, ledger }: ShareOptions, id: string, url: string): Promise<ShareError> {
  const entry = await ledger.find(id)
  await removeShare({ id, url, store, ...(entry && { entry }) }, ledger)
  return shareNotFound(id)
}

const publishedElsewhere = (id: string, where: string) =>
  new ShareError("store-busy", `Share ${id} in ${where} is being published from another machine at the same time.`, {
    hint: "Run the same command again when that is done.",
  })
