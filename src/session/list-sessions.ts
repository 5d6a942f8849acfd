import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { ShareError } from "../errors.ts"
import { foldersOf, IN_PROJECT } from "./newest.ts"
import { askDatabase, openDatabase } from "./open-database.ts"
import { assertAllCurrent } from "./opencode-2.ts"
import { listStored } from "./storage.ts"

/** A session of OpenCode's database, as far as it can be told without reading it. */
export interface SessionEntry {
  id: string
  /** Another one when anything of the session, or of a subagent's, has changed. */
  stamp: string
}

export interface Wanted {
  /** Only what was worked on since then, in milliseconds since 1970. */
  since?: number | undefined
  /** Only the project that this folder belongs to. */
  project?: string | undefined
}

/**
 * The sessions in OpenCode's database at `path`, or in the files beside it that were there before it, last worked on
 * first; archived ones, too, and subagents' with the session that started them. Throws `session-not-found` where there is no database that can be read, and `Opencode2Error` where
 * OpenCode 2 has something newer of any session that is wanted.
 */
export function listSessions(path: string, { since = 0, project }: Wanted): SessionEntry[] {
  const database = openDatabase(path)
  const stored = database || existsSync(path) ? undefined : listStored(dirname(path), { since, project })
  if (stored) return stored
  if (!database) {
    askDatabase(path, (found, isV1Known) => assertAllCurrent(found, { since, project }, { isV1Known }))
    throw new ShareError("session-not-found", `There is no database of OpenCode at ${path} that can be read.`, {
      hint: "Name a session, or an export file, instead of --all.",
    })
  }
  try {
    assertAllCurrent(database, { since, project })
    const rows = database.prepare("SELECT id, parent_id, title, revert, time_updated FROM session").all()
    const said = new Map(
      database
        .prepare(
          "SELECT session_id, count(*) AS messages, max(time_updated) AS updated FROM message GROUP BY session_id",
        )
        .all()
        .map((row) => [row["session_id"], [row["messages"], row["updated"]]]),
    )
    const children = Map.groupBy(rows, (row) => row["parent_id"])
    const stampOf = (row: Record<string, unknown>, seen: Set<unknown>): unknown[] => {
      if (seen.has(row["id"])) return []
      seen.add(row["id"])
      const own = [row["id"], row["title"], row["revert"], row["time_updated"], said.get(String(row["id"]))]
      return [...own, ...(children.get(String(row["id"])) ?? []).map((child) => stampOf(child, seen))]
    }
    const wanted = database
      .prepare(
        `SELECT id, parent_id, title, revert, time_updated FROM session
         WHERE parent_id IS NULL AND time_updated >= :since AND (:folders IS NULL OR ${IN_PROJECT})
         ORDER BY time_updated DESC, id`,
      )
      .all({ since, folders: project === undefined ? null : JSON.stringify(foldersOf(project)) })
    return wanted.flatMap((row) => {
      const id = String(row["id"])
      // One in which nothing was said is nothing to keep.
      if (!said.has(id)) return []
      const stamp = createHash("sha256")
        .update(JSON.stringify(stampOf(row, new Set())))
        .digest("hex")
      return { id, stamp: stamp.slice(0, 32) }
    })
  } finally {
    database.close()
  }
}
