import { constants } from "node:buffer"
import { type FileHandle, open } from "node:fs/promises"
import { ShareError } from "../errors.ts"
import { readLargeExport } from "./large-export.ts"
import { parseExport, tooLargeError } from "./parse-export.ts"
import type { SessionSource } from "./source.ts"

/**
 * Files above this size are read message by message. Below it, parsing the whole file is faster and gives more precise
 * errors.
 */
const LARGE_FILE_BYTES = 24_000_000

/**
 * Source that reads an export file (the output of `opencode export`) of any size. Reading throws `bad-input`; for a
 * message of a large file, only when that message is read.
 */
export function exportFile(path: string, large = LARGE_FILE_BYTES): SessionSource {
  const label = `the file ${path}`
  return {
    label,
    async read(use) {
      const { file, size } = await openFile(path)
      try {
        const record = size > large ? await readLargeExport(file, label) : undefined
        return await use(record ?? parseExport(await readWhole(file, size, path, label), label))
      } finally {
        await file.close()
      }
    },
  }
}

/** Source that reads an export from standard input. */
export function exportStdin(stream: AsyncIterable<Uint8Array | string> & { isTTY?: boolean }): SessionSource {
  const label = "standard input"
  return {
    label,
    async read(use) {
      if (stream.isTTY) {
        const hint = "Pipe an export: opencode export <session id> | opencode-bucket share -"
        throw new ShareError("bad-input", "Standard input is a terminal, expected a session.", { hint })
      }
      return use(parseExport(await readStream(stream, label), label))
    },
  }
}

async function openFile(path: string): Promise<{ file: FileHandle; size: number }> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const found = await file.stat()
    if (!found.isDirectory()) return { file, size: found.size }
  } catch (error) {
    await file?.close()
    if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw unreadableError(path, error)
  }
  await file?.close()
  const hint = "Give the path of an export file."
  throw new ShareError("bad-input", `${path} is a folder, not an export file.`, { hint })
}

async function readWhole(file: FileHandle, size: number, path: string, label: string): Promise<Uint8Array> {
  if (size > constants.MAX_STRING_LENGTH) throw tooLargeError(label)
  try {
    return await file.readFile()
  } catch (error) {
    throw unreadableError(path, error)
  }
}

function unreadableError(path: string, cause: unknown): ShareError {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === "ENOENT" || code === "ENOTDIR") {
    const hint = "Check the path, or give a session id: `opencode session list` shows them."
    return new ShareError("bad-input", `File not found: ${path}.`, { hint, cause })
  }
  if (code === "EACCES" || code === "EPERM") {
    const hint = "Make the file readable, or export the session again."
    return new ShareError("bad-input", `Permission denied: ${path}.`, { hint, cause })
  }
  const hint = "Check the file and its disk."
  return new ShareError("bad-input", `Cannot read ${path}${code ? ` (${code})` : ""}.`, { hint, cause })
}

async function readStream(stream: AsyncIterable<Uint8Array | string>, label: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
    size += bytes.length
    if (size > constants.MAX_STRING_LENGTH) throw tooLargeError(label)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks, size)
}
