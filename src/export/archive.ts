import { ShareError } from "../errors.ts"
import type { SessionEntry } from "../session/list-sessions.ts"
import type { ArchivedSession, Journal } from "./journal.ts"

export interface ArchiveOptions {
  sessions: readonly SessionEntry[]
  journal: Journal
  /** Hash of the options that affect the output. */
  optionsHash: string
  /** State of an earlier output. `gone`: removed by the user, do not create it again. */
  checkState: (kept: ArchivedSession) => Promise<"there" | "missing" | "gone">
  /** Exports one session; throws `ShareError` if it cannot be exported. */
  exportSession: (session: string) => Promise<Omit<ArchivedSession, "session" | "stamp">>
  onProgress?: (done: number, session: string) => void
}

export interface ArchiveSummary {
  kept: number
  unchanged: number
  /** Skipped: removed by the user, or sharing is disabled by its project's settings. */
  left: number
  failed: { session: string; error: ShareError }[]
}

/**
 * Exports many sessions sequentially. Skips unchanged sessions without reading them. Records each result at once, so that
 * the next run resumes after an interruption. A failed session does not stop the others.
 */
export async function archive({
  sessions,
  journal,
  optionsHash,
  checkState,
  exportSession,
  onProgress,
}: ArchiveOptions): Promise<ArchiveSummary> {
  const result: ArchiveSummary = { kept: 0, unchanged: 0, left: 0, failed: [] }
  for (const [done, { id, stamp }] of sessions.entries()) {
    onProgress?.(done, id)
    const before = journal.entries.get(id)
    const state = before ? await checkState(before) : "missing"
    if (state === "gone") result.left++
    else if (state === "there" && before?.stamp === `${stamp} ${optionsHash}`) result.unchanged++
    else
      try {
        await journal.add({ ...(await exportSession(id)), session: id, stamp: `${stamp} ${optionsHash}` })
        result.kept++
      } catch (error) {
        if (!(error instanceof ShareError)) throw error
        if (error.code === "sharing-disabled") result.left++
        else result.failed.push({ session: id, error })
        // These errors would occur for every session.
        if (/^store-(?:credentials|denied|bucket-missing|unreachable|clock)$/.test(error.code)) break
      }
  }
  return result
}
