import type { Dirent } from "node:fs"
import { lstat, readdir, stat } from "node:fs/promises"
import path from "node:path"
import type { ObjectEntry } from "../object-store.ts"
import { ignoreCodes, inFolder, type OpenFolder, openChild, openFolder } from "./open-folder.ts"

/** Lists all files below a folder, sorted; keys begin with `prefix`. Throws the file system's errors. */
export async function* listFiles(
  root: string,
  folders: readonly string[],
  prefix: string,
): AsyncGenerator<ObjectEntry> {
  await checkRoot(root)
  yield* walk(await openFolder(root, folders), prefix)
}

/** Lists the names of the folders directly below a folder that contain a file at any depth. */
export async function* listFolderNames(root: string, folders: readonly string[]): AsyncGenerator<string> {
  await checkRoot(root)
  const entries = (await inFolder(root, folders, entriesOf)) ?? []
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const below = walk(await openFolder(root, [...folders, name]), "")
    const first = await below.next()
    await below.return(undefined)
    if (first.done !== true) yield name
  }
}

/** Lists everything below an open folder, then closes it. */
async function* walk(held: OpenFolder | undefined, prefix: string): AsyncGenerator<ObjectEntry> {
  if (held === undefined) return
  try {
    for (const entry of await entriesOf(held.at)) {
      if (entry.isDirectory()) yield* walk(await openChild(held, entry.name), `${prefix}${entry.name}/`)
      else {
        const found = await lstat(path.join(held.at, entry.name)).catch(ignoreCodes("ENOENT"))
        if (found !== undefined) yield { key: prefix + entry.name, size: found.size }
      }
    }
  } finally {
    await held.close()
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const found = (await readdir(folder, { withFileTypes: true }).catch(ignoreCodes("ENOENT"))) ?? []
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** An empty listing must mean that nothing is stored, so a root that is not a folder is an error. */
async function checkRoot(root: string): Promise<void> {
  const found = await stat(root).catch(ignoreCodes("ENOENT"))
  if (found !== undefined && !found.isDirectory()) throw Object.assign(new Error(root), { code: "ENOTDIR" })
}
