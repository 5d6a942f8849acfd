import { createHash } from "node:crypto"
import { setImmediate as afterInput } from "node:timers/promises"
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

export interface PublishOptions {
  store: ObjectStore
  /** `s/<id>/` */
  prefix: string
  /** Objects that are known to be stored, by path. A file with the same inputs or content is not uploaded. */
  known: Record<string, ManifestObject>
  /** Paths of the version that readers see during the upload; none for a new share. */
  visiblePaths?: Iterable<string>
  /** Uploads start after this resolves. A rejection is thrown. */
  ready?: Promise<void>
  /** Concurrent uploads. Default: 16. */
  concurrency?: number
  onProgress?: (progress: Progress) => void
}

/**
 * Uploads the files of a share, each as soon as it is rendered, and `index.html` after all others. A page that is already
 * visible and links to new files is uploaded after them, so that readers never meet a dead link.
 *
 * Returns every object of the share by path, and the progress. Throws the first error, after pending uploads have ended;
 * uploaded files stay, so that the same command can resume.
 */
export async function publish(files: AsyncIterable<SiteFile>, options: PublishOptions) {
  const { store, prefix, known, ready = Promise.resolve(), concurrency = 16, onProgress } = options
  const objects: Record<string, ManifestObject> = {}
  const progress: Progress = { sent: 0, bytes: 0, unchanged: 0 }
  const inFlight = new Set<Promise<void>>()
  const visible = new Set(options.visiblePaths ?? [])
  const uploaded = new Set(visible)
  const deferred: (() => Promise<void>)[] = []
  let failure: { error: unknown } | undefined
  let index: SiteFile | undefined
  let indexBody: Content | undefined

  /** Renders a file; undefined if it is stored unchanged. */
  async function render(file: SiteFile): Promise<Content | undefined> {
    const before = Object.hasOwn(known, file.path) ? known[file.path] : undefined
    if (before?.input === file.input) {
      objects[file.path] = before
      progress.unchanged++
      return undefined
    }
    const body = file.content ?? (await file.render())
    const hash = file.hash ?? (await hashOf(body))
    const { input, first } = file
    objects[file.path] = { size: body.length, hash, input, ...(first !== undefined && { first }) }
    if (before?.hash !== hash) return body
    progress.unchanged++
    return undefined
  }

  async function renderAndSend(file: SiteFile): Promise<void> {
    const body = await render(file)
    if (!body) return
    // Rare: most link targets exist from the previous version.
    if (visible.has(file.path) && linksOf(file, body).some((path) => !uploaded.has(path)))
      deferred.push(() => send(file, body))
    else await send(file, body)
  }

  async function send({ path, contentType, cacheControl }: SiteFile, body: Content): Promise<void> {
    const upload = ready
      .then(() => store.put(prefix + path, { body, contentType, cacheControl }))
      .then(() => {
        uploaded.add(path)
        progress.sent++
        progress.bytes += body.length
        onProgress?.({ ...progress })
      })
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => inFlight.delete(upload))
    inFlight.add(upload)
    if (inFlight.size >= concurrency) await Promise.race(inFlight)
    // Yield, so that uploads progress; rendering is CPU-bound.
    else await afterInput()
  }

  const settle = async () => {
    await ready.catch((error: unknown) => {
      failure ??= { error }
    })
    await Promise.all(inFlight)
    if (failure) throw failure.error
  }

  try {
    for await (const file of files) {
      if (file.path === INDEX) index = file
      else await renderAndSend(file)
      if (failure) break
    }
    // Render while the other uploads are pending.
    if (index && !failure) indexBody = await render(index)
  } catch (error) {
    failure ??= { error }
  }
  await settle()
  for (const send of deferred) await send()
  await settle()
  if (index && indexBody) await send(index, indexBody)
  await settle()
  return { objects, progress }
}

async function hashOf(body: Content): Promise<string> {
  const sum = createHash("sha256")
  for await (const piece of chunksOf(body)) sum.update(piece)
  return sum.digest("hex")
}

/** Paths that a page links to. */
function linksOf({ contentType }: SiteFile, body: Content): string[] {
  if (!contentType.startsWith("text/html") || !(body instanceof Uint8Array)) return []
  // Pages quote every address and escape quotes in text, so only attributes match.
  return [...new TextDecoder().decode(body).matchAll(/ (?:href|src)="([^":#?]+)["#?]/g)].map(([, path = ""]) => path)
}
