import { randomBytes } from "node:crypto"
import { constants, type Dirent } from "node:fs"
import { type FileHandle, lstat, open, readdir, rename, rm, rmdir, stat, unlink } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { ShareError } from "../../errors.ts"
import type { Content } from "../../lib/temporary-files.ts"
import { checkKey, checkListedKey, checkPrefix } from "../keys.ts"
import type { ObjectEntry, ObjectStore } from "../object-store.ts"
import { directoryError, errorCode } from "./directory-errors.ts"
import { readForWeb } from "./directory-read.ts"
import { ignoreCodes, type OpenFolder, openChild, openFolder, symlinkError } from "./open-folder.ts"

export interface DirectoryStoreOptions {
  /** Public base URL, if a web server serves the folder: `https://shares.corp.example`. */
  publicUrl?: string | undefined
}

/**
 * An `ObjectStore` for a local folder, which is created when needed. Content is stored uncompressed, so that pages open
 * from `file://`; content type and cache control are left to the web server.
 *
 * Writes are atomic: content goes to a temporary file beside the target, which is then renamed. The temporary file of a
 * killed process lies below the same prefix, so it is listed and deleted with it.
 *
 * The folder itself may be a symbolic link; links below it are not followed. A linked folder is refused
 * (`store-denied`); a linked file is listed, and the link itself is replaced or deleted.
 */
export function directoryStore(folder: string, { publicUrl }: DirectoryStoreOptions = {}): ObjectStore {
  const root = path.resolve(folder)
  const base = publicUrl === undefined ? pathToFileURL(`${root}${path.sep}`).href : `${publicUrl.replace(/\/+$/, "")}/`
  const locate = (key: string) => path.join(root, ...key.split("/"))

  /** Runs `act` in the folder of a key or prefix; undefined if there is no such folder. */
  async function within<T>(folders: readonly string[], act: (at: string) => Promise<T>): Promise<T | undefined> {
    const held = await openFolder(root, folders)
    try {
      return held && (await act(held.at))
    } finally {
      await held?.close()
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

  async function removeOne(key: string): Promise<void> {
    const names = key.split("/")
    const name = names.pop() as string
    const isGone = await within(names, async (at) => {
      await unlink(path.join(at, name)).catch(ignoreCodes("ENOENT"))
      return true
    })
    // Remove folders that are empty now.
    for (let emptied = isGone; emptied && names.length > 0; ) {
      const folder = names.pop() as string
      emptied = await within(names, (at) =>
        rmdir(path.join(at, folder)).then(
          () => true,
          (error) => errorCode(error) === "ENOENT",
        ),
      )
    }
  }

  return {
    name: root,

    async put(key, { body }) {
      checkKey(key)
      const target = locate(key)
      // Another process may delete the folder together with its last file: create it again, up to twice.
      for (let attempt = 1; ; attempt++) {
        try {
          const folders = foldersOf(key)
          // Most keys are in an existing folder.
          const held =
            (await openFolder(root, folders)) ?? ((await openFolder(root, folders, { make: true })) as OpenFolder)
          try {
            await writeWhole(held.at, path.basename(target), body)
          } finally {
            await held.close()
          }
          return
        } catch (error) {
          if (errorCode(error) !== "ENOENT" || attempt === 3) throw directoryError(error, "write", target)
        }
      }
    },

    async get(key) {
      checkKey(key)
      const target = locate(key)
      try {
        return await within(foldersOf(key), (at) => readWhole(path.join(at, path.basename(target)), target))
      } catch (error) {
        if (errorCode(error) === "ENOENT") return undefined
        throw directoryError(error, "read", target)
      }
    },

    async read(key, asked = {}) {
      checkKey(key)
      const target = locate(key)
      try {
        return await within(foldersOf(key), async (at) =>
          readForWeb(await openFile(path.join(at, path.basename(target)), target), key, asked),
        )
      } catch (error) {
        if (["ENOENT", "EISDIR"].includes(errorCode(error) ?? "")) return undefined
        throw directoryError(error, "read", target)
      }
    },

    async *list(prefix) {
      checkPrefix(prefix)
      try {
        await isFolderOrMissing(root)
        yield* walk(await openFolder(root, foldersOf(prefix)), prefix)
      } catch (error) {
        throw directoryError(error, "list", locate(prefix))
      }
    },

    async *folders(prefix) {
      checkPrefix(prefix)
      try {
        await isFolderOrMissing(root)
        const names = await within(foldersOf(prefix), async (at) =>
          (await entriesOf(at)).filter((entry) => entry.isDirectory()).map(({ name }) => name),
        )
        for (const name of names ?? []) {
          const below = walk(await openFolder(root, [...foldersOf(prefix), name]), "")
          const first = await below.next()
          await below.return(undefined)
          if (first.done !== true) yield name
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

async function entriesOf(folder: string): Promise<Dirent[]> {
  const found = (await readdir(folder, { withFileTypes: true }).catch(ignoreCodes("ENOENT"))) ?? []
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function writeWhole(folder: string, name: string, body: Content): Promise<void> {
  const temporary = path.join(folder, `.${name}.${randomBytes(6).toString("hex")}.tmp`)
  try {
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666)
    try {
      await file.writeFile(body instanceof Uint8Array ? body : body.pieces())
    } finally {
      await file.close()
    }
    await rename(temporary, path.join(folder, name))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

async function readWhole(at: string, shown: string): Promise<Uint8Array> {
  const file = await openFile(at, shown)
  try {
    return await file.readFile()
  } finally {
    await file.close()
  }
}

async function openFile(at: string, shown: string): Promise<FileHandle> {
  if ((await lstat(at)).isSymbolicLink()) throw symlinkError(shown)
  // O_NONBLOCK: opening a pipe would block.
  const file = await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  const found = await file.stat()
  if (found.isFile() || found.isDirectory()) return file
  await file.close()
  throw new Error("it is not a file")
}

/** An empty listing must mean that nothing is stored, so a root that is not a folder is an error. */
async function isFolderOrMissing(root: string): Promise<void> {
  const found = await stat(root).catch(ignoreCodes("ENOENT"))
  if (found !== undefined && !found.isDirectory()) throw Object.assign(new Error(root), { code: "ENOTDIR" })
}

function checkDeletable(key: string): void {
  checkListedKey(key)
  // On Windows, a name with a backslash or colon would be a path.
  const strange = key.split("/").some((name) => name === "" || (path.sep === "\\" && /[\\:]/.test(name)))
  if (strange) throw new ShareError("bad-input", `${JSON.stringify(key)} is not a file that can be deleted.`)
}

/** The folder names of a key, or all names of a prefix. */
const foldersOf = (key: string): string[] => key.split("/").slice(0, -1)
