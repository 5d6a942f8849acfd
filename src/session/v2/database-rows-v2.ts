import { parseColumn, withoutNulls } from "../column-values.ts"
import { fields, isFields, text, type UnknownFields } from "../read-json.ts"
import type { QueryableDatabase } from "../sqlite.ts"
import { NEVER_SHARED } from "./is-v2.ts"
import { Opencode2Error } from "./opencode-2-error.ts"

/**
 * Required columns of OpenCode 2; others are optional. Their order differs between fresh and upgraded databases.
 */
const REQUIRED_COLUMNS = {
  session_v2: "id project_id parent_id directory title revert time_created time_updated time_archived",
  session_message: "id session_id type seq time_created data",
}

/**
 * Which tables of OpenCode 2 have rows. Throws `Opencode2Error` if they have, in an unknown schema; tables without
 * rows are ignored, whatever their columns.
 */
export function v2Tables(database: QueryableDatabase): { v2: boolean; v2Messages: boolean } {
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('session_v2', 'session_message')")
    .all()
    .map((row) => text(fields(row)["name"]))
  const used = names.filter((name) => database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).all().length > 0)
  // Betas had messages without the other table.
  const tables: (keyof typeof REQUIRED_COLUMNS)[] = []
  if (used.length > 0) tables.push("session_message")
  if (used.includes("session_v2")) tables.push("session_v2")
  for (const table of tables) {
    const found = new Set(
      database
        .prepare("SELECT name FROM pragma_table_info(?1)")
        .all(table)
        .map((row) => fields(row)["name"]),
    )
    const missing = REQUIRED_COLUMNS[table].split(" ").find((column) => !found.has(column))
    if (missing !== undefined)
      throw new Opencode2Error(
        `The tables of OpenCode 2 in the database have an unknown schema: there is no column ${table}.${missing}.`,
        "Update opencode-bucket, or share an export: opencode session export <session id> > FILE.",
      )
  }
  return { v2: used.includes("session_v2"), v2Messages: used.includes("session_message") }
}

/** Converts a row of `session_v2` to the `info` that `opencode session export` prints; null columns are omitted. */
export function sessionInfoOfRow(row: UnknownFields): UnknownFields {
  const [model, revert] = [parseColumn(row["model"]), parseColumn(row["revert"])]
  const hasTokens = row["tokens_input"] !== undefined && row["tokens_input"] !== null
  return withoutNulls({
    id: row["id"],
    parentID: row["parent_id"],
    agent: row["agent"],
    model: isFields(model) ? model : null,
    cost: row["cost"],
    tokens: hasTokens
      ? {
          input: row["tokens_input"],
          output: row["tokens_output"],
          reasoning: row["tokens_reasoning"],
          cache: { read: row["tokens_cache_read"], write: row["tokens_cache_write"] },
        }
      : null,
    time: withoutNulls({
      created: row["time_created"],
      updated: row["time_updated"],
      archived: row["time_archived"] || null,
    }),
    title: row["title"],
    location: { directory: row["directory"] },
    revert: isFields(revert) ? { messageID: revert["messageID"] } : null,
    outcome: row["idle_outcome"],
  })
}

const OWN_ROWS = `FROM session_message WHERE session_id = ?1
  AND type NOT IN (${NEVER_SHARED.map((type) => `'${type}'`).join(", ")})
  ORDER BY seq LIMIT -1 OFFSET ?2`

/**
 * Yields the messages of a session in order, without those that are never shared. A message with invalid JSON keeps its
 * id and type.
 * @param from number of leading messages to skip
 */
export function* messagesOfV2(database: QueryableDatabase, sessionID: string, from = 0): Generator<UnknownFields> {
  const rows = database.prepare(`SELECT id, type, time_created, data ${OWN_ROWS}`)
  for (const row of rows.iterate(sessionID, from)) {
    const { id, type, time_created: created, data } = fields(row)
    yield { time: { created }, ...fields(parseColumn(data)), id, type }
  }
}

/** Yields the stored form of each message: the text of its row. Equal text means an equal message. */
export function* storedFormsOfV2(database: QueryableDatabase, sessionID: string, from: number): Generator<string> {
  const rows = database.prepare(`SELECT id, type, data ${OWN_ROWS}`)
  for (const row of rows.iterate(sessionID, from)) {
    const { id, type, data } = fields(row)
    // JSON contains no NUL character.
    yield [id, type, data].join("\0")
  }
}
