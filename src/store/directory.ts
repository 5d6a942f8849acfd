import { randomBytes } from "node:crypto"
import { constants, type Dirent } from "node:fs"
import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { ShareError } from "../errors.ts"
import { directoryError, errorCode } from "./directory-errors.ts"
import { checkKey, checkListedKey, checkPrefix } from "./keys.ts"
import type { ObjectEntry, ObjectStore } from "./object-store.ts"

export interface DirectoryStoreOptions {
  /** Where the folder is seen from outside, if a web server serves it: `https://shares.corp.example`. */
  publicUrl?: string | undefined
}

/**
 * An `ObjectStore` over a local folder, which is created when first needed. Content is stored as it is, so that a
 * page opens from `file://`; content type and cache control are the web server's affair.
 *
 * Writes are atomic: the content goes to a temporary file beside its target, which then takes the target's name. The
 * temporary file of a run that was killed lies below the same prefix, so it is listed and deleted with it.
 *
 * The folder itself may be a symbolic link; below it none is followed. A folder that is one is refused
 * (`store-denied`), a file that is one is listed, and replaced or deleted as the link that it is.
 */
export function directoryStore(folder: string, { publicUrl }: DirectoryStoreOptions = {}): ObjectStore {
  const root = path.resolve(folder)
  const base = publicUrl === undefined ? pathToFileURL(`${root}${path.sep}`).href : `${publicUrl.replace(/\/+$/, "")}/`
  const locate = (key: string) => path.join(root, ...key.split("/"))

  /** Refuses a way from the root to the key's folder on which a symbolic link stands. False where it does not lead there. */
  async function reaches(folders: readonly string[]): Promise<boolean> {
    let at = root
    for (const name of folders) {
      at = path.join(at, name)
      const found = await lstat(at).catch(missingIs(undefined))
      if (found === undefined) return false
      if (found.isSymbolicLink()) throw linkRefused(at)
      if (!found.isDirectory()) return false
    }
    return true
  }

  async function makeFolders(folders: readonly string[]): Promise<string> {
    await mkdir(root, { recursive: true })
    if (await reaches(folders)) return path.join(root, ...folders)
    // One level at a time, each looked at before the next is made: nothing is created behind a symbolic link.
    for (let depth = 1; depth <= folders.length; depth++) {
      const some = folders.slice(0, depth)
      await mkdir(path.join(root, ...some)).catch((error) => {
        if (errorCode(error) !== "EEXIST") throw error
      })
      await reaches(some)
    }
    return path.join(root, ...folders)
  }

  async function entriesOf(directory: string): Promise<Dirent[]> {
    const found = await readdir(directory, { withFileTypes: true }).catch(missingIs<Dirent[]>([]))
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async function* walk(prefix: string): AsyncGenerator<ObjectEntry> {
    for (const entry of await entriesOf(locate(prefix))) {
      const key = prefix + entry.name
      if (entry.isDirectory()) yield* walk(`${key}/`)
      else {
        const found = await lstat(locate(key)).catch(missingIs(undefined))
        if (found !== undefined) yield { key, size: found.size }
      }
    }
  }

  async function removeOne(key: string): Promise<void> {
    const folders = foldersOf(key)
    if (!(await reaches(folders))) return
    await unlink(locate(key)).catch(missingIs(undefined))
    for (let depth = folders.length; depth > 0; depth--) {
      const emptied = await rmdir(path.join(root, ...folders.slice(0, depth))).then(
        () => true,
        (error) => errorCode(error) === "ENOENT",
      )
      if (!emptied) return
    }
  }

  return {
    name: root,

    async put(key, { body }) {
      checkKey(key)
      const target = locate(key)
      // Another run that deletes the last file of this folder takes the folder with it: make it again, once or twice.
      for (let attempt = 1; ; attempt++) {
        try {
          const directory = await makeFolders(foldersOf(key))
          await writeWhole(
            path.join(directory, `.${path.basename(target)}.${randomBytes(6).toString("hex")}.tmp`),
            target,
            body,
          )
          return
        } catch (error) {
          if (errorCode(error) !== "ENOENT" || attempt === 3) throw directoryError(error, "write", target)
        }
      }
    },

    async get(key) {
      checkKey(key)
      try {
        if (!(await reaches(foldersOf(key)))) return undefined
        if ((await lstat(locate(key))).isSymbolicLink()) throw linkRefused(locate(key))
        return await readFile(locate(key))
      } catch (error) {
        if (errorCode(error) === "ENOENT") return undefined
        throw directoryError(error, "read", locate(key))
      }
    },

    async *list(prefix) {
      checkPrefix(prefix)
      try {
        await isFolderOrMissing(root)
        if (await reaches(prefix.slice(0, -1).split("/"))) yield* walk(prefix)
      } catch (error) {
        throw directoryError(error, "list", locate(prefix))
      }
    },

    async *folders(prefix) {
      checkPrefix(prefix)
      try {
        await isFolderOrMissing(root)
        if (!(await reaches(prefix.slice(0, -1).split("/")))) return
        for (const entry of await entriesOf(locate(prefix))) {
          if (!entry.isDirectory()) continue
          const first = await walk(`${prefix}${entry.name}/`).next()
          if (first.done !== true) yield entry.name
        }
      } catch (error) {
        throw directoryError(error, "list", locate(prefix))
      }
    },

    async delete(entries) {
      for (const { key } of entries) checkDeletable(key)
      let refused: ShareError | undefined
      for (const { key } of entries) {
        try {
          await removeOne(key)
        } catch (error) {
          refused ??= directoryError(error, "delete", locate(key))
        }
      }
      if (refused !== undefined) throw refused
    },

    url(key) {
      checkKey(key)
      return base + key
    },

    listings: () => [],

    close() {},
  }
}

async function writeWhole(temporary: string, target: string, body: Uint8Array): Promise<void> {
  try {
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666)
    try {
      await file.writeFile(body)
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

/** An empty listing must mean "nothing there", so a root that is something else is an error rather than nothing. */
async function isFolderOrMissing(root: string): Promise<void> {
  const found = await stat(root).catch(missingIs(undefined))
  if (found !== undefined && !found.isDirectory()) throw Object.assign(new Error(root), { code: "ENOTDIR" })
}

function checkDeletable(key: string): void {
  checkListedKey(key)
  // On Windows a name with a backslash or a colon would be a path of its own.
  const strange = key.split("/").some((name) => name === "" || (path.sep === "\\" && /[\\:]/.test(name)))
  if (strange) throw new ShareError("bad-input", `${JSON.stringify(key)} is not a file that can be deleted.`)
}

function foldersOf(key: string): string[] {
  return key.split("/").slice(0, -1)
}

function linkRefused(at: string): ShareError {
  return new ShareError(
    "store-denied",
    `${at} is a symbolic link, and nothing is read, written or deleted through one.`,
    {
      hint: "Replace the link by a real folder, or choose the place it leads to as the destination.",
    },
  )
}

function missingIs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (errorCode(error) === "ENOENT") return value
    throw error
  }
}
