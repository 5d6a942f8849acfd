import { constants, existsSync } from "node:fs"
import { lstat, mkdir, open } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../../errors.ts"
import { errorCode } from "./directory-errors.ts"

/** A folder that is held open: what is done at its address is done in it, even where its name is meanwhile another's. */
export interface OpenFolder {
  /** Where to open, list, rename and delete what is directly in it. */
  at: string
  /** As people know it. */
  shown: string
  close(): Promise<void>
}

/**
 * Goes from `root` down by folders' names and by no symbolic link (`store-denied`); the root itself may be one. Undefined
 * where there is no such folder, unless folders are to be made: then an error of the file system where one cannot be.
 */
export async function openFolder(
  root: string,
  names: readonly string[],
  { make = false } = {},
): Promise<OpenFolder | undefined> {
  if (make) await mkdir(root, { recursive: true })
  let held = await hold(root, root, 0)
  for (const name of names) {
    if (held === undefined) break
    const parent = held
    try {
      if (make) await mkdir(path.join(parent.at, name)).catch(ignoreCodes("EEXIST"))
      held = await openChild(parent, name)
    } finally {
      await parent.close()
    }
  }
  if (make && held === undefined) throw await missingFolderError(path.join(root, ...names))
  return held
}

/** A folder that was made is not there: another run has deleted it (`ENOENT`), or a file has its name. */
async function missingFolderError(folder: string): Promise<Error> {
  const found = await lstat(folder)
  return Object.assign(new Error(folder), { code: found.isDirectory() ? "ENOENT" : "ENOTDIR" })
}

/** A folder in one that is held; undefined where there is none of that name. */
export async function openChild(parent: OpenFolder, name: string): Promise<OpenFolder | undefined> {
  const [at, shown] = [path.join(parent.at, name), path.join(parent.shown, name)]
  const found = await lstat(at).catch(ignoreCodes("ENOENT"))
  if (found?.isSymbolicLink()) throw symlinkError(shown)
  return found?.isDirectory() ? hold(at, shown, constants.O_NOFOLLOW) : undefined
}

// Linux has a name for a folder that is held open, by whatever name it was opened. Elsewhere, every folder on the way is
// looked at just before it is used.
const canHold = process.platform === "linux" && existsSync("/proc/self/fd")

async function hold(at: string, shown: string, flags: number): Promise<OpenFolder | undefined> {
  if (!canHold) return { at, shown, close: async () => {} }
  const folder = await open(at, constants.O_RDONLY | constants.O_DIRECTORY | flags).catch((error) => {
    if (flags !== 0 && ["ELOOP", "ENOTDIR"].includes(errorCode(error) ?? "")) throw symlinkError(shown)
    return ignoreCodes("ENOENT", "ENOTDIR")(error)
  })
  return folder && { at: `/proc/self/fd/${folder.fd}`, shown, close: () => folder.close() }
}

export function symlinkError(at: string): ShareError {
  return new ShareError(
    "store-denied",
    `${at} is a symbolic link, and nothing is read, written or deleted through one.`,
    {
      hint: "Replace the link by a real folder, or choose the place it leads to as the destination.",
    },
  )
}

/** Undefined for errors of these codes; others are thrown on. */
export function ignoreCodes(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(errorCode(error) ?? "")) throw error
  }
}
