import { type OpenedDatabase, openDatabase } from "./open-database.ts"
import { fields } from "./read-json.ts"
import { type SessionHead, sessionHeads } from "./session-heads.ts"

/** A session to choose from. */
export interface RecentSession {
  id: string
  title: string
  /** Time of the last activity, in milliseconds since 1970. */
  active: number
  /** Number of its messages, without those of subagent sessions. */
  messages: number
}

/**
 * The sessions of a folder's project, latest activity first, without subagent sessions, archived and empty ones. Empty
 * if there is no readable database. Throws `Opencode2Error` and SQLite errors for one in an unknown schema.
 */
export function recentSessions(path: string, folder: string, limit: number): RecentSession[] {
  const opened = openDatabase(path)
  if (!opened) return []
  try {
    return sessionHeads(opened.database, opened.has, folder)
      .filter((head) => head.isHere && head.parentID === undefined && !head.isArchived && head.said > 0)
      .slice(0, limit)
      .map((head) => ({ id: head.id, active: head.active, ...detailsOf(head, opened) }))
  } finally {
    opened.close()
  }
}

function detailsOf({ id, generation, isBeta }: SessionHead, { database }: OpenedDatabase) {
  const [session, message] =
    generation === 1 ? ["session", "message"] : [isBeta ? "session" : "session_v2", "session_message"]
  const sql = `SELECT title, (SELECT count(*) FROM ${message} WHERE session_id = ?1) AS messages FROM ${session} WHERE id = ?1`
  const { title, messages } = fields(database.prepare(sql).all(id)[0])
  return { title: typeof title === "string" ? title : "", messages: Number(messages ?? 0) }
}
