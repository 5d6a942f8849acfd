import { lstat, readdir, readFile, stat } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { ShareError } from "../errors.ts"
import { makeFolder } from "../lib/make-folder.ts"
import { resolveOutput } from "../lib/output-target.ts"
import { chunksOf, withTemporaryFiles } from "../lib/temporary-files.ts"
import { site } from "../render/site/site.ts"
import { FORMAT, INDEX, MANIFEST, type Manifest } from "../share/manifest.ts"
import type { Prepared } from "../share/prepare.ts"
import { uploadFiles } from "../share/upload-files.ts"
import { directoryStore } from "../store/directory/directory.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { outputExists, writeBytes } from "./write-output.ts"

export interface FolderOptions {
  folder: string
  version: string
  now: () => Date
  /** Write into a non-empty folder: replace an earlier export and keep all other files. */
  force?: boolean | undefined
}

/**
 * Writes the files of a share to a folder. Deletes stale files of an earlier export and nothing else. Throws `bad-usage`
 * for a non-empty folder without `force`. Returns the first page's address and the total size in bytes.
 */
export async function exportFolder(
  { session, leftOut }: Prepared,
  options: FolderOptions,
): Promise<{ url: string; size: number }> {
  const { version, now, force } = options
  const folder = await resolveOutputFolder(options.folder)
  if (!force && (await readdir(folder)).length > 0) throw outputExists(options.folder)
  const store = storeThroughLinks(folder)
  const before = earlierFiles(await store.get(MANIFEST))
  const { id, title } = session.info
  const about = { id, version, leftOut, live: false }
  const { objects } = await withTemporaryFiles((temporary) =>
    uploadFiles(site(session, { ...about, temporary }), { store, prefix: "" }),
  )
  for (const key of before.filter((name) => !Object.hasOwn(objects, name)))
    if (await isOwn(folder, key)) await store.delete([{ key, size: 0 }])
  const written = now().toISOString()
  const manifest: Manifest = {
    format: FORMAT,
    id,
    session: id,
    title,
    state: "published",
    created: written,
    updated: written,
    generator: version,
    objects,
  }
  const body = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
  await store.put(MANIFEST, { body, contentType: "application/json; charset=utf-8", cacheControl: "no-cache" })
  const size = Object.values(objects).reduce((sum, object) => sum + object.size, body.length)
  return { url: pathToFileURL(path.join(folder, INDEX)).href, size }
}

/**
 * Resolves an output folder through symbolic links and creates it if needed, also at the target of a dangling link.
 * Throws `bad-usage` if it cannot be a folder. Returns its path.
 */
export async function resolveOutputFolder(folder: string): Promise<string> {
  try {
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (isThere) return folder
    const place = resolveOutput(folder)
    if (place.kind !== "file" || place.replaces) throw new Error("It is a file.")
    makeFolder(place.target)
    return place.target
  } catch (cause) {
    throw new ShareError("bad-usage", `${folder} is not a writable folder.`, {
      hint: "Give another --output.",
      cause,
    })
  }
}

/** A store for the user's own folder: writes through links and devices instead of replacing them. */
function storeThroughLinks(folder: string): ObjectStore {
  const place = (key: string) => path.join(folder, ...key.split("/"))
  return {
    ...directoryStore(folder),
    async put(key, { body }) {
      await writeBytes(place(key), chunksOf(body), { force: true })
    },
    async get(key) {
      const found = await stat(place(key)).catch(() => undefined)
      return found?.isFile() ? readFile(place(key)) : undefined
    },
  }
}

/** Whether an earlier export may have created it: a file in a folder, neither of them a link. */
async function isOwn(folder: string, key: string): Promise<boolean> {
  const [file, parent] = [path.join(folder, key), path.join(folder, path.dirname(key))]
  const found = await lstat(file).catch(() => undefined)
  return found?.isFile() === true && (parent === folder || !(await lstat(parent)).isSymbolicLink())
}

/** The files of an earlier export. Ignores names in the manifest that this package does not create. */
function earlierFiles(body: Uint8Array | undefined): string[] {
  try {
    const { objects } = JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())) as Partial<Manifest>
    return Object.keys(objects ?? {}).filter((name) =>
      /^(?:[\w-]+\.html|page-[0-9a-f]{16}\.css|session\.(?:json|md)|files\/[0-9a-f]{32}\.[a-z]+)$/.test(name),
    )
  } catch {
    return []
  }
}
