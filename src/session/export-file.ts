import { constants } from "node:buffer"
import { readFile, stat } from "node:fs/promises"
import { ShareError } from "../errors.ts"
import { parseExport, tooLarge } from "./parse-export.ts"
import type { SessionSource } from "./source.ts"

/** The file at `path`, holding what `opencode export` prints. Reading throws `bad-input` for all that can be wrong with it. */
export function exportFile(path: string): SessionSource {
  const label = `the file ${path}`
  return { label, read: async (use) => use(parseExport(await readWhole(path, label), label)) }
}

/** What is piped in: the same as in a file. */
export function exportStdin(stream: AsyncIterable<Uint8Array | string> & { isTTY?: boolean }): SessionSource {
  const label = "standard input"
  return {
    label,
    async read(use) {
      if (stream.isTTY) {
        const hint = "Pipe an export into it: opencode export <session id> | opencode-bucket share -"
        throw new ShareError("bad-input", "Standard input is a terminal: there is no session in it.", { hint })
      }
      return use(parseExport(await readStream(stream, label), label))
    },
  }
}

async function readWhole(path: string, label: string): Promise<Uint8Array> {
  try {
    const file = await stat(path)
    if (file.isDirectory()) {
      const hint = "Name the export file in it."
      throw new ShareError("bad-input", `${path} is a folder, not an export of a session.`, { hint })
    }
    if (file.size > constants.MAX_STRING_LENGTH) throw tooLarge(label)
    return await readFile(path)
  } catch (error) {
    throw error instanceof ShareError ? error : unreadable(path, error)
  }
}

function unreadable(path: string, cause: unknown): ShareError {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === "ENOENT" || code === "ENOTDIR") {
    const hint = "Check the path, or give a session's id: `opencode session list` shows them."
    return new ShareError("bad-input", `There is no file ${path}.`, { hint, cause })
  }
  if (code === "EACCES" || code === "EPERM") {
    const hint = "Change the file's permissions, or export the session again."
    return new ShareError("bad-input", `The file ${path} may not be read.`, { hint, cause })
  }
  const hint = "Check the file and the disk that it is on."
  return new ShareError("bad-input", `The file ${path} cannot be read${code ? ` (${code})` : ""}.`, { hint, cause })
}

async function readStream(stream: AsyncIterable<Uint8Array | string>, label: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
    size += bytes.length
    if (size > constants.MAX_STRING_LENGTH) throw tooLarge(label)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks, size)
}
