import { IN_PROJECT, projectFolders } from "./newest-session.ts"

/**
 * A database with an open transaction: the common interface of `node:sqlite` and `bun:sqlite` that these checks use.
 */
export interface QueryableDatabase {
  prepare(sql: string): { all(...parameters: string[]): unknown[] }
}

/** A session that is newer in OpenCode 2 than in OpenCode 1. Times are milliseconds since 1970. */
export interface NewerSession {
  id: string
  /** OpenCode 1 does not have the session. */
  isNew: boolean
  /** Creation time of the last message; 0 if there is none. */
  said: number
  /** Time of the last activity. */
  active: number
}

/** Queries over the session tables of OpenCode 1 and OpenCode 2. */
export interface GenerationQueries {
  /**
   * Sessions that are newer in OpenCode 2, among a session and its subagent sessions at every depth; the session itself
   * first.
   */
  newerBelow(id: string): NewerSession[]
  /** Sessions that are newer in OpenCode 2, in the project of a folder or in all projects. */
  newerIn(folder: string | undefined): NewerSession[]
  /** The same without subagent sessions and archived sessions, latest activity first. */
  newerConversationsIn(folder: string | undefined): NewerSession[]
  /** Time of the last activity in a session of OpenCode 1; 0 if it has no such session. */
  activeInV1(id: string): number
}

interface GenerationRow {
  id: string
  said: number
  touched: number
  isUndone: boolean
  /** A row of `session`, the table that both generations write. */
  isShared: boolean
}

/** Required columns of OpenCode 2. */
const REQUIRED_COLUMNS = {
  session_v2: "id, project_id, parent_id, directory, revert, time_updated, time_archived",
  session_message: "session_id, type, time_created",
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
const LAST_MESSAGE_TIME = (id: string) =>
  `SELECT ${timeColumn("m.time_created")} FROM session_message m
   WHERE m.session_id = ${id} AND ifnull(m.type, '') NOT IN (${AUTOMATIC_TYPES}) ORDER BY m.time_created DESC LIMIT 1`
const LAST_MESSAGE_TIME_IN_V1 = `SELECT ${timeColumn("m.time_created", "0")} FROM message m WHERE m.session_id = s.id
   ORDER BY m.time_created DESC LIMIT 1`

const OWN_ROWS = `SELECT s.id AS id, (${LAST_MESSAGE_TIME("s.id")}) AS said, 0 AS shared,
   max(${timeColumn("s.time_updated")}, ${timeColumn("ifnull(s.time_archived, 0)")}) AS touched,
   ifnull(s.revert, 'null') <> 'null' AS undone
   FROM session_v2 s WHERE`

// Betas of OpenCode 2 had no table `session_v2`: their sessions are in `session`, their messages in `session_message`.
const SHARED_ROWS = `SELECT s.id AS id, (${LAST_MESSAGE_TIME("s.id")}) AS said, 1 AS shared, 0 AS touched, 0 AS undone
   FROM session s WHERE EXISTS (SELECT 1 FROM session_message m WHERE m.session_id = s.id) AND`

// OpenCode 1 had a setting to write its messages into `session_message` as well: some milliseconds later, but before it
// completes its own.
const COMPLETED_IN_V1 = `SELECT max(${timeColumn("m.time_created", "0")}, ${timeColumn("m.time_updated", "0")}) FROM message m
   WHERE m.session_id = s.id ORDER BY 1 DESC LIMIT 1`
const V1_ROW = (isShared: boolean) =>
  `SELECT s.id AS id, ${isShared ? 1 : 0} AS shared, 0 AS undone,
   (${isShared ? COMPLETED_IN_V1 : LAST_MESSAGE_TIME_IN_V1}) AS said,
   max(${timeColumn("s.time_updated", "0")}, ${timeColumn("s.time_archived", "0")}) AS touched
   FROM session s WHERE s.id = ?1`

const IN_PROJECT_OF = `(${IN_PROJECT.replaceAll(":folders", "?1")})`
const IS_CONVERSATION = "ifnull(s.parent_id, '') = '' AND ifnull(s.time_archived, 0) = 0"

/**
 * Creates queries that compare the tables of OpenCode 2 with those of OpenCode 1. Like its methods, it throws SQLite
 * errors, also for a missing required table or column.
 * @param has which tables of OpenCode 2 have rows, and whether the schema of OpenCode 1 is known: if not, every session
 * of OpenCode 2 is new
 */
export function compareGenerations(
  database: QueryableDatabase,
  has: { ownRows: boolean; v1: boolean },
): GenerationQueries {
  for (const [table, columns] of Object.entries(REQUIRED_COLUMNS))
    if (has.ownRows || table !== "session_v2") database.prepare(`SELECT ${columns} FROM ${table} LIMIT 0`).all()
  const all = (sql: string, ...parameters: string[]) =>
    database.prepare(sql).all(...parameters) as Record<string, unknown>[]
  const rows = (sql: string, ...parameters: string[]) =>
    all(sql, ...parameters).map((row): GenerationRow => {
      const [id, said, touched] = [String(row["id"]), Number(row["said"] ?? 0), Number(row["touched"])]
      return { id, said, touched, isUndone: row["undone"] === 1, isShared: row["shared"] === 1 }
    })
  const select = (condition: string, ...parameters: string[]) => [
    ...(has.ownRows ? rows(`${OWN_ROWS} ${condition}`, ...parameters) : []),
    ...(has.v1
      ? rows(
          `${SHARED_ROWS} ${has.ownRows ? "s.id NOT IN (SELECT id FROM session_v2) AND" : ""} ${condition}`,
          ...parameters,
        )
      : []),
  ]
  const inV1 = (id: string, isShared: boolean) => (has.v1 ? rows(V1_ROW(isShared), id)[0] : undefined)
  const newer = (found: GenerationRow[]) =>
    found.flatMap((row): NewerSession[] => {
      const old = inV1(row.id, row.isShared)
      if (old && !isNewer(row, old)) return []
      const isNew = old === undefined || (row.isShared && old.said === 0)
      return [{ id: row.id, isNew, said: row.said, active: lastActivity(row) }]
    })
  const of = (folder: string | undefined, condition: string) =>
    folder === undefined
      ? select(condition)
      : select(`${IN_PROJECT_OF} AND ${condition}`, JSON.stringify(projectFolders(folder)))

  return {
    newerBelow(id) {
      const tables = [...(has.v1 ? ["session"] : []), ...(has.ownRows ? ["session_v2"] : [])]
      const steps = tables.map((table) => `UNION SELECT s.id FROM ${table} s JOIN tree ON s.parent_id = tree.id`)
      const tree = all(`WITH RECURSIVE tree(id) AS (SELECT ?1 ${steps.join(" ")}) SELECT id FROM tree`, id)
      const ids = JSON.stringify(tree.map((row) => row["id"]))
      const found = newer(select("s.id IN (SELECT value FROM json_each(?1))", ids))
      return found.sort((a, b) => Number(b.id === id) - Number(a.id === id))
    },
    newerIn: (folder) => newer(of(folder, "1")),
    newerConversationsIn: (folder) => newer(of(folder, IS_CONVERSATION)).sort((a, b) => b.active - a.active),
    activeInV1(id) {
      const row = inV1(id, false)
      return row ? lastActivity(row) : 0
    },
  }
}

const lastActivity = ({ said, touched }: GenerationRow) => Math.max(said, touched)

/**
 * Whether OpenCode 2 has a message after the last one of OpenCode 1, or changed the session after the last activity of
 * OpenCode 1: partly undone, renamed, archived. A copied session keeps its original times.
 */
const isNewer = (row: GenerationRow, old: GenerationRow) =>
  row.said > old.said ||
  (!row.isShared && row.touched > lastActivity(old)) ||
  (row.isUndone && old.said <= lastActivity(row))
