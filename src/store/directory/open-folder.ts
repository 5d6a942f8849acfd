import { constants, existsSync } from "node:fs"
import { lstat, mkdir, open } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../../errors.ts"
import { makeFolder } from "../../lib/make-folder.ts"
import { errorCode } from "./directory-errors.ts"

/** An open folder. Operations at `at` apply to this folder, even if its name now refers to another one. */
export interface OpenFolder {
  /** The path for operations on its direct entries. */
  at: string
  /** The path for messages. */
  shown: string
  close(): Promise<void>
}

/**
 * Opens a folder below `root` by names, following no symbolic link (`store-denied`) except the root itself. Undefined if
 * there is no such folder; with `make`, creates it, and throws the file system's error if that fails.
 */
export async function openFolder(
  root: string,
  names: readonly string[],
  { make = false } = {},
): Promise<OpenFolder | undefined> {
  if (make) makeFolder(root)
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

/** Runs `act` with the path of a folder, which is open meanwhile; undefined if there is no such folder. */
export async function inFolder<T>(
  root: string,
  names: readonly string[],
  act: (at: string) => Promise<T>,
): Promise<T | undefined> {
  const held = await openFolder(root, names)
  try {
    return held && (await act(held.at))
  } finally {
    await held?.close()
  }
}

/** Why a folder that was just created is missing: another process deleted it (`ENOENT`), or a file has its name. */
async function missingFolderError(folder: string): Promise<Error> {
  const found = await lstat(folder)
  return Object.assign(new Error(folder), { code: found.isDirectory() ? "ENOENT" : "ENOTDIR" })
}

/** Opens a subfolder; undefined if there is none of that name. */
export async function openChild(parent: OpenFolder, name: string): Promise<OpenFolder | undefined> {
  const [at, shown] = [path.join(parent.at, name), path.join(parent.shown, name)]
  const found = await lstat(at).catch(ignoreCodes("ENOENT"))
  if (found?.isSymbolicLink()) throw symlinkError(shown)
  return found?.isDirectory() ? hold(at, shown, constants.O_NOFOLLOW) : undefined
}

// Linux has a path for an open folder, independent of its name. On other systems, each folder on the path is checked just
// before use.
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
  return new ShareError("store-denied", `${at} is a symbolic link; links are not followed.`, {
    hint: "Replace the link with a real folder, or use its target as the destination.",
  })
}

/** Turns errors with these codes into undefined; rethrows others. */
export function ignoreCodes(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(errorCode(error) ?? "")) throw error
  }
}
