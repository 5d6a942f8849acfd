import { chmodSync } from "node:fs"
import { chmod, stat } from "node:fs/promises"
import { makeFolder } from "./make-folder.ts"

/**
 * Creates a folder with mode 0700, whatever the umask, and its missing parents as well. An existing folder gets mode
 * 0700; existing parents stay unchanged. Throws errors of the file system; `ENOTDIR` if the path is not a folder.
 */
export async function createPrivateFolder(folder: string): Promise<void> {
  makeFolder(folder, { mode: 0o700, onMade: (made) => chmodSync(made, 0o700) })
  if (!(await stat(folder)).isDirectory())
    throw Object.assign(new Error(`${folder} is not a folder`), { code: "ENOTDIR" })
  await chmod(folder, 0o700)
}
