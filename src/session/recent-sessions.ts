import { IN_PROJECT, projectFolders } from "./newest-session.ts"
import { openDatabase } from "./open-database.ts"

/** A session to choose from. */
export interface RecentSession {
  id: string
  title: string
  /** Time of the last update, in milliseconds since 1970. */
  updated: number
  /** Number of its messages, without those of subagent sessions. */
  messages: number
}

/**
 * The sessions of a folder's project, latest update first, without subagent sessions, archived and empty ones. Empty if
 * the database is missing or cannot be read.
 */
export function recentSessions(path: string, directory: string, limit: number): RecentSession[] {
  const database = openDatabase(path)
  try {
    const rows = database
      ?.prepare(
        `SELECT id, title, time_updated AS updated,
           (SELECT count(*) FROM message WHERE message.session_id = session.id) AS messages
         FROM session
         WHERE parent_id IS NULL AND time_archived IS NULL AND (${IN_PROJECT})
         ORDER BY time_updated DESC, id LIMIT :limit`,
      )
      .all({ folders: JSON.stringify(projectFolders(directory)), limit })
    return (rows ?? [])
      .map(({ id, title, updated, messages }) => ({
        id: String(id),
        title: String(title ?? ""),
        updated: Number(updated),
        messages: Number(messages),
      }))
      .filter(({ messages }) => messages > 0)
  } finally {
    database?.close()
  }
}
