import { createHash } from "node:crypto"
import { setImmediate as afterInput } from "node:timers/promises"
import { type Content, piecesOf } from "../lib/temporary-files.ts"
import type { SiteFile } from "../render/site/site-file.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { INDEX, type ManifestObject } from "./manifest.ts"

/** How far an upload is: objects and bytes that were sent, and those seen to be unchanged. */
export interface Progress {
  sent: number
  bytes: number
  unchanged: number
}

export interface PublishOptions {
  store: ObjectStore
  /** `s/<id>/` */
  prefix: string
  /** The objects that are known to be in the bucket, whole, by path; what equals them is neither rendered nor sent. */
  known: Record<string, ManifestObject>
  /** The paths of the version that readers see meanwhile; none on a first share. */
  visiblePaths?: Iterable<string>
  /** Nothing is sent before. Where it rejects, that is thrown. */
  ready?: Promise<void>
  /** Uploads in flight at once. */
  concurrency?: number
  onProgress?: (progress: Progress) => void
}

/**
 * Sends the files of a share, each as soon as it is rendered, `index.html` after all others have arrived. A page that
 * readers of the older version come to, and that leads on to what is new, waits until that has arrived: no link on any
 * way through the share leads nowhere at any time.
 *
 * Returns every object of the share by path, and what was sent. Throws the first error after the uploads that are under
 * way have ended; files sent until then stay, for the same command to go on from.
 */
export async function publish(files: AsyncIterable<SiteFile>, options: PublishOptions) {
  const { store, prefix, known, ready = Promise.resolve(), concurrency = 16, onProgress } = options
  const objects: Record<string, ManifestObject> = {}
  const progress: Progress = { sent: 0, bytes: 0, unchanged: 0 }
  const inFlight = new Set<Promise<void>>()
  const visible = new Set(options.visiblePaths ?? [])
  const uploaded = new Set(visible)
  const waiting: (() => Promise<void>)[] = []
  let failure: { error: unknown } | undefined
  let index: SiteFile | undefined
  let last: Content | undefined

  /** What is to be sent of a file; undefined where it is there as it is. */
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
    // Few wait: what an older version has is there, whether it changes or not.
    if (visible.has(file.path) && linksOf(file, body).some((path) => !uploaded.has(path)))
      waiting.push(() => send(file, body))
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
    // Drawing alone would not let go of this thread, and what is to be sent would wait for the end of it.
    else await afterInput()
  }

  const arrived = async () => {
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
    // While the others are on their way.
    if (index && !failure) last = await render(index)
  } catch (error) {
    failure ??= { error }
  }
  await arrived()
  for (const send of waiting) await send()
  await arrived()
  if (index && last) await send(index, last)
  await arrived()
  return { objects, progress }
}

async function hashOf(body: Content): Promise<string> {
  const sum = createHash("sha256")
  for await (const piece of piecesOf(body)) sum.update(piece)
  return sum.digest("hex")
}

/** The files of the share that a page leads to. */
function linksOf({ contentType }: SiteFile, body: Content): string[] {
  if (!contentType.startsWith("text/html") || !(body instanceof Uint8Array)) return []
  // The page quotes every address and escapes quotes in texts, so nothing else looks like this.
  return [...new TextDecoder().decode(body).matchAll(/ (?:href|src)="([^":#?]+)["#?]/g)].map(([, path = ""]) => path)
}
