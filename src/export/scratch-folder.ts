import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { sha256 } from "../lib/hash.ts"

/** A temporary folder for rendered files. */
export interface ScratchFolder {
  write(name: string, body: Uint8Array): Promise<void>
  /** Throws if the file was not written. */
  read(name: string): Promise<Uint8Array>
}

/** Yields what `use` yields, with a private temporary folder that is deleted at the end. */
export async function* withScratchFolder<T>(use: (scratch: ScratchFolder) => AsyncGenerator<T>): AsyncGenerator<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "opencode-bucket-export-"))
  const locate = (name: string) => path.join(folder, sha256(name))
  try {
    yield* use({
      write: (name, body) => writeFile(locate(name), body),
      read: (name) => readFile(locate(name)),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
