import { randomBytes } from "node:crypto"
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs"
import path from "node:path"
import { ShareError } from "../errors.ts"

/** Target of an output path, after following all links. */
export type OutputTarget =
  /** A file, to be created or atomically replaced. */
  | { kind: "file"; target: string; replaces?: Stats }
  /** A device or a FIFO, to be written into. */
  | { kind: "stream"; target: string }
  /** An open file descriptor of this process: `/dev/stdout`, `/dev/fd/3`, `>(command)` of a shell. */
  | { kind: "descriptor"; descriptor: number }

/** Limit of Linux. */
const MAX_LINK_COUNT = 40

/**
 * Resolves an output path through links, so that none of them is replaced. A link may be dangling. Throws `bad-usage`
 * for folders, sockets, disks and link cycles, and errors of the file system.
 */
export function resolveOutput(file: string): OutputTarget {
  let at = path.resolve(file)
  for (let links = 0; links <= MAX_LINK_COUNT; links++) {
    const descriptor = ownDescriptor(at)
    if (descriptor !== undefined) return { kind: "descriptor", descriptor }
    const found = lstatSync(at, { throwIfNoEntry: false })
    if (found?.isSymbolicLink()) at = path.resolve(realpathSync(path.dirname(at)), readlinkSync(at))
    else if (!found) return { kind: "file", target: at }
    else if (found.isFile()) return { kind: "file", target: at, replaces: found }
    else if (found.isFIFO() || found.isCharacterDevice()) return { kind: "stream", target: at }
    else throw unwritableError(file, found.isDirectory() ? "a folder" : found.isSocket() ? "a socket" : "a disk")
  }
  throw unwritableError(file, "a link cycle")
}

const unwritableError = (file: string, what: string) =>
  new ShareError("bad-usage", `${file} is ${what}, cannot write a file there.`, { hint: "Give another file." })

function ownDescriptor(at: string): number | undefined {
  const [, pid, descriptor] = /^\/(?:dev|proc\/(self|thread-self|\d+))\/fd\/(\d{1,9})$/.exec(at) ?? []
  if (descriptor === undefined || (/^\d/.test(pid ?? "") && Number(pid) !== process.pid)) return undefined
  return Number(descriptor)
}

/** Path of the temporary file for atomic replacement: beside the target, since a rename needs the same file system. */
export const temporaryPath = (target: string): string => `${target}.${randomBytes(6).toString("hex")}.part`

/** Mode of a temporary file: nobody may read more than before. */
export const temporaryMode = (replaces: Stats | undefined): number => (replaces ? 0o600 : 0o666)

/** Copies owner and mode of the replaced file to a temporary file, and syncs it to disk. */
export function copyOwnerAndMode(descriptor: number, replaces: Stats | undefined): void {
  if (!replaces) return
  try {
    fchownSync(descriptor, replaces.uid, replaces.gid)
  } catch {
    // Only root can change the owner.
  }
  fchmodSync(descriptor, replaces.mode & 0o7777)
  fsyncSync(descriptor)
}

/**
 * Replaces or creates a file atomically; links to it, its mode and its owner are kept. Throws `bad-usage` if the path
 * is not a regular file, and errors of the file system.
 */
export function replaceFile(file: string, content: string): void {
  const place = resolveOutput(file)
  if (place.kind !== "file") throw unwritableError(file, "not a regular file")
  const { target, replaces } = place
  const unfinished = temporaryPath(target)
  const descriptor = openSync(unfinished, "wx", temporaryMode(replaces))
  try {
    try {
      writeFileSync(descriptor, content)
      copyOwnerAndMode(descriptor, replaces)
    } finally {
      closeSync(descriptor)
    }
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
