import { rmdir, unlink } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../../errors.ts"
import { checkListedKey } from "../keys.ts"
import { errorCode } from "./directory-errors.ts"
import { ignoreCodes, inFolder } from "./open-folder.ts"

/** Deletes a file, then the folders that this empties. A missing file is not an error. Throws the file system's errors. */
export async function deleteFile(root: string, key: string): Promise<void> {
  const names = key.split("/")
  const name = names.pop() as string
  let isEmptied = await inFolder(root, names, async (at) => {
    await unlink(path.join(at, name)).catch(ignoreCodes("ENOENT"))
    return true
  })
  while (isEmptied && names.length > 0) {
    const folder = names.pop() as string
    isEmptied = await inFolder(root, names, (at) =>
      rmdir(path.join(at, folder)).then(
        () => true,
        (error) => errorCode(error) === "ENOENT",
      ),
    )
  }
}

/** Throws `bad-input` for a key that is not the plain path of a file. */
export function checkDeletable(key: string): void {
  checkListedKey(key)
  // On Windows, a name with a backslash or colon would be a path.
  const isStrange = key.split("/").some((name) => name === "" || (path.sep === "\\" && /[\\:]/.test(name)))
  if (isStrange) throw new ShareError("bad-input", `${JSON.stringify(key)} is not a file that can be deleted.`)
}
