import type { Session } from "../session/model.ts"
import { normalizeSession } from "../session/normalize.ts"
import { type Selection, select } from "../session/select.ts"
import type { SessionRecord } from "../session/source.ts"

export interface PrepareOptions {
  /** All of it, unless given. */
  selection?: Selection | undefined
}

/** A session as it will be seen. */
export interface Prepared {
  session: Session
  /** What was left out of it, in words. */
  leftOut: string | undefined
}

/**
 * What is common to all that leaves the record of a session, into a bucket or a file: record → select → normalize.
 * Throws what selecting and reading throw.
 */
export async function prepare(record: SessionRecord, { selection = {} }: PrepareOptions): Promise<Prepared> {
  return { session: normalizeSession(await select(record, selection)), leftOut: inWords(selection) }
}

function inWords({ omit = [], until = "end" }: Selection): string | undefined {
  const words = [...omit.map((kind) => kind.replace("-", " ")), ...(until === "end" ? [] : ["what follows"])]
  return words.join(", ") || undefined
}
