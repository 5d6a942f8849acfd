import { readdir, readFile, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { mapConcurrently } from "../../lib/concurrency.ts"
import { sha256 } from "../../lib/hash.ts"
import { createPrivateFolder } from "../../lib/private-folder.ts"

/**
 * Index of a ledger by share id, so that an entry is found without reading all of them: one small file per share, named
 * by the hash of its id, holds the name of the entry's file. A cache: a pointer may be missing or wrong, and nothing
 * fails if it cannot be written.
 */
export interface IdIndex {
  /** The name of the entry's file; undefined if there is no pointer. */
  get(id: string): Promise<string | undefined>
  /** Records where an entry is. */
  set(id: string, name: string): Promise<void>
  delete(id: string): Promise<void>
  /** Adds the pointers that are missing, such as those of entries by earlier versions of this package. */
  complete(entries: readonly { id: string; name: string }[]): Promise<void>
}

/** Pointers that are written at the same time. */
const MAX_CONCURRENT_WRITES = 16

export function idIndex(folder: string): IdIndex {
  const fileNameOf = (id: string) => sha256(id)
  const fileOf = (id: string) => path.join(folder, fileNameOf(id))
  const write = (id: string, name: string) => writeFile(fileOf(id), name, { mode: 0o600 })
  async function get(id: string): Promise<string | undefined> {
    const name = await readFile(fileOf(id), "utf8").catch(() => "")
    return name === "" ? undefined : name
  }
  return {
    get,
    async set(id, name) {
      if ((await get(id)) === name) return
      await createPrivateFolder(folder)
        .then(() => write(id, name))
        .catch(() => {})
    },
    async delete(id) {
      await rm(fileOf(id), { force: true }).catch(() => {})
    },
    async complete(entries) {
      try {
        await createPrivateFolder(folder)
        const names = new Set(await readdir(folder))
        const missing = entries.filter(({ id }) => !names.has(fileNameOf(id)))
        await mapConcurrently(missing, MAX_CONCURRENT_WRITES, ({ id, name }) => write(id, name))
      } catch {
        // The next look-up reads all entries again.
      }
    },
  }
}
