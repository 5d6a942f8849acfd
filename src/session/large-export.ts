import type { FileHandle } from "node:fs/promises"
import { checkedInfo, childrenOf, invalidMessageError } from "./parse-export.ts"
import type { SessionRecord } from "./source.ts"
import { type ByteRange, splitExport } from "./split-export.ts"

/** Bytes per read. */
const WINDOW_BYTES = 1 << 20

/**
 * Creates a record that reads messages from the export file on demand, so that only one of them is in memory. Returns
 * undefined if the file is not of the usual form: UTF-8 with nothing before the object. Throws `bad-input` for an
 * object that is not a session; errors in a message are thrown when it is read.
 */
export async function readLargeExport(file: FileHandle, label: string): Promise<SessionRecord | undefined> {
  const split = await splitExport(chunksOf(file))
  if (!split?.info || split.messages.length === 0) return undefined
  const { info, children, messages } = split
  const read = async (window: WindowReader, { from, to }: ByteRange) => parse(await window(from, to), from, label)
  const window = createWindowReader(file)
  async function* storedFrom(from: number) {
    const window = createWindowReader(file)
    for (let i = 2 * from; i < messages.length; i += 2)
      yield await window(messages[i] as number, messages[i + 1] as number)
  }
  async function* messagesFrom(from: number) {
    let at = 2 * from
    for await (const bytes of storedFrom(from)) {
      yield parse(bytes, messages[at] as number, label)
      at += 2
    }
  }
  return {
    info: checkedInfo(await read(window, info), label),
    children: children ? childrenOf(await read(window, children), label) : [],
    messages: () => messagesFrom(0),
    partial: { messagesFrom, storedFrom },
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(WINDOW_BYTES), 0, WINDOW_BYTES, position)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    position += bytesRead
  }
}

type WindowReader = ReturnType<typeof createWindowReader>

/** Reads spans in ascending order, several with one read. */
function createWindowReader(file: FileHandle) {
  let window: Buffer = Buffer.alloc(0)
  let start = 0
  return async (from: number, to: number): Promise<Buffer> => {
    if (from < start || to > start + window.length) {
      const size = Math.max(WINDOW_BYTES, to - from)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, from)
      window = buffer.subarray(0, bytesRead)
      start = from
    }
    return window.subarray(from - start, to - start)
  }
}

function parse(bytes: Buffer, from: number, label: string): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (cause) {
    throw invalidMessageError(label, from, cause)
  }
}
