import { createHash } from "node:crypto"
import type { SessionRecord } from "../session/source.ts"

/** What the first messages of a session are: how many, and SHA-256 of them all, hexadecimal. */
export interface Beginning {
  messages: number
  hash: string
}

/** A record of which it is known, once it has been read, what its messages are. */
export interface WatchedRecord {
  record: SessionRecord
  /** What comes before the last prompt. OpenCode completes what it notes of a prompt when the next one comes, but nothing before. */
  beforeLastPrompt(): Beginning | undefined
  /** Whether the session still begins so: asked only for the beginning that is looked out for. */
  beginsWith(beginning: Beginning): boolean
  /** From now on, the record has no messages but those after the beginning that is looked out for; or all of them again. */
  onlyRest(only: boolean): void
}

/** Of a session that has grown by more than this, nothing is kept: it is read again. */
const REST = 2_000

/** Watches a record while it is read for the first time. @param expected the beginning to look out for */
export function watch(record: SessionRecord, expected: Beginning | undefined): WatchedRecord {
  const sum = createHash("sha256")
  let read = 0
  let isRead = false
  let isReadable = true
  let isOnlyRest = false
  let atExpected: string | undefined
  let lastPrompt: Beginning | undefined
  const rest: unknown[] = []

  function note(message: unknown): void {
    if (read === expected?.messages) atExpected = hashOf()
    if (isPrompt(message)) lastPrompt = { messages: read, hash: hashOf() }
    if (expected && read >= expected.messages && rest.length <= REST) rest.push(message)
    read++
    try {
      sum.update(JSON.stringify(message)).update("\n")
    } catch {
      // What nests too deeply to be written cannot be told apart either.
      isReadable = false
    }
  }
  const hashOf = () => sum.copy().digest("hex")

  return {
    record: {
      ...record,
      async *messages() {
        if (isOnlyRest) {
          yield* rest
          return
        }
        const isFirst = !isRead && read === 0
        for await (const message of record.messages()) {
          if (isFirst) note(message)
          yield message
        }
        if (!isFirst) return
        if (read === expected?.messages) atExpected = hashOf()
        isRead = true
      },
    },
    beforeLastPrompt: () => (isRead && isReadable ? lastPrompt : undefined),
    beginsWith: ({ hash }) => isRead && isReadable && rest.length <= REST && atExpected === hash,
    onlyRest(only) {
      isOnlyRest = only
    },
  }
}

const isPrompt = (message: unknown) => (message as { info?: { role?: unknown } } | null)?.info?.role === "user"
