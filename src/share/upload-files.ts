import { createHash } from "node:crypto"
import { setImmediate as afterInput } from "node:timers/promises"
import { mapConcurrently } from "../lib/concurrency.ts"
import { type Content, chunksOf } from "../lib/temporary-files.ts"
import type { SiteFile } from "../render/site/site-file.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { INDEX, type ManifestObject } from "./manifest.ts"

/** Upload progress: objects sent, their bytes before compression, and unchanged objects. */
export interface Progress {
  sent: number
  bytes: number
  unchanged: number
}

export interface UploadOptions {
  store: ObjectStore
  /** `s/<id>/` */
  prefix: string
  /** Objects that are certain to be stored, by path. A file with the same inputs or content is not uploaded. */
  storedObjects?: Record<string, ManifestObject>
  /** Paths of the version that readers see during the upload. Default: none, as for a new share. */
  visiblePaths?: Iterable<string>
  /** Uploads start after this resolves. A rejection is thrown. */
  ready?: Promise<void>
  /** Concurrent uploads. Default: 16. */
  concurrency?: number | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

/** Every object of a share by path, and what was uploaded. */
export interface UploadResult {
  objects: Record<string, ManifestObject>
  progress: Progress
}

/** A rendered file to upload. */
interface Upload {
  file: SiteFile
  body: Content
}

/**
 * Uploads the files of a share, each as soon as it is rendered, and `index.html` after all others. A page that is already
 * visible and links to new files is uploaded after them, so that readers never meet a dead link.
 *
 * Throws the first error, after pending uploads have ended; uploaded files stay, so that the same command can resume.
 */
export async function uploadFiles(files: AsyncIterable<SiteFile>, options: UploadOptions): Promise<UploadResult> {
  const { store, prefix, ready, concurrency = 16, onProgress } = options
  const result: UploadResult = { objects: {}, progress: { sent: 0, bytes: 0, unchanged: 0 } }
  const visible = new Set(options.visiblePaths ?? [])
  const uploaded = new Set(visible)
  const deferred: Upload[] = []
  let index: Upload | undefined

  async function* uploads(): AsyncGenerator<Upload> {
    let indexFile: SiteFile | undefined
    for await (const file of files) {
      if (file.path === INDEX) {
        indexFile = file
        continue
      }
      const body = await renderIfChanged(file, options.storedObjects ?? {}, result)
      if (!body) continue
      // Rare: most link targets exist from the previous version.
      if (visible.has(file.path) && [...(file.links ?? [])].some((path) => !uploaded.has(path)))
        deferred.push({ file, body })
      else yield { file, body }
      // Rendering is CPU-bound: lets uploads progress.
      await afterInput()
    }
    // Rendered while the other uploads are pending.
    const body = indexFile && (await renderIfChanged(indexFile, options.storedObjects ?? {}, result))
    if (indexFile && body) index = { file: indexFile, body }
  }

  async function send({ file: { path, contentType, cacheControl }, body }: Upload): Promise<void> {
    await ready
    await store.put(prefix + path, { body, contentType, cacheControl })
    uploaded.add(path)
    result.progress.sent++
    result.progress.bytes += body.length
    onProgress?.({ ...result.progress })
  }

  await mapConcurrently(uploads(), concurrency, send)
  await ready
  await mapConcurrently(deferred, concurrency, send)
  if (index) await send(index)
  return result
}

/** Adds a file to the objects of a share. Renders it unless it is stored with the same inputs; returns it if it is not stored. */
async function renderIfChanged(
  file: SiteFile,
  storedObjects: Record<string, ManifestObject>,
  { objects, progress }: UploadResult,
): Promise<Content | undefined> {
  const stored = Object.hasOwn(storedObjects, file.path) ? storedObjects[file.path] : undefined
  if (stored?.input === file.input) {
    objects[file.path] = stored
    progress.unchanged++
    return undefined
  }
  const body = file.content ?? (await file.render())
  const hash = file.hash ?? (await hashOf(body))
  const { input, first } = file
  objects[file.path] = { size: body.length, hash, input, ...(first !== undefined && { first }) }
  if (stored?.hash !== hash) return body
  progress.unchanged++
  return undefined
}

async function hashOf(body: Content): Promise<string> {
  const sum = createHash("sha256")
  for await (const piece of chunksOf(body)) sum.update(piece)
  return sum.digest("hex")
}
