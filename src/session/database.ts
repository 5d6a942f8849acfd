import { existsSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { ShareError } from "../errors.ts"
import { databasePath, type Environment } from "./database-path.ts"
import { messagesOf, sessionInfo, storedFormsOf } from "./database-rows.ts"
import { newestOfAllProjects, newestSession } from "./newest-session.ts"
import { isSqliteError, openDatabase, queryDatabase } from "./open-database.ts"
import { assertCurrent, assertNewest, Opencode2Error } from "./opencode-2.ts"
import {
  assertOpencode1,
  opencodeExport,
  opencodeNewest,
  projectSessionNotFound,
  sessionNotFound,
} from "./opencode-cli.ts"
import { emptySessionError, MAX_SUBAGENT_DEPTH } from "./parse-export.ts"
import type { SessionRecord, SessionSource } from "./source.ts"

export type WantedSession = { sessionID: string } | { newestIn: string }

export interface DatabaseOptions {
  /** Path of the database file. Default: `databasePath(env)`. */
  path?: string
  env?: Environment
}

/**
 * Source that reads a session from OpenCode's database: the one with the given id, or the newest of the project that a
 * folder belongs to. Opens the database read-only and reads one snapshot, also while OpenCode runs.
 *
 * Without a database, or if it has an unknown schema, falls back to `opencode export`.
 *
 * Reading throws `session-not-found`; `bad-input` for a session without messages or a damaged database;
 * `Opencode2Error` if OpenCode 2 has the session or a newer version of it.
 */
export function databaseSource(wanted: WantedSession, options: DatabaseOptions = {}): SessionSource {
  const { env = process.env, path = databasePath(env) } = options
  return {
    label: "sessionID" in wanted ? `session ${wanted.sessionID}` : "the newest session of this project",
    async read(use) {
      const database = openDatabase(path)
      if (database === undefined) return use(await readWithOpencode(wanted, env, path))
      try {
        return await use(readFromDatabase(database, wanted))
      } catch (error) {
        throw isSqliteError(error) ? unreadableError(path, error) : error
      } finally {
        database.close()
      }
    },
  }
}

/**
 * Throws `Opencode2Error` if OpenCode 2 has a newer version of a session of OpenCode 1. Passes if the database is
 * missing or cannot be opened.
 */
export function assertCurrentAt(path: string, sessionID: string): void {
  queryDatabase(path, (database, isV1Known) => assertCurrent(database, sessionID, { isV1Known }))
}

/**
 * Throws `Opencode2Error` if OpenCode 2 has the newest session of the project of `folder`, or a newer version of it.
 * For a project without sessions, checks the newest session of all projects.
 */
export function assertNewestAt(path: string, folder: string): void {
  queryDatabase(path, (database, isV1Known) => {
    const here = isV1Known ? newestSession(database, folder) : undefined
    assertNewest(database, folder, here, { isV1Known })
    if (here === undefined)
      assertNewest(database, undefined, isV1Known ? newestOfAllProjects(database) : undefined, { isV1Known })
  })
}

async function readWithOpencode(wanted: WantedSession, env: Environment, path: string): Promise<SessionRecord> {
  const check = (newest?: string) =>
    queryDatabase(path, (database, isV1Known) => {
      if ("sessionID" in wanted) assertCurrent(database, wanted.sessionID, { isV1Known })
      else assertNewest(database, wanted.newestIn, newest, { isV1Known })
      return true
    })
  const isChecked = check()
  await assertOpencode1(env)
  const id = "sessionID" in wanted ? wanted.sessionID : await opencodeNewest(wanted.newestIn, env)
  const record = await opencodeExport(id, env)
  // A database that was locked may be readable after OpenCode has used it.
  if (existsSync(path) && !isChecked && !check(id)) throw uncheckedError(path)
  return record
}

function readFromDatabase(database: DatabaseSync, wanted: WantedSession): SessionRecord {
  const id = "sessionID" in wanted ? wanted.sessionID : newestSession(database, wanted.newestIn)
  if ("newestIn" in wanted) assertNewest(database, wanted.newestIn, id)
  else assertCurrent(database, wanted.sessionID)
  if (id === undefined && "newestIn" in wanted) throw projectSessionNotFound(wanted.newestIn)
  const row = id === undefined ? undefined : database.prepare("SELECT * FROM session WHERE id = ?").get(id)
  if (id === undefined || row === undefined) throw sessionNotFound(String(id))
  if (database.prepare("SELECT 1 FROM message WHERE session_id = ? LIMIT 1").get(id) === undefined) {
    throw emptySessionError(`session ${id}`)
  }
  return recordOf(database, row, new Set(), MAX_SUBAGENT_DEPTH)
}

function recordOf(
  database: DatabaseSync,
  row: Record<string, unknown>,
  seen: Set<string>,
  depth: number,
): SessionRecord {
  const id = String(row["id"])
  seen.add(id)
  const children = database.prepare("SELECT * FROM session WHERE parent_id = ? ORDER BY time_created, id").all(id)
  return {
    info: sessionInfo(row),
    async *messages() {
      yield* messagesOf(database, id)
    },
    partial: {
      async *messagesFrom(from) {
        yield* messagesOf(database, id, from)
      },
      async *storedFrom(from) {
        yield* storedFormsOf(database, id, from)
      },
    },
    children: children
      .filter((child) => depth > 0 && !seen.has(String(child["id"])))
      .map((child) => recordOf(database, child, seen, depth - 1)),
  }
}

function unreadableError(path: string, cause: unknown): ShareError {
  return new ShareError("bad-input", `Cannot read the whole session from OpenCode's database ${path}.`, {
    hint: "Try again. If it fails again, share an export file: opencode export <session id> > FILE.",
    cause,
  })
}

function uncheckedError(path: string): Opencode2Error {
  return new Opencode2Error(
    `Cannot open OpenCode's database ${path} to check whether OpenCode 2 has a newer version of the session.`,
    "Try again when no other program locks it",
  )
}
