import { createWriteStream } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { SessionRecord } from "../session/source.ts"

/**
 * Writes a session to a private temporary file for a program that somebody has configured, one JSON value a line: the
 * session, its messages, then the same of its subagent sessions. Deletes it when `work` has ended.
 */
export async function withSessionFile<T>(record: SessionRecord, work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "opencode-bucket-scan-"))
  try {
    const file = path.join(folder, "session.jsonl")
    await pipeline(Readable.from(linesOf(record)), createWriteStream(file, { mode: 0o600 }))
    return await work(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function* linesOf(record: SessionRecord): AsyncGenerator<string> {
  yield `${JSON.stringify(record.info)}\n`
  for await (const message of record.messages()) yield `${JSON.stringify(message)}\n`
  for (const child of record.children) yield* linesOf(child)
}
