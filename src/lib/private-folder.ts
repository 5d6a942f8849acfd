import { chmod, mkdir, stat } from "node:fs/promises"
import path from "node:path"

/**
 * Makes a folder that only this user can enter, whatever the umask, and those above it that are missing as well; one that
 * is there already is made private, those above it stay as they are. Throws what the file system throws, `ENOTDIR` where
 * something else has the name.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await make(folder)
  if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(`${folder} is no folder`), { code: "ENOTDIR" })
  await chmod(folder, 0o700)
}

async function make(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
    await chmod(folder, 0o700)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return
    if (code !== "ENOENT" || path.dirname(folder) === folder) throw error
    await make(path.dirname(folder))
    await make(folder)
  }
}
