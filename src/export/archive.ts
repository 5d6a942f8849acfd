import { ShareError } from "../errors.ts"
import type { SessionEntry } from "../session/list-sessions.ts"
import type { ArchivedSession, Journal } from "./journal.ts"

export interface ArchiveOptions {
  sessions: readonly SessionEntry[]
  journal: Journal
  /** How sessions are kept, in a word that changes when what is kept would. */
  optionsHash: string
  /** Whether what was kept is still to be kept as it is: `gone` must not be made again. */
  checkState: (kept: ArchivedSession) => Promise<"there" | "missing" | "gone">
  /** Keeps one session; throws `ShareError` when that one cannot be kept. */
  exportSession: (session: string) => Promise<Omit<ArchivedSession, "session" | "stamp">>
  onProgress?: (done: number, session: string) => void
}

export interface ArchiveSummary {
  kept: number
  unchanged: number
  /** Left alone: taken back by hand, or not to be shared by its project's settings. */
  left: number
  failed: { session: string; error: ShareError }[]
}

/**
 * Keeps many sessions, one after the other. What has not changed since is not read; what was done is noted at once, so
 * that the next run goes on where this one was cut short. One that fails does not keep the others from being kept.
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
        // What refuses one refuses all.
        if (/^store-(?:credentials|denied|bucket-missing|unreachable|clock)$/.test(error.code)) break
      }
  }
  return result
}
