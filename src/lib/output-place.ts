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

/** What lies at a path that is to be written, at the end of all links. */
export type OutputPlace =
  /** A file, which is replaced as a whole, or none yet. */
  | { kind: "file"; target: string; replaces?: Stats }
  /** A device or a FIFO: it stays, and is written into. */
  | { kind: "stream"; target: string }
  /** What this process has open: `/dev/stdout`, `/dev/fd/3`, `>(command)` of a shell. */
  | { kind: "descriptor"; descriptor: number }

/** As many as Linux follows. */
const MAX_LINKS = 40

/**
 * Follows the links at a path to what is to be written, so that none of them is replaced. A link may lead to what is not
 * there yet. Throws `bad-usage` for folders, sockets, disks and links in a circle, and what the file system throws.
 */
export function outputPlace(file: string): OutputPlace {
  let at = path.resolve(file)
  for (let links = 0; links <= MAX_LINKS; links++) {
    const descriptor = ownDescriptor(at)
    if (descriptor !== undefined) return { kind: "descriptor", descriptor }
    const found = lstatSync(at, { throwIfNoEntry: false })
    if (found?.isSymbolicLink()) at = path.resolve(realpathSync(path.dirname(at)), readlinkSync(at))
    else if (!found) return { kind: "file", target: at }
    else if (found.isFile()) return { kind: "file", target: at, replaces: found }
    else if (found.isFIFO() || found.isCharacterDevice()) return { kind: "stream", target: at }
    else throw unwritable(file, found.isDirectory() ? "a folder" : found.isSocket() ? "a socket" : "a disk")
  }
  throw unwritable(file, "a link that leads back to itself")
}

const unwritable = (file: string, what: string) =>
  new ShareError("bad-usage", `${file} is ${what}: no file can be written there.`, { hint: "Name another file." })

function ownDescriptor(at: string): number | undefined {
  const [, pid, descriptor] = /^\/(?:dev|proc\/(self|thread-self|\d+))\/fd\/(\d{1,9})$/.exec(at) ?? []
  if (descriptor === undefined || (/^\d/.test(pid ?? "") && Number(pid) !== process.pid)) return undefined
  return Number(descriptor)
}

/** Where content is written before it takes a file's name: beside it, since a name is only taken within a file system. */
export const unfinishedName = (target: string): string => `${target}.${randomBytes(6).toString("hex")}.part`

/** The mode of an unfinished file: others never read what they could not read before. */
export const modeBefore = (replaces: Stats | undefined): number => (replaces ? 0o600 : 0o666)

/** Gives an unfinished file the owner and the mode of what it replaces, and makes sure that the disk has all of it. */
export function finish(descriptor: number, replaces: Stats | undefined): void {
  if (!replaces) return
  try {
    fchownSync(descriptor, replaces.uid, replaces.gid)
  } catch {
    // Only root gives files away.
  }
  fchmodSync(descriptor, replaces.mode & 0o7777)
  fsyncSync(descriptor)
}

/**
 * Replaces a file, or makes one: links to it, its mode and its owner stay. However it ends, the file is the old one or the
 * new one. Throws `bad-usage` where something else has the name, and what the file system throws.
 */
export function replaceFile(file: string, content: string): void {
  const place = outputPlace(file)
  if (place.kind !== "file") throw unwritable(file, "no regular file")
  const { target, replaces } = place
  const unfinished = unfinishedName(target)
  const descriptor = openSync(unfinished, "wx", modeBefore(replaces))
  try {
    try {
      writeFileSync(descriptor, content)
      finish(descriptor, replaces)
    } finally {
      closeSync(descriptor)
    }
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
