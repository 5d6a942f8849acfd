import { existsSync } from "node:fs"
import { ShareError } from "../errors.ts"
import { databasePath, type Environment } from "./database-path.ts"
import { messagesOf, sessionInfo, storedFormsOf } from "./database-rows.ts"
import { isSqliteError, type OpenedDatabase, openDatabase } from "./open-database.ts"
import { opencodeExport, opencodeNewest, projectSessionNotFound, sessionNotFound } from "./opencode-cli.ts"
import { emptySessionError, MAX_SUBAGENT_DEPTH } from "./parse-export.ts"
import { fields } from "./read-json.ts"
import { childIDs, type SessionHead, sessionHeads } from "./session-heads.ts"
import type { SessionRecord, SessionSource } from "./source.ts"
import { messagesOfV2, sessionInfoOfRow, storedFormsOfV2 } from "./v2/database-rows-v2.ts"
import { Opencode2Error } from "./v2/opencode-2-error.ts"

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
 * Both generations of OpenCode keep their sessions in the same file. Of a session that both have, the current version is
 * read; see `isCurrentIn2`.
 *
 * Without a database, or if it has an unknown schema, falls back to `opencode export` or `opencode session export`.
 *
 * Reading throws `session-not-found`; `bad-input` for a session without messages or a damaged database;
 * `Opencode2Error` for a session in a form of OpenCode 2 that is not known.
 */
export function databaseSource(wanted: WantedSession, options: DatabaseOptions = {}): SessionSource {
  const { env = process.env, path = databasePath(env) } = options
  return {
    label: "sessionID" in wanted ? `session ${wanted.sessionID}` : "the newest session of this project",
    async read(use) {
      const opened = openDatabase(path)
      if (opened === undefined) return use(await readWithOpencode(wanted, env, path))
      try {
        const record = readFromDatabase(opened, wanted)
        if (record) return await use(record)
        if (opened.has.v1) throw notFound(wanted)
      } catch (error) {
        throw isSqliteError(error) ? unreadableError(path, error) : error
      } finally {
        opened.close()
      }
      return use(await readWithOpencode(wanted, env, path))
    },
  }
}

/**
 * Throws `Opencode2Error` if OpenCode 2 has the current version of a session of OpenCode 1, or of one of its subagent
 * sessions. Passes if the database is missing or cannot be opened.
 */
export function assertCurrentAt(path: string, sessionID: string): void {
  const opened = openDatabase(path)
  if (opened === undefined) return
  try {
    const later = below(opened, sessionID).find(({ generation }) => generation === 2)
    if (later === undefined) return
    const which = later.id === sessionID ? `Session ${sessionID}` : `Session ${later.id}, a subagent's of ${sessionID},`
    throw new Opencode2Error(
      `${which} was continued in OpenCode 2; the version in OpenCode 1 is older.`,
      `Share it in OpenCode 2, or from the command line: opencode-bucket share ${sessionID}`,
    )
  } finally {
    opened.close()
  }
}

/**
 * Why the newest session of the project of `folder`, or of all projects if it has none, cannot be read; undefined if it
 * can, or if there is none.
 */
export function newestSessionError(path: string, folder: string): ShareError | undefined {
  let opened: OpenedDatabase | undefined
  try {
    opened = openDatabase(path)
    if (opened === undefined) return undefined
    const heads = sessionHeads(opened.database, opened.has, folder)
    const newest = newestOf(heads) ?? newestOf(heads.map((head) => ({ ...head, isHere: true })))
    if (newest) recordOf(opened, newest, new Set(), MAX_SUBAGENT_DEPTH)
    return undefined
  } catch (error) {
    if (error instanceof ShareError) return error
    if (isSqliteError(error)) return unreadableError(path, error)
    throw error
  } finally {
    opened?.close()
  }
}

/** Generations of OpenCode that have tables of a known schema in a database; undefined if it cannot be opened. */
export function generationsAt(path: string): (1 | 2)[] | undefined {
  try {
    const opened = openDatabase(path)
    opened?.close()
    return opened && [...(opened.has.v1 ? [1 as const] : []), ...(opened.has.v2 ? [2 as const] : [])]
  } catch {
    return undefined
  }
}

/** A session and its subagent sessions at every depth, without those that OpenCode 2 began and that have no messages. */
function below({ database, has }: OpenedDatabase, id: string): SessionHead[] {
  const ids = new Set([id])
  for (const known of ids) for (const child of childIDs(database, has, known)) ids.add(child)
  return sessionHeads(database, has, undefined, [...ids]).filter(({ said, generation }) => said > 0 || generation === 1)
}

async function readWithOpencode(wanted: WantedSession, env: Environment, path: string): Promise<SessionRecord> {
  const id = "sessionID" in wanted ? wanted.sessionID : await opencodeNewest(wanted.newestIn, env)
  const record = await opencodeExport(id, env)
  // A database that was locked may be readable after OpenCode has used it.
  const opened = existsSync(path) ? openDatabase(path) : undefined
  if (existsSync(path) && opened === undefined) throw uncheckedError(path)
  opened?.close()
  if (opened?.has.v2) assertCurrentAt(path, id)
  return record
}

/** Reads the current version of a session; undefined if the tables that the database has do not have it. */
function readFromDatabase(opened: OpenedDatabase, wanted: WantedSession): SessionRecord | undefined {
  const { database, has } = opened
  const head =
    "sessionID" in wanted
      ? sessionHeads(database, has, undefined, [wanted.sessionID])[0]
      : newestOf(sessionHeads(database, has, wanted.newestIn))
  if (head === undefined) return undefined
  if (head.said === 0 && !head.isBeta) throw emptySessionError(`session ${head.id}`)
  return recordOf(opened, head, new Set(), MAX_SUBAGENT_DEPTH)
}

/** The latest conversation: no subagent session, not archived, and with messages if there is one with. */
function newestOf(heads: readonly SessionHead[]): SessionHead | undefined {
  const conversations = heads.filter((one) => one.isHere && one.parentID === undefined && !one.isArchived)
  return conversations.find(({ said }) => said > 0) ?? conversations[0]
}

function recordOf(opened: OpenedDatabase, head: SessionHead, seen: Set<string>, depth: number): SessionRecord {
  const { database, has } = opened
  const { id } = head
  seen.add(id)
  const childHeads = () => {
    const ids = depth > 0 ? childIDs(database, has, id).filter((child) => !seen.has(child)) : []
    const heads = new Map(sessionHeads(database, has, undefined, ids).map((child) => [child.id, child]))
    return ids.flatMap((child) => heads.get(child) ?? [])
  }
  const children = childHeads().map((child) => recordOf(opened, child, seen, depth - 1))
  if (head.isBeta)
    throw new Opencode2Error(
      `Session ${id} was written by a beta of OpenCode 2, in a format that no release has.`,
      "Open it in a released OpenCode 2 first, which converts it.",
    )
  const table = head.generation === 2 ? "session_v2" : "session"
  const row = fields(database.prepare(`SELECT * FROM ${table} WHERE id = ?1`).all(id)[0])
  const [messages, stored] = head.generation === 2 ? [messagesOfV2, storedFormsOfV2] : [messagesOf, storedFormsOf]
  return {
    info: head.generation === 2 ? sessionInfoOfRow(row) : sessionInfo(row),
    ...(head.hasOlderCopy && head.generation === 1 && { note: continuedIn1(id) }),
    async *messages() {
      yield* messages(database, id)
    },
    partial: {
      async *messagesFrom(from) {
        yield* messages(database, id, from)
      },
      async *storedFrom(from) {
        yield* stored(database, id, from)
      },
    },
    children,
  }
}

const continuedIn1 = (id: string) =>
  `Session ${id} was continued in OpenCode 1 after OpenCode 2 had copied it: this is the version of OpenCode 1.`

function notFound(wanted: WantedSession): ShareError {
  return "sessionID" in wanted ? sessionNotFound(wanted.sessionID) : projectSessionNotFound(wanted.newestIn)
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
    "Try again when no other program locks it.",
  )
}
