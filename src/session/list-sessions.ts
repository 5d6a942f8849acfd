import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import { IN_PROJECT, projectFolders } from "./newest-session.ts"
import { openDatabase, queryDatabase } from "./open-database.ts"
import { assertAllCurrent } from "./opencode-2.ts"

/** A session in a list, known without reading its messages. */
export interface SessionEntry {
  id: string
  /** Fingerprint: changes with any change of the session or of its subagent sessions. */
  stamp: string
}

export interface SessionFilter {
  /** Minimum time of the last update, in milliseconds since 1970. */
  since?: number | undefined
  /** A folder: limits the list to its project. */
  project?: string | undefined
}

/**
 * Lists the sessions in OpenCode's database at `path`, latest update first.
 * Includes archived sessions; subagent sessions count as part of the session that started them. Throws
 * `session-not-found` if there is no readable database, and `Opencode2Error` if OpenCode 2 has a newer version of any
 * listed session.
 */
export function listSessions(path: string, { since = 0, project }: SessionFilter): SessionEntry[] {
  const database = openDatabase(path)
  if (!database) {
    queryDatabase(path, (found, isV1Known) => assertAllCurrent(found, { since, project }, { isV1Known }))
    throw new ShareError("session-not-found", `No readable OpenCode database at ${path}.`, {
      hint: "Give a session id or an export file instead of --all.",
    })
  }
  try {
    assertAllCurrent(database, { since, project })
    const rows = database.prepare("SELECT id, parent_id, title, revert, time_updated FROM session").all()
    const messageStats = new Map(
      database
        .prepare(
          "SELECT session_id, count(*) AS messages, max(time_updated) AS updated FROM message GROUP BY session_id",
        )
        .all()
        .map((row) => [row["session_id"], [row["messages"], row["updated"]]]),
    )
    const children = Map.groupBy(rows, (row) => row["parent_id"])
    const fingerprint = (row: Record<string, unknown>, seen: Set<unknown>): unknown[] => {
      if (seen.has(row["id"])) return []
      seen.add(row["id"])
      const own = [row["id"], row["title"], row["revert"], row["time_updated"], messageStats.get(String(row["id"]))]
      return [...own, ...(children.get(String(row["id"])) ?? []).map((child) => fingerprint(child, seen))]
    }
    const wanted = database
      .prepare(
        `SELECT id, parent_id, title, revert, time_updated FROM session
         WHERE parent_id IS NULL AND time_updated >= :since AND (:folders IS NULL OR ${IN_PROJECT})
         ORDER BY time_updated DESC, id`,
      )
      .all({ since, folders: project === undefined ? null : JSON.stringify(projectFolders(project)) })
    return wanted.flatMap((row) => {
      const id = String(row["id"])
      // A session without messages has nothing to export.
      if (!messageStats.has(id)) return []
      const stamp = createHash("sha256")
        .update(JSON.stringify(fingerprint(row, new Set())))
        .digest("hex")
      return { id, stamp: stamp.slice(0, 32) }
    })
  } finally {
    database.close()
  }
}
