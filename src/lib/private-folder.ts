import { chmod, mkdir, stat } from "node:fs/promises"
import path from "node:path"

/**
 * Creates a folder with mode 0700, whatever the umask, and its missing parents as well. An existing folder gets mode
 * 0700; existing parents stay unchanged. Throws errors of the file system; `ENOTDIR` if the path is not a folder.
 */
export async function createPrivateFolder(folder: string): Promise<void> {
  await make(folder)
  if (!(await stat(folder)).isDirectory())
    throw Object.assign(new Error(`${folder} is not a folder`), { code: "ENOTDIR" })
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
