import { constants, write } from "node:fs"
import { link, open, rename, unlink } from "node:fs/promises"
import path from "node:path"
import { isatty } from "node:tty"
import { ShareError } from "../errors.ts"
import { makeFolder } from "../lib/make-folder.ts"
import {
  copyOwnerAndMode,
  type OutputTarget,
  resolveOutput,
  temporaryMode,
  temporaryPath,
} from "../lib/output-target.ts"
import { forTerminal } from "../lib/terminal-text.ts"

export interface OutputOptions {
  /** Overwrite an existing file. */
  force?: boolean | undefined
}

/** `writeBytes` for text. */
export const writeOutput = (
  file: string,
  pieces: AsyncIterable<string>,
  options: OutputOptions = {},
): Promise<number> => writeBytes(file, toBuffers(pieces), options)

/**
 * Writes to the target of a path. Creates or atomically replaces a file, keeping its mode; writes into a device, FIFO or
 * open file; keeps symbolic links. Throws `bad-usage` if something exists there without `force`, or cannot be overwritten;
 * `bad-input` if the system refuses. Returns the number of bytes written.
 */
export async function writeBytes(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  { force = false }: OutputOptions = {},
): Promise<number> {
  try {
    makeFolder(path.dirname(file))
    const place = resolveOutput(file)
    if (!force && !isFree(place)) throw outputExists(file)
    if (place.kind === "file") return await replaceWith(place, pieces, force)
    if (place.kind === "descriptor") return await writeInto(place.descriptor, pieces)
    // Opening a FIFO blocks until it has a reader.
    const handle = await open(place.target, constants.O_WRONLY | (constants.O_NOCTTY ?? 0))
    try {
      return await writeInto(handle.fd, pieces)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw errorOf(error, file)
  }
}

/** Throws `bad-usage` if something exists at the path, so that no work is done in vain. Also throws what `resolveOutput` throws. */
export function assertFree(file: string): void {
  try {
    if (!isFree(resolveOutput(file))) throw outputExists(file)
  } catch (error) {
    throw errorOf(error, file)
  }
}

const isFree = (place: OutputTarget) => place.kind === "file" && place.replaces === undefined

async function replaceWith(
  { target, replaces }: Extract<OutputTarget, { kind: "file" }>,
  pieces: AsyncIterable<Uint8Array>,
  force: boolean,
): Promise<number> {
  const unfinished = temporaryPath(target)
  try {
    const handle = await open(unfinished, "wx", temporaryMode(replaces))
    let size = 0
    try {
      for await (const piece of pieces) {
        await handle.writeFile(piece)
        size += piece.length
      }
      copyOwnerAndMode(handle.fd, replaces)
    } finally {
      await handle.close()
    }
    if (!force) await claimName(unfinished, target)
    await rename(unfinished, target)
    return size
  } finally {
    await unlink(unfinished).catch(() => {})
  }
}

/** Claims a name; throws `bad-usage` if it exists. */
async function claimName(unfinished: string, target: string): Promise<void> {
  try {
    await link(unfinished, target)
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException
    if (code === "EEXIST") throw outputExists(target)
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(code)) throw error
    // The file system has no hard links.
    await (await open(target, "wx")).close()
  }
}

/** Writes to an open descriptor; escapes control characters for a terminal. */
async function writeInto(descriptor: number, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const piece of isatty(descriptor) ? forTerminal(pieces) : pieces)
    for (let at = 0; at < piece.length; ) {
      const written = await writeSome(descriptor, piece.subarray(at))
      at += written
      size += written
    }
  return size
}

const BUSY_MS = 10

/** Writes as much as possible. Resolves to 0 after a delay if a pipe is full. */
const writeSome = (descriptor: number, bytes: Uint8Array) =>
  new Promise<number>((resolve, reject) =>
    write(descriptor, bytes, (error, written) => {
      if (!error) resolve(written)
      else if (error.code === "EAGAIN") setTimeout(resolve, BUSY_MS, 0)
      else reject(error)
    }),
  )

/** The `bad-usage` error for an existing file or a non-empty folder. */
export const outputExists = (place: string) =>
  new ShareError("bad-usage", `${place} already exists.`, {
    hint: "Choose another --output, or use --force to overwrite it.",
  })

/** Encodes text as UTF-8 in chunks of at least 100,000 characters, except the last. */
export async function* toBuffers(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = ""
  for await (const piece of pieces) {
    text += piece
    if (text.length < 100_000) continue
    yield Buffer.from(text)
    text = ""
  }
  if (text !== "") yield Buffer.from(text)
}

function errorOf(error: unknown, file: string): unknown {
  if (error instanceof ShareError) return error
  const code = (error as NodeJS.ErrnoException).code
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error
  return new ShareError("bad-input", `The file ${file} cannot be written (${code}).`, {
    hint: "Give another --output: a file or a folder that you may write.",
    cause: error,
  })
}
