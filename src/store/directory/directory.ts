import path from "node:path"
import { pathToFileURL } from "node:url"
import type { ShareError } from "../../errors.ts"
import { checkKey, checkPrefix } from "../keys.ts"
import type { ObjectStore } from "../object-store.ts"
import { checkDeletable, deleteFile } from "./directory-delete.ts"
import { directoryError } from "./directory-errors.ts"
import { listFiles, listFolderNames } from "./directory-list.ts"
import { readFileForWeb, readFileIn } from "./directory-read.ts"
import { writeFileIn } from "./directory-write.ts"

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

  return {
    name: root,

    async put(key, { body }) {
      checkKey(key)
      await writeFileIn(root, foldersOf(key), path.posix.basename(key), body).catch(failed("write", locate(key)))
    },

    async get(key) {
      checkKey(key)
      return readFileIn(root, foldersOf(key), locate(key)).catch(failed("read", locate(key)))
    },

    async read(key, asked = {}) {
      checkKey(key)
      return readFileForWeb(root, foldersOf(key), locate(key), asked).catch(failed("read", locate(key)))
    },

    async *list(prefix) {
      checkPrefix(prefix)
      try {
        yield* listFiles(root, foldersOf(prefix), prefix)
      } catch (error) {
        throw directoryError(error, "list", locate(prefix))
      }
    },

    async *folders(prefix) {
      checkPrefix(prefix)
      try {
        yield* listFolderNames(root, foldersOf(prefix))
      } catch (error) {
        throw directoryError(error, "list", locate(prefix))
      }
    },

    async delete(entries) {
      for (const { key } of entries) checkDeletable(key)
      let refused: ShareError | undefined
      for (const { key } of entries) {
        await deleteFile(root, key).catch((error: unknown) => {
          refused ??= directoryError(error, "delete", locate(key))
        })
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

const failed = (doing: "write" | "read", at: string) => (error: unknown) => {
  throw directoryError(error, doing, at)
}

/** The folder names of a key, or all names of a prefix. */
const foldersOf = (key: string): string[] => key.split("/").slice(0, -1)
