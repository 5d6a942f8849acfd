import path from "node:path"
import { asJsonError, ShareError } from "../errors.ts"
import type { ArchiveSummary } from "../export/archive.ts"
import { parseDuration } from "../lib/duration.ts"
import { formatCount } from "../lib/format-count.ts"
import { sha256 } from "../lib/hash.ts"
import { databasePath } from "../session/database-path.ts"
import { listSessions, type SessionEntry } from "../session/list-sessions.ts"
import { writeJson } from "./json.ts"
import { info, type Terminal } from "./terminal.ts"

/** Flags that select sessions for `--all`. */
export interface AllFlags {
  all?: boolean
  since?: string
  project?: string
}

/** Lists the sessions that `--all` selects. Throws `bad-usage` for an invalid `--since`, and `session-not-found` for a `--project` that has none. */
export function selectSessions({ since, project }: AllFlags, { env, home, cwd }: Terminal): SessionEntry[] {
  const length = since === undefined ? Number.POSITIVE_INFINITY : parseDuration(since)
  if (length === undefined)
    throw new ShareError("bad-usage", `Invalid duration "${since}" for --since.`, {
      hint: "Use hours, days or weeks: 12h, 30d, 8w.",
    })
  const database = databasePath(env, home)
  const folder = project === undefined ? undefined : path.resolve(cwd, project)
  const sessions = listSessions(database, { since: Math.max(0, Date.now() - length), project: folder })
  if (
    folder !== undefined &&
    sessions.length === 0 &&
    listSessions(database, { since: 0, project: folder }).length === 0
  )
    throw new ShareError("session-not-found", `There are no sessions of ${folder}.`, {
      hint: "Name a folder in which OpenCode was used.",
    })
  return sessions
}

/** Hash of the options that affect the output: 16 hex characters. A session is processed again when it changes. */
export const optionsHash = (...values: unknown[]): string => sha256(JSON.stringify(values)).slice(0, 16)

/**
 * Prints the counts of an archive run; with `--json`, an object of these, `about` and the failures. Throws if any session
 * failed: the first error, with the number of failures.
 */
export function reportArchive(
  { kept, unchanged, left, failed }: ArchiveSummary,
  { done, leftOut, about }: { done: "exported" | "shared"; leftOut?: string; about: object },
  { json, quiet }: { json?: boolean; quiet?: boolean },
  terminal: Terminal,
): void {
  const error = archiveError(failed)
  if (json) {
    const failures = failed.map(({ session, error }) => ({ session, ...asJsonError(error) }))
    const summary = { ...about, [done]: kept, unchanged, left, failed: failures }
    writeJson(terminal, { ...summary, ...(error && { error: asJsonError(error) }) })
  }
  const counts = [
    `${kept} ${done}`,
    `${unchanged} unchanged`,
    left > 0 && `${left} skipped`,
    failed.length > 0 && `${failed.length} failed`,
  ]
  info(terminal, quiet, `${counts.filter(Boolean).join(", ")}.`)
  if (left > 0 && leftOut) info(terminal, quiet, leftOut)
  for (const { session, error } of failed.slice(0, 20)) info(terminal, quiet, `${session}: ${error.message}`)
  if (error) throw error
}

function archiveError(failed: ArchiveSummary["failed"]): ShareError | undefined {
  const [first] = failed
  if (!first) return undefined
  return new ShareError(
    first.error.code,
    `${formatCount(failed.length, "session")} failed. First error: ${first.error.message}`,
    {
      hint: first.error.hint ?? "Run the same command again to resume.",
      cause: first.error,
    },
  )
}
