import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"

/** A place for what is drawn before it can be put in its place. */
export interface ScratchFolder {
  write(name: string, body: Uint8Array): Promise<void>
  /** Throws for what was not written. */
  read(name: string): Promise<Uint8Array>
}

/** Gives what `use` gives, with a folder that only this user can enter, which goes away with the last piece. */
export async function* withScratchFolder<T>(use: (scratch: ScratchFolder) => AsyncGenerator<T>): AsyncGenerator<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "opencode-bucket-export-"))
  const locate = (name: string) => path.join(folder, createHash("sha256").update(name).digest("hex"))
  try {
    yield* use({
      write: (name, body) => writeFile(locate(name), body),
      read: (name) => readFile(locate(name)),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
