import { isCurrentIn2, lastActivity } from "./current-generation.ts"
import type { GenerationTables } from "./open-database.ts"
import { IN_PROJECT, projectFolders } from "./project-folders.ts"
import type { QueryableDatabase } from "./sqlite.ts"

/** A session in OpenCode's database, by the generation that has its current version. Times: milliseconds since 1970. */
export interface SessionHead {
  id: string
  generation: 1 | 2
  parentID: string | undefined
  isArchived: boolean
  /** Whether it belongs to the project that was asked for. */
  isHere: boolean
  /** Creation time of the last message; 0 if there is none. */
  said: number
  /** Time of the last activity. */
  active: number
  /** Time of the last update: what OpenCode 1 recorded as such, and the last activity in OpenCode 2. */
  updated: number
  /** The other generation has an older version, which has not all messages. */
  hasOlderCopy: boolean
  /** Written by a beta of OpenCode 2, in a format that no release has. */
  isBeta: boolean
}

interface SessionRow extends Omit<SessionHead, "generation" | "active" | "hasOlderCopy"> {
  /** Time of the last change of the session itself. */
  touched: number
  isUndone: boolean
}

/**
 * Time column as a number. A value that is not a number counts as later than all others, so that unknown content counts
 * as newer.
 */
const timeColumn = (column: string, otherwise = "9e18") =>
  `CASE typeof(${column}) WHEN 'integer' THEN CAST(${column} AS REAL) WHEN 'real' THEN ${column} ELSE ${otherwise} END`

/**
 * Types of messages that OpenCode 2 writes by itself; some of them also into the copy of a session without new
 * messages.
 */
const AUTOMATIC_TYPES = "'agent-switched', 'idle', 'location-switched', 'model-switched', 'synthetic', 'system'"

// With the index of either generation, ORDER BY reads only the last message; max() would read all.
const LAST_MESSAGE_TIME = `SELECT ${timeColumn("m.time_created")} FROM session_message m
   WHERE m.session_id = s.id AND ifnull(m.type, '') NOT IN (${AUTOMATIC_TYPES}) ORDER BY m.time_created DESC LIMIT 1`
const LAST_MESSAGE_TIME_IN_V1 = `SELECT ${timeColumn("m.time_created", "0")} FROM message m WHERE m.session_id = s.id
   ORDER BY m.time_created DESC LIMIT 1`
// OpenCode 1 had a setting to write its messages into `session_message` as well: some milliseconds later, but before it
// completes its own.
const COMPLETED_IN_V1 = `SELECT max(${timeColumn("m.time_created", "0")}, ${timeColumn("m.time_updated", "0")}) FROM message m
   WHERE m.session_id = s.id ORDER BY 1 DESC LIMIT 1`

const COMMON = `s.id AS id, s.parent_id AS parent, ifnull(s.time_archived, 0) <> 0 AS archived, (${IN_PROJECT}) AS here`

const ROWS_V2 = `SELECT ${COMMON}, (${LAST_MESSAGE_TIME}) AS said, 0 AS beta,
   max(${timeColumn("s.time_updated")}, ${timeColumn("ifnull(s.time_archived, 0)")}) AS touched,
   ifnull(s.revert, 'null') <> 'null' AS undone FROM session_v2 s`

const ROWS_V1 = `SELECT ${COMMON}, (${LAST_MESSAGE_TIME_IN_V1}) AS said, 0 AS beta, 0 AS undone,
   ${timeColumn("s.time_updated", "0")} AS updated,
   max(${timeColumn("s.time_updated", "0")}, ${timeColumn("s.time_archived", "0")}) AS touched FROM session s`

// Betas of OpenCode 2 had no table `session_v2`: their sessions are in `session`, their messages in `session_message`.
const ROWS_OF_BETAS = `SELECT ${COMMON}, (${LAST_MESSAGE_TIME}) AS said, 1 AS beta, 0 AS undone,
   ifnull((${COMPLETED_IN_V1}), 0) AS touched
   FROM session s WHERE EXISTS (SELECT 1 FROM session_message m WHERE m.session_id = s.id)`

/**
 * The sessions of both generations, each once, latest activity first. Throws SQLite errors, also for a missing column.
 * @param folder a folder whose project `isHere` refers to; undefined: every project
 * @param ids limits the result to these
 */
export function sessionHeads(
  database: QueryableDatabase,
  { v1, v2, v2Messages }: GenerationTables,
  folder?: string,
  ids?: readonly string[],
): SessionHead[] {
  const folders = folder === undefined ? null : JSON.stringify(projectFolders(folder))
  const only = ids === undefined ? null : JSON.stringify(ids)
  const rows = (sql: string) => {
    const filter = "(?2 IS NULL OR s.id IN (SELECT value FROM json_each(?2)))"
    const found = database.prepare(`${sql} ${sql.includes(" WHERE EXISTS") ? "AND" : "WHERE"} ${filter}`)
    return (found.all(folders, only) as Record<string, unknown>[]).map((row) => toRow(row, folders === null))
  }
  const inV1 = new Map((v1 ? rows(ROWS_V1) : []).map((row) => [row.id, row]))
  const inV2 = new Map((v2 ? rows(ROWS_V2) : []).map((row) => [row.id, row]))
  const betas = v1 && v2Messages ? rows(ROWS_OF_BETAS) : []
  for (const beta of betas) if (!inV2.has(beta.id) && beta.said > beta.touched) inV2.set(beta.id, beta)

  const heads = [...new Set([...inV1.keys(), ...inV2.keys()])].map((id): SessionHead => {
    const [one, two] = [inV1.get(id), inV2.get(id)]
    const isIn2 = two !== undefined && (one === undefined || two.isBeta || isCurrentIn2(two, one))
    const { touched: _, isUndone: _undone, ...row } = (isIn2 ? two : one)!
    const active = lastActivity((isIn2 ? two : one)!)
    // Not every message updates the row of a session in OpenCode 2.
    const updated = isIn2 ? active : row.updated
    const hasOlderCopy = one !== undefined && two !== undefined && one.said !== two.said
    return { ...row, generation: isIn2 ? 2 : 1, active, updated, hasOlderCopy }
  })
  return heads.sort((a, b) => b.active - a.active || (a.id < b.id ? -1 : 1))
}

function toRow(row: Record<string, unknown>, isEverywhere: boolean): SessionRow {
  const parent = row["parent"]
  return {
    id: String(row["id"]),
    parentID: typeof parent === "string" && parent !== "" ? parent : undefined,
    isArchived: row["archived"] === 1,
    isHere: isEverywhere || row["here"] === 1,
    said: Number(row["said"] ?? 0),
    touched: Number(row["touched"]),
    updated: Number(row["updated"] ?? row["touched"]),
    isUndone: row["undone"] === 1,
    isBeta: row["beta"] === 1,
  }
}

/** Ids of the subagent sessions of a session, in either generation. */
export function childIDs(database: QueryableDatabase, { v1, v2 }: GenerationTables, id: string): string[] {
  const tables = [...(v1 ? ["session"] : []), ...(v2 ? ["session_v2"] : [])]
  const sql = tables.map((table) => `SELECT id, time_created FROM ${table} WHERE parent_id = ?1`).join(" UNION ")
  const found = database.prepare(`${sql} ORDER BY time_created, id`).all(id) as Record<string, unknown>[]
  return [...new Set(found.map((row) => String(row["id"])))]
}
