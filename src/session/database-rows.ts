import { parseColumn, withoutNulls } from "./column-values.ts"
import { fields, isFields, text } from "./read-json.ts"
import type { QueryableDatabase } from "./sqlite.ts"

/**
 * Required columns: without them a session cannot be read completely and correctly. OpenCode 1.18 has them; other
 * columns are optional.
 */
const REQUIRED_COLUMNS = {
  session:
    "id project_id parent_id directory title version share_url revert permission time_created time_updated time_archived",
  message: "id session_id time_created data",
  part: "id message_id session_id data",
  project: "id worktree sandboxes",
}

/**
 * Compares the schema with the required columns. Returns the first difference as the end of a sentence, or undefined if
 * the schema is supported.
 */
export function schemaMismatch(database: QueryableDatabase): string | undefined {
  for (const [table, columns] of Object.entries(REQUIRED_COLUMNS)) {
    const found = new Set(
      database
        .prepare("SELECT name FROM pragma_table_info(?1)")
        .all(table)
        .map((row) => fields(row)["name"]),
    )
    const missing = columns.split(" ").find((column) => !found.has(column))
    if (missing !== undefined) return `it has no column ${table}.${missing}`
  }
  return undefined
}

type DatabaseRow = Record<string, unknown>

/** Converts a row of `session` to the `info` that `opencode export` prints; null columns are omitted. */
export function sessionInfo(row: DatabaseRow): unknown {
  const model = parseColumn(row["model"])
  const revert = parseColumn(row["revert"])
  const counted = ["summary_additions", "summary_deletions", "summary_files"].some((name) => row[name] != null)
  return withoutNulls({
    id: row["id"],
    slug: row["slug"],
    projectID: row["project_id"],
    workspaceID: row["workspace_id"],
    directory: row["directory"],
    path: row["path"],
    parentID: row["parent_id"],
    title: row["title"],
    agent: row["agent"],
    model: isFields(model)
      ? withoutNulls({ id: model["id"], providerID: model["providerID"], variant: model["variant"] })
      : null,
    version: row["version"],
    summary: counted
      ? withoutNulls({
          additions: row["summary_additions"] ?? 0,
          deletions: row["summary_deletions"] ?? 0,
          files: row["summary_files"] ?? 0,
          diffs: parseColumn(row["summary_diffs"]),
        })
      : null,
    cost: row["cost"],
    tokens:
      row["tokens_input"] === undefined
        ? null
        : {
            input: row["tokens_input"],
            output: row["tokens_output"],
            reasoning: row["tokens_reasoning"],
            cache: { read: row["tokens_cache_read"], write: row["tokens_cache_write"] },
          },
    share: row["share_url"] ? { url: row["share_url"] } : null,
    metadata: parseColumn(row["metadata"]),
    revert: isFields(revert)
      ? withoutNulls({
          messageID: revert["messageID"],
          partID: revert["partID"],
          snapshot: revert["snapshot"],
          diff: revert["diff"],
        })
      : null,
    permission: parseColumn(row["permission"]),
    time: withoutNulls({
      created: row["time_created"],
      updated: row["time_updated"],
      compacting: row["time_compacting"],
      archived: row["time_archived"],
    }),
  })
}

/**
 * Yields the messages of a session in order, each with its parts. A message or part with invalid JSON keeps its ids
 * only.
 * @param from number of leading messages to skip
 */
export function* messagesOf(database: QueryableDatabase, sessionID: string, from = 0): Generator<unknown> {
  for (const { id, data, parts } of rowsOf(database, sessionID, from)) {
    const messageID = text(id)
    yield {
      info: { ...fields(parseColumn(data)), id: messageID, sessionID },
      parts: parts.map((part) => ({ ...fields(parseColumn(part["data"])), id: part["id"], sessionID, messageID })),
    }
  }
}

/** Yields the stored form of each message: the text of its rows. Equal text means an equal message. */
export function* storedFormsOf(database: QueryableDatabase, sessionID: string, from: number): Generator<string> {
  // JSON contains no NUL character.
  for (const { id, data, parts } of rowsOf(database, sessionID, from))
    yield [id, data, ...parts.flatMap((part) => [part["id"], part["data"]])].join("\0")
}

function* rowsOf(database: QueryableDatabase, sessionID: string, from: number) {
  const messages = database.prepare(
    "SELECT id, data FROM message WHERE session_id = ?1 ORDER BY time_created, id LIMIT -1 OFFSET ?2",
  )
  const partsOf = database.prepare("SELECT id, data FROM part WHERE message_id = ?1 ORDER BY id")
  for (const row of messages.iterate(sessionID, from)) {
    const { id, data } = fields(row)
    yield { id, data, parts: partsOf.all(text(id)).map(fields) }
  }
}
