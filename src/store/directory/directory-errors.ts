import { ShareError } from "../../errors.ts"

/** The `code` of a Node file system error, such as `ENOENT`; undefined for other values. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}

/**
 * Turns a file system error into a `ShareError`: `store-denied` if a permission is missing, else `store-failed`.
 * Returns a `ShareError` unchanged.
 */
export function directoryError(error: unknown, doing: "write" | "read" | "list" | "delete", at: string): ShareError {
  if (error instanceof ShareError) return error
  const failed = (code: "store-denied" | "store-failed", why: string, hint: string) =>
    new ShareError(code, `Could not ${doing} ${at}: ${why}.`, { hint, cause: error })
  switch (errorCode(error)) {
    case "EACCES":
    case "EPERM":
      return failed("store-denied", "permission denied", "Give yourself access to this folder or choose another one.")
    case "ENOENT":
      return failed("store-failed", "no folder can be created there", "Choose another folder.")
    case "EROFS":
      return failed(
        "store-denied",
        "it is on a read-only file system",
        "Choose a folder on a disk that can be written.",
      )
    case "ENOTDIR":
    case "EEXIST":
      return failed(
        "store-failed",
        "a file is in the place of a folder",
        "Move that file away or choose another folder.",
      )
    case "EISDIR":
      return failed(
        "store-failed",
        "a folder is in the place of a file",
        "Move that folder away or choose another one.",
      )
    case "ENOSPC":
    case "EDQUOT":
      return failed("store-failed", "the disk or the quota is full", "Free some space or choose another folder.")
    case "ENAMETOOLONG":
      return failed("store-failed", "the path is too long for this system", "Choose a folder with a shorter path.")
    case "EMFILE":
    case "ENFILE":
      return failed("store-failed", "too many files are open", "Close other programs or raise the limit (ulimit -n).")
    case "ELOOP":
      return failed("store-failed", "symbolic links form a loop", "Fix the link or choose another folder.")
    default:
      return failed("store-failed", reason(error), "Check that the folder can be opened, then try again.")
  }
}

function reason(error: unknown): string {
  const code = errorCode(error)
  if (code !== undefined) return `the system answered ${code}`
  return error instanceof Error ? error.message : String(error)
}
