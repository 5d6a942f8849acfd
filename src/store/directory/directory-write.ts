import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import path from "node:path"
import type { Content } from "../../lib/temporary-files.ts"
import { errorCode } from "./directory-errors.ts"
import { type OpenFolder, openFolder } from "./open-folder.ts"

const MAX_WRITE_ATTEMPTS = 3

/** Writes a file atomically, creating its folders. Throws the file system's errors. */
export async function writeFileIn(
  root: string,
  folders: readonly string[],
  name: string,
  body: Content,
): Promise<void> {
  // Another process may delete the folder together with its last file: create it again.
  for (let attempt = 1; ; attempt++) {
    try {
      // Most keys are in an existing folder.
      const held =
        (await openFolder(root, folders)) ?? ((await openFolder(root, folders, { make: true })) as OpenFolder)
      try {
        return await writeAtomically(held.at, name, body)
      } finally {
        await held.close()
      }
    } catch (error) {
      if (errorCode(error) !== "ENOENT" || attempt === MAX_WRITE_ATTEMPTS) throw error
    }
  }
}

async function writeAtomically(folder: string, name: string, body: Content): Promise<void> {
  const temporary = path.join(folder, `.${name}.${randomBytes(6).toString("hex")}.tmp`)
  try {
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666)
    try {
      await file.writeFile(body instanceof Uint8Array ? body : body.chunks())
    } finally {
      await file.close()
    }
    await rename(temporary, path.join(folder, name))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}
