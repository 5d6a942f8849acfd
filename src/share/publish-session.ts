import { ShareError } from "../errors.ts"
import { sha256 } from "../lib/hash.ts"
import { type TemporaryFiles, withTemporaryFiles } from "../lib/temporary-files.ts"
import { site } from "../render/site/site.ts"
import type { SiteFile } from "../render/site/site-file.ts"
import { shortestLink, withoutIndex } from "./index-link.ts"
import { INDEX, type Manifest, prefixOf, readManifest } from "./manifest.ts"
import { type OpenShareOptions, openShare, type ShareTarget, shareNotFound } from "./open-share.ts"
import { type PublishResult, publish } from "./publish.ts"
import type { SessionToShare } from "./read-session.ts"
import { NO_RESUME_PLAN } from "./resume/resume.ts"
import type { ExtendShare, ShareExtension } from "./share-extension.ts"
import type { ShareLink } from "./share-link.ts"
import { removeShare } from "./unshare.ts"
import type { Progress } from "./upload-files.ts"
import { type LinkAccess, verifyReadable } from "./verify-readable.ts"

export interface PublishSessionOptions extends Omit<OpenShareOptions, "selection"> {
  /** Adds to the share: see `presignedPages`, without which an update ends earlier presigned links. */
  extend?: ExtendShare | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  onStage?: ((stage: ShareStage) => void) | undefined
}

/** Stage that a share waits for before or after the upload, for a status line. */
export type ShareStage = "connecting" | "verifying"

/** Result of `publishSession`. `superseded`: another machine published the same share meanwhile; `error` tells how. */
export type SessionPublishResult =
  | {
      status: "published"
      target: ShareTarget
      version: Extract<PublishResult, { status: "published" }>
      link: ShareLink
    }
  | { status: "superseded"; id: string; error?: ShareError }

/**
 * Publishes a version of a session's share: open → render → upload → verify → record. The caller holds its lock.
 *
 * Throws what the store throws; `store-failed` if the page does not read back as uploaded; and `share-not-found` if the
 * share was removed meanwhile, after deleting what was uploaded since.
 */
export async function publishSession(
  session: SessionToShare,
  options: PublishSessionOptions,
): Promise<SessionPublishResult> {
  return withTemporaryFiles(async (temporary) => {
    const target = await openShare(session.session.info, { ...options, selection: session.selection })
    const extension = await options.extend?.(target)
    const { files, keep } = await renderShare(session, target, extension, temporary)
    const { id } = target.entry
    const version = await publish(files, target.stored, {
      ...options,
      version: target.version,
      checkClaim: () => checkClaim(target, options),
    })
    if (version.status === "removed") throw await removedMeanwhile(target, options)
    if (version.status === "superseded") return { status: "superseded", id }
    options.onStage?.("verifying")
    const verified = await verifyVersion(target, version.manifest, options)
    if (verified.status === "removed") throw await removedMeanwhile(target, options)
    if (verified.status === "superseded") return { status: "superseded", id, error: verified.error }
    await recordVersion(target, verified.url, extension, options)
    await keep()
    const plain = { url: verified.url, ...verified.access }
    const link = extension ? await extension.link(plain, version.manifest) : plain
    return { status: "published", target, version, link }
  })
}

/** The files of a share. Resumes from its checkpoint, unless an extension needs all messages; `keep` saves the next one. */
async function renderShare(
  { session, leftOut, redacted, resume }: SessionToShare,
  { entry, stored, version }: ShareTarget,
  extension: ShareExtension | undefined,
  temporary: TemporaryFiles,
): Promise<{ files: AsyncIterable<SiteFile>; keep: () => Promise<void> }> {
  const plan = extension ? NO_RESUME_PLAN : await resume.plan({ session, redacted, stored, temporary })
  const about = { id: entry.id, version: version.generator, leftOut, expires: entry.expires }
  const files = site(session, { ...about, resume: plan.resume, temporary })
  return { files: extension ? extension.addFiles(files, session, about) : files, keep: plan.keep }
}

/**
 * Detects other machines by the manifest, and other processes by the ledger. A removal deletes the manifest last and then
 * lists the prefix again: if the manifest still exists now, that listing will include everything uploaded so far; if it
 * does not, we must delete what we uploaded.
 */
async function checkClaim({ stored }: ShareTarget, { store }: PublishSessionOptions) {
  const found = await readManifest(store, stored.manifest.id)
  if (!found) return "removed"
  return JSON.stringify(found) === JSON.stringify(stored.manifest) ? "current" : "superseded"
}

type VerifiedVersion =
  | { status: "readable"; url: string; access: LinkAccess }
  | { status: "removed" }
  | { status: "superseded"; error: ShareError }

/** Reads the published version back, as its readers would. */
async function verifyVersion(
  target: ShareTarget,
  { id, session, objects }: Manifest,
  options: PublishSessionOptions,
): Promise<VerifiedVersion> {
  const { store, ledger, destination } = options
  const claimed = await ledger.at(session, destination)
  if (claimed?.id !== id || claimed.state === "removing") return { status: "removed" }
  const { hash } = objects[INDEX]!
  const before = target.stored.manifest.objects[INDEX]?.hash
  try {
    const link = urlOf(target, options)
    const access = await verifyReadable(store, id, hash, link, before)
    // A link that was shown stays the same.
    const isNew = target.entry.url === undefined
    const url = isNew && access.seen === "page" ? await shortestLink(link, id, hash) : link
    return { status: "readable", url, access }
  } catch (error) {
    if (!(error instanceof ShareError && error.code === "store-failed")) throw error
    const index = (await readManifest(store, id)) && (await store.get(prefixOf(id) + INDEX))
    if (!index) return { status: "removed" }
    if (sha256(index) !== hash) return { status: "superseded", error }
    throw error
  }
}

/** Records the published version in the ledger, with the plain link only, never a presigned one. */
async function recordVersion(
  target: ShareTarget,
  url: string,
  extension: ShareExtension | undefined,
  options: PublishSessionOptions,
): Promise<void> {
  const { signed: _, ...entry } = target.entry
  const updated = options.now().toISOString()
  await options.ledger.save({
    ...entry,
    state: "published",
    updated,
    url,
    ...extension?.entry,
  })
}

function urlOf({ entry }: ShareTarget, { store }: PublishSessionOptions): string {
  const link = store.url(prefixOf(entry.id) + INDEX)
  return entry.url === withoutIndex(link) ? entry.url : link
}

/** Deletes what was uploaded to a share that was removed meanwhile, and returns the error. */
async function removedMeanwhile(target: ShareTarget, options: PublishSessionOptions): Promise<ShareError> {
  const { store, ledger } = options
  const { id } = target.entry
  const entry = await ledger.find(id)
  await removeShare({ id, url: urlOf(target, options), store, ...(entry && { entry }) }, ledger)
  return shareNotFound(id)
}
