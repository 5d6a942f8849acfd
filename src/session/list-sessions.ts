import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import { type OpenedDatabase, openDatabase } from "./open-database.ts"
import { fields } from "./read-json.ts"
import { type SessionHead, sessionHeads } from "./session-heads.ts"
import { Opencode2Error } from "./v2/opencode-2-error.ts"

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
 * Lists the sessions in OpenCode's database at `path`, of both generations, latest activity first. Includes archived sessions; subagent sessions count as part of the session that started them; sessions
 * without messages are left out. Throws `session-not-found` if there is no readable database, and `Opencode2Error` for
 * sessions in a form of OpenCode 2 that is not known.
 */
export function listSessions(path: string, { since = 0, project }: SessionFilter): SessionEntry[] {
  const opened = openDatabase(path)
  try {
    if (!opened?.has.v1 && !opened?.has.v2)
      throw new ShareError("session-not-found", `No readable OpenCode database at ${path}.`, {
        hint: "Give a session id or an export file instead of --all.",
      })
    return entriesOf(opened, { since, project })
  } finally {
    opened?.close()
  }
}

function entriesOf(opened: OpenedDatabase, { since = 0, project }: SessionFilter): SessionEntry[] {
  const heads = sessionHeads(opened.database, opened.has, project)
  const children = Map.groupBy(heads, ({ parentID }) => parentID)
  const versions = versionsOf(opened)
  const fingerprint = (head: SessionHead, seen: Set<string>): unknown[] => {
    if (seen.has(head.id)) return []
    seen.add(head.id)
    const below = (children.get(head.id) ?? []).map((child) => fingerprint(child, seen))
    return [head.id, ...versions(head), ...below]
  }
  const listed = heads.filter((head) => head.isHere && head.parentID === undefined && head.updated >= since)
  const beta = listed.find(({ isBeta }) => isBeta)
  if (beta)
    throw new Opencode2Error(
      `Session ${beta.id} was written by a beta of OpenCode 2, in a format that no release has.`,
      "Open it in a released OpenCode 2 first, which converts it; or name single sessions instead of --all.",
    )
  return listed.flatMap((head) => {
    // A session without messages has nothing to export.
    if (head.said === 0) return []
    const stamp = createHash("sha256")
      .update(JSON.stringify(fingerprint(head, new Set())))
      .digest("hex")
    return { id: head.id, stamp: stamp.slice(0, 32) }
  })
}

/** Returns what changes with any change of a session: of its own row and of its messages. */
function versionsOf({ database, has }: OpenedDatabase): (head: SessionHead) => unknown[] {
  const byID = (sql: string) =>
    new Map(
      database
        .prepare(sql)
        .all()
        .map(fields)
        .map((row) => [row["id"], row]),
    )
  const tables = (session: string, message: string) => [
    byID(`SELECT id, title, revert, time_updated FROM ${session}`),
    byID(
      `SELECT session_id AS id, count(*) AS messages, max(time_updated) AS updated FROM ${message} GROUP BY session_id`,
    ),
  ]
  const v1 = has.v1 ? tables("session", "message") : []
  const v2 = has.v2 ? tables("session_v2", "session_message") : []
  return ({ id, generation }) => (generation === 2 ? v2 : v1).map((rows) => Object.values(rows.get(id) ?? {}))
}
