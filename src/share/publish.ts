import type { SiteFile } from "../render/site/site-file.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { FORMAT, MANIFEST, type Manifest, type ManifestObject, prefixOf, writeManifest } from "./manifest.ts"
import { type UploadOptions, uploadFiles } from "./upload-files.ts"

/** Objects below the prefix of a share. */
export interface StoredShare {
  /** The manifest as stored, or as it is being stored: see `manifestWritten`. */
  manifest: Manifest
  /**
   * `empty`: nothing but the manifest; `clean`: what the manifest lists; `dirty`: an earlier run was interrupted, so every
   * object is sent again, and what does not belong is deleted.
   */
  prefixState: "empty" | "clean" | "dirty"
  /** Resolves once the manifest is stored; nothing else is stored before. Default: it is stored. */
  manifestWritten?: Promise<void>
}

export interface PublishOptions extends Pick<UploadOptions, "concurrency" | "onProgress"> {
  store: ObjectStore
  now: () => Date
  /** Fields of the new version's manifest. */
  version: Pick<Manifest, "title" | "generator"> & { project?: string | undefined; expires?: string | undefined }
  /**
   * Called when everything is uploaded, before the manifest is completed: whether another publisher has published the
   * share meanwhile (`superseded`), or it was removed (`removed`).
   */
  checkClaim: () => Promise<"current" | "superseded" | "removed">
  /** Whether an object that is not part of the version stays. Default: none does. */
  isKept?: (path: string) => boolean
}

/** Result of `publish`. After `superseded` and `removed`, the manifest is not completed and uploaded objects stay. */
export type PublishResult =
  | {
      status: "published"
      /** The manifest as it is stored now. */
      manifest: Manifest
      /** Objects uploaded, including the manifest, and their size in bytes before compression. */
      sent: number
      bytes: number
      /** Stale objects that were deleted. */
      removed: number
    }
  | { status: "superseded" }
  | { status: "removed" }

/**
 * Publishes a version of a share: uploads the files that changed, `index.html` last; deletes objects that no longer
 * belong; and completes the manifest, unless it would say the same. Can be interrupted at any point: the manifest in
 * state `publishing`, or the caller's own record, tells the next run that the prefix is `dirty`.
 *
 * Throws what the files and the store throw.
 */
export async function publish(
  files: AsyncIterable<SiteFile>,
  stored: StoredShare,
  options: PublishOptions,
): Promise<PublishResult> {
  const { store, version, now, checkClaim } = options
  const { manifest, prefixState, manifestWritten } = stored
  const { objects, progress } = await uploadFiles(files, {
    store,
    prefix: prefixOf(manifest.id),
    storedObjects: storedObjectsOf(stored),
    visiblePaths: Object.keys(manifest.objects),
    ...(manifestWritten && { ready: manifestWritten }),
    concurrency: options.concurrency,
    onProgress: options.onProgress,
  })
  const removed = await removeStaleObjects(stored, objects, options)
  const status = await checkClaim()
  if (status !== "current") return { status }
  const { sent, bytes } = progress
  const next = nextManifest(manifest, objects, version, now())
  const isSame = prefixState === "clean" && removed === 0 && isSameVersion(manifest, next)
  if (!isSame) await writeManifest(store, next)
  return { status: "published", manifest: isSame ? manifest : next, sent: sent + (isSame ? 0 : 1), bytes, removed }
}

/** Objects that are certain to be stored as the manifest lists them. */
export const storedObjectsOf = ({ manifest, prefixState }: StoredShare): Record<string, ManifestObject> =>
  prefixState === "clean" ? manifest.objects : {}

/** Lists the prefix only if it can hold objects that no longer belong. Returns the number of deleted objects. */
async function removeStaleObjects(
  { manifest, prefixState }: StoredShare,
  objects: Record<string, ManifestObject>,
  { store, isKept = () => false }: PublishOptions,
): Promise<number> {
  const belongs = (path: string) => path === MANIFEST || Object.hasOwn(objects, path) || isKept(path)
  if (prefixState === "empty") return 0
  if (prefixState === "clean" && Object.keys(manifest.objects).every(belongs)) return 0
  const prefix = prefixOf(manifest.id)
  const stale = []
  for await (const entry of store.list(prefix)) if (!belongs(entry.key.slice(prefix.length))) stale.push(entry)
  await store.delete(stale)
  return new Set(stale.map(({ key }) => key)).size
}

function nextManifest(
  { expires: _, project: _project, ...manifest }: Manifest,
  objects: Manifest["objects"],
  { title, project, generator, expires }: PublishOptions["version"],
  now: Date,
): Manifest {
  const updated = now.toISOString()
  return {
    ...manifest,
    format: FORMAT,
    title,
    ...(project && { project }),
    ...(expires && { expires }),
    generator,
    state: "published",
    updated,
    objects,
  }
}

/** Whether a version has the same objects and expiry. Unchanged objects are identical references. */
const isSameVersion = (stored: Manifest, next: Manifest) =>
  stored.format === next.format &&
  stored.expires === next.expires &&
  Object.keys(stored.objects).length === Object.keys(next.objects).length &&
  Object.entries(next.objects).every(([path, object]) => stored.objects[path] === object)
