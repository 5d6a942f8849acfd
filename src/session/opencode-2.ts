import { ShareError } from "../errors.ts"
import { isSqliteError } from "./open-database.ts"
import {
  compareGenerations,
  type GenerationQueries,
  type NewerSession,
  type QueryableDatabase,
} from "./opencode-2-tables.ts"

/** End of a sentence about OpenCode 2. */
export const NOT_READ_YET = "whose sessions cannot be read yet"

/**
 * OpenCode 2 has the requested session or a newer version of it. Thrown because sharing the data of OpenCode 1 would
 * publish a different conversation.
 */
export class Opencode2Error extends ShareError {
  /** @param instead alternative for the user: the beginning of a sentence */
  constructor(message: string, instead: string, cause?: unknown) {
    super("bad-input", message, {
      hint: `${instead}, or update opencode-bucket when a version supports OpenCode 2.`,
      cause,
    })
  }
}

/** Whether the schema of OpenCode 1 in the same database is known. Default: true. */
interface SchemaState {
  isV1Known?: boolean
}

/**
 * Throws `Opencode2Error` if OpenCode 2 has a newer version of this session or of one of its subagent sessions. Passes
 * if neither generation has the session.
 */
export function assertCurrent(database: QueryableDatabase, sessionID: string, schema?: SchemaState): void {
  queryGenerations(database, schema, ({ newerBelow }) => {
    const [found] = newerBelow(sessionID).filter((one) => one.id === sessionID || !isEmpty(one))
    if (found === undefined) return
    if (found.id !== sessionID) throw changedInV2(`Session ${found.id}, a subagent's of ${sessionID},`)
    throw found.isNew ? onlyInV2(`Session ${sessionID}`) : changedInV2(`Session ${sessionID}`)
  })
}

/**
 * Throws `Opencode2Error` if the session with the latest activity in the project of `folder`, or in all projects, is in
 * OpenCode 2 or newer there.
 * @param newest id of the newest session in OpenCode 1
 */
export function assertNewest(
  database: QueryableDatabase,
  folder: string | undefined,
  newest: string | undefined,
  schema?: SchemaState,
): void {
  queryGenerations(database, schema, ({ newerConversationsIn, activeInV1 }) => {
    const [found] = newerConversationsIn(folder)
    if (found === undefined || (newest !== undefined && found.active < activeInV1(newest))) return
    const which = folder === undefined ? `The newest session, ${found.id},` : `The newest session here, ${found.id},`
    throw found.isNew ? onlyInV2(which) : changedInV2(which)
  })
  if (newest !== undefined) assertCurrent(database, newest, schema)
}

/**
 * Throws `Opencode2Error` if OpenCode 2 has a newer version of any session of a project, or of all projects.
 * @param since minimum time of the last activity, in milliseconds since 1970
 */
export function assertAllCurrent(
  database: QueryableDatabase,
  { project, since }: { project: string | undefined; since: number },
  schema?: SchemaState,
): void {
  queryGenerations(database, schema, ({ newerIn }) => {
    const found = newerIn(project).filter((one) => one.active >= since && !isEmpty(one))
    if (found.length === 0) return
    const which = found.length === 1 ? `session ${found[0]?.id}` : `${found.length} sessions, such as ${found[0]?.id},`
    throw new Opencode2Error(
      `The newest version of ${which} is in OpenCode 2, ${NOT_READ_YET}.`,
      "Name a session of OpenCode 1 instead of --all, or another --project",
    )
  })
}

/** A session without messages that only OpenCode 2 has: leaving it out loses nothing. */
const isEmpty = ({ isNew, said }: NewerSession) => isNew && said === 0

const onlyInV2 = (which: string) =>
  new Opencode2Error(`${which} is a session of OpenCode 2, ${NOT_READ_YET}.`, "Give the id of a session of OpenCode 1")

const changedInV2 = (which: string) =>
  new Opencode2Error(
    `${which} was last changed in OpenCode 2, ${NOT_READ_YET}; the version in OpenCode 1 is older.`,
    "Give the id of another session of OpenCode 1",
  )

/** Calls `ask` if the tables of OpenCode 2 have rows. Throws `Opencode2Error` if these cannot be read. */
function queryGenerations(
  database: QueryableDatabase,
  { isV1Known = true }: SchemaState = {},
  ask: (both: GenerationQueries) => void,
): void {
  const tables = "SELECT name FROM sqlite_master WHERE name IN ('session_v2', 'session_message')"
  const names = (database.prepare(tables).all() as { name: string }[]).map(({ name }) => name)
  try {
    const used = names.filter((name) => database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).all().length > 0)
    if (used.length > 0) ask(compareGenerations(database, { ownRows: used.includes("session_v2"), v1: isV1Known }))
  } catch (error) {
    if (!isSqliteError(error)) throw error
    throw new Opencode2Error(
      `Cannot determine the newest session: the tables of OpenCode 2 in the database have an unknown schema (${error.message}).`,
      "Share an export file of OpenCode 1",
      error,
    )
  }
}
