import { type OpenedDatabase, openDatabase } from "./open-database.ts"
import { fields, text } from "./read-json.ts"
import { type SessionHead, sessionHeads } from "./session-heads.ts"

/** Current state of a session in OpenCode's database. */
export interface SessionState {
  id: string
  /** The conversation that it belongs to; its own id unless it is a subagent's. */
  rootID: string
  /** Time of the last activity, in milliseconds since 1970. */
  active: number
  /** Number of user messages, of OpenCode 2 those that a person wrote. */
  prompts: number
  directory: string
}

/** States of these sessions in the database at `path`; those that it does not have are left out. */
export function sessionStates(path: string, ids: readonly string[]): SessionState[] {
  const opened = openDatabase(path)
  if (opened === undefined) return []
  try {
    return sessionHeads(opened.database, opened.has, undefined, ids).map((head) => stateOf(opened, head))
  } finally {
    opened.close()
  }
}

function stateOf({ database, has }: OpenedDatabase, { id, active, generation, parentID }: SessionHead): SessionState {
  const [session, prompts] =
    generation === 2
      ? ["session_v2", "FROM session_message WHERE session_id = ?1 AND type = 'user'"]
      : ["session", "FROM message WHERE session_id = ?1 AND json_valid(data) AND data ->> '$.role' = 'user'"]
  const first = (sql: string) => fields(database.prepare(sql).all(id)[0])
  let rootID = id
  const seen = new Set([id])
  for (let parent = parentID; parent !== undefined && !seen.has(parent); ) {
    seen.add(parent)
    const [head] = sessionHeads(database, has, undefined, [parent])
    if (head === undefined) break
    rootID = parent
    parent = head.parentID
  }
  return {
    id,
    rootID,
    active,
    prompts: Number(first(`SELECT count(*) AS count ${prompts}`)["count"]),
    directory: text(first(`SELECT directory FROM ${session} WHERE id = ?1`)["directory"]),
  }
}
