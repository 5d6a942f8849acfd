import type { Omission } from "./omissions.ts"
import { omit } from "./omit.ts"
import type { SessionRecord } from "./source.ts"
import { cutAfter, type Until } from "./until.ts"

/** Selects the content of a session that is shared. */
export interface Selection {
  /** Kinds of content to leave out; empty: none. */
  omit?: Omission[] | undefined
  until?: Until | "end" | undefined
}

/**
 * Applies a selection to a record; the result contains nothing else. Throws `bad-usage` if the end is not in the
 * session.
 */
export async function select(record: SessionRecord, selection: Selection): Promise<SessionRecord> {
  const end = selection.until ?? "end"
  return omit(end === "end" ? record : await cutAfter(record, end), selection.omit ?? [])
}
