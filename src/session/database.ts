import { existsSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { ShareError } from "../errors.ts"
import { databasePath, type Environment } from "./database-path.ts"
import { messagesOf, sessionInfo, storedMessagesOf } from "./database-rows.ts"
import { newestSession } from "./newest.ts"
import { isSqliteError, openDatabase } from "./open-database.ts"
import { noSession, noSessionIn, opencodeExport, opencodeNewest } from "./opencode-cli.ts"
import { deepest, nothingToShare } from "./parse-export.ts"
import type { SessionRecord, SessionSource } from "./source.ts"
import { storedSession } from "./storage.ts"

export type WantedSession = { sessionID: string } | { newestIn: string }

export interface DatabaseOptions {
  /** The database file, if it is not where OpenCode keeps it. */
  path?: string
  env?: Environment
}

/**
 * A session from OpenCode's own database, or the newest of the project that a folder belongs to. Read-only, while
 * OpenCode runs, as the session was at one moment. Where there is no database, the files beside it are read that OpenCode
 * kept before it had one; where there are none of the session, or a database of another make, OpenCode itself is asked:
 * `opencode export`.
 *
 * Reading throws `session-not-found`, and `bad-input` for a session without messages or a database that breaks off.
 */
export function databaseSource(wanted: WantedSession, options: DatabaseOptions = {}): SessionSource {
  const { env = process.env, path = databasePath(env) } = options
  return {
    label: "sessionID" in wanted ? `session ${wanted.sessionID}` : "the newest session of this project",
    async read(use) {
      const database = openDatabase(path)
      if (database === undefined) {
        const stored = existsSync(path) ? undefined : storedSession(dirname(path), wanted)
        return use(stored ?? (await fromOpenCode(wanted, env)))
      }
      try {
        return await use(readSession(database, wanted))
      } catch (error) {
        throw isSqliteError(error) ? unreadable(path, error) : error
      } finally {
        database.close()
      }
    },
  }
}

async function fromOpenCode(wanted: WantedSession, env: Environment): Promise<SessionRecord> {
  const id = "sessionID" in wanted ? wanted.sessionID : await opencodeNewest(wanted.newestIn, env)
  return opencodeExport(id, env)
}

function readSession(database: DatabaseSync, wanted: WantedSession): SessionRecord {
  const id = "sessionID" in wanted ? wanted.sessionID : newestSession(database, wanted.newestIn)
  if (id === undefined && "newestIn" in wanted) throw noSessionIn(wanted.newestIn)
  const row = id === undefined ? undefined : database.prepare("SELECT * FROM session WHERE id = ?").get(id)
  if (id === undefined || row === undefined) throw noSession(String(id))
  if (database.prepare("SELECT 1 FROM message WHERE session_id = ? LIMIT 1").get(id) === undefined) {
    throw nothingToShare(`session ${id}`)
  }
  return recordOf(database, row, new Set(), deepest)
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
    async *rest(from) {
      yield* messagesOf(database, id, from)
    },
    async *stored(from) {
      yield* storedMessagesOf(database, id, from)
    },
    children: children
      .filter((child) => depth > 0 && !seen.has(String(child["id"])))
      .map((child) => recordOf(database, child, seen, depth - 1)),
  }
}

function unreadable(path: string, cause: unknown): ShareError {
  return new ShareError("bad-input", `OpenCode's database ${path} cannot be read to the end of the session.`, {
    hint: "Try again; if that does not help, share an export file: opencode export <session id> > FILE.",
    cause,
  })
}
