import { type Omission, omit } from "./omit.ts"
import type { SessionRecord } from "./source.ts"
import { type Until, until } from "./until.ts"

/** What of a session is shared. */
export interface Selection {
  /** Empty: nothing is left out. */
  omit?: Omission[] | undefined
  until?: Until | "end" | undefined
}

/** The part of a session that is to be shared; nothing of the rest is in it. Throws `bad-usage` where there is no such end. */
export async function select(record: SessionRecord, selection: Selection): Promise<SessionRecord> {
  const end = selection.until ?? "end"
  return omit(end === "end" ? record : await until(record, end), selection.omit ?? [])
}
