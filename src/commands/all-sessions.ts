import { createHash } from "node:crypto"
import path from "node:path"
import { ShareError } from "../errors.ts"
import type { ArchiveSummary } from "../export/archive.ts"
import { databasePath } from "../session/database-path.ts"
import { listSessions, type SessionEntry } from "../session/list-sessions.ts"
import { parseDuration } from "../share/expiry.ts"
import { info, type Terminal } from "./terminal.ts"

/** The flags that say which of many sessions are meant. */
export interface AllFlags {
  all?: boolean
  since?: string
  project?: string
}

/** The sessions that `--all` means. Throws `bad-usage`. */
export function selectSessions({ since, project }: AllFlags, { env, home, cwd }: Terminal): SessionEntry[] {
  const length = since === undefined ? Number.POSITIVE_INFINITY : parseDuration(since)
  if (length === undefined)
    throw new ShareError("bad-usage", `--since "${since}" is no length of time.`, {
      hint: "Give hours, days or weeks: 12h, 30d, 8w.",
    })
  return listSessions(databasePath(env, home), {
    since: Math.max(0, Date.now() - length),
    project: project === undefined ? undefined : path.resolve(cwd, project),
  })
}

/** A word that changes when what is kept of the same session would. */
export const optionsHash = (...values: unknown[]): string =>
  createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16)

/** Says what was done, and what it means that some were left out; throws the first error, if some could not be kept, with how many. */
export function reportArchive(
  { kept, unchanged, left, failed }: ArchiveSummary,
  { done, leftOut }: { done: string; leftOut?: string },
  quiet: boolean | undefined,
  terminal: Terminal,
): void {
  const counts = [
    `${kept} ${done}`,
    `${unchanged} unchanged`,
    left > 0 && `${left} left out`,
    failed.length > 0 && `${failed.length} failed`,
  ]
  info(terminal, quiet, `${counts.filter(Boolean).join(", ")}.`)
  if (left > 0 && leftOut) info(terminal, quiet, leftOut)
  for (const { session, error } of failed.slice(0, 20)) info(terminal, quiet, `${session}: ${error.message}`)
  const [first] = failed
  if (first)
    throw new ShareError(
      first.error.code,
      `${failed.length} of the sessions could not be kept. The first: ${first.error.message}`,
      {
        hint: first.error.hint ?? "The same command goes on where this one ended.",
        cause: first.error,
      },
    )
}
