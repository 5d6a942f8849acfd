import { readdir } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { ShareError } from "../errors.ts"
import { withTemporaryFiles } from "../lib/temporary-files.ts"
import { site } from "../render/site/site.ts"
import { FORMAT, INDEX, MANIFEST, type Manifest } from "../share/manifest.ts"
import type { Prepared } from "../share/prepare.ts"
import { publish } from "../share/publish.ts"
import { directoryStore } from "../store/directory/directory.ts"
import { alreadyThere } from "./write-output.ts"

export interface FolderOptions {
  folder: string
  version: string
  now: () => Date
  /** Write into a folder that has something in it: over what is there of an earlier export, beside all else. */
  force?: boolean | undefined
}

/**
 * The files of a share, in a folder of their own. Of an earlier export that is there, what no longer belongs is removed;
 * nothing else is. Throws `bad-usage` for a folder with something in it, without `force`. Returns the first page's
 * address and the bytes of all files.
 */
export async function exportFolder(
  { session, leftOut }: Prepared,
  options: FolderOptions,
): Promise<{ url: string; size: number }> {
  const { folder, version, now, force } = options
  if (!force && (await isTaken(folder))) throw alreadyThere(folder)
  const store = directoryStore(folder)
  const before = earlier(await store.get(MANIFEST))
  const { id, title } = session.info
  const about = { id, version, leftOut, live: false }
  const { objects } = await withTemporaryFiles((temporary) =>
    publish(site(session, { ...about, temporary }), { store, prefix: "", known: {} }),
  )
  const stale = before.filter((name) => !Object.hasOwn(objects, name))
  if (stale.length > 0) await store.delete(stale.map((key) => ({ key, size: 0 })))
  const written = now().toISOString()
  const manifest: Manifest = {
    ...{ format: FORMAT, id, session: id, title, state: "published", created: written, updated: written },
    ...{ generator: version, objects },
  }
  const body = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
  await store.put(MANIFEST, { body, contentType: "application/json; charset=utf-8", cacheControl: "no-cache" })
  const size = Object.values(objects).reduce((sum, object) => sum + object.size, body.length)
  return { url: pathToFileURL(path.join(folder, INDEX)).href, size }
}

async function isTaken(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false
    throw new ShareError("bad-usage", `${folder} is no folder that can be written into.`, {
      hint: "Give another --output.",
      cause: error,
    })
  }
}

/** The files of an earlier export: those that this package makes, and no others that a manifest may name. */
function earlier(body: Uint8Array | undefined): string[] {
  try {
    const { objects } = JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())) as Partial<Manifest>
    return Object.keys(objects ?? {}).filter((name) =>
      /^(?:[\w-]+\.html|page-[0-9a-f]{16}\.css|session\.(?:json|md)|files\/[0-9a-f]{32}\.[a-z]+)$/.test(name),
    )
  } catch {
    return []
  }
}
