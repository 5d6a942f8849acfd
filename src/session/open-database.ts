import { existsSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { schemaMismatch } from "./database-rows.ts"
import { type QueryableDatabase, sqlite } from "./sqlite.ts"
import { v2Tables } from "./v2/database-rows-v2.ts"

/** Which generations' tables a database has, in a known schema. */
export interface GenerationTables {
  v1: boolean
  v2: boolean
  /** Messages in the form of OpenCode 2 or one of its betas. */
  v2Messages: boolean
}

/** A database with an open transaction. */
export interface OpenedDatabase {
  database: QueryableDatabase
  has: GenerationTables
  close(): void
}

/**
 * Opens the database read-only and begins a transaction. Returns undefined if it is missing, or cannot be opened or
 * read. Throws `Opencode2Error` if the tables of OpenCode 2 have rows in an unknown schema.
 */
export function openDatabase(path: string): OpenedDatabase | undefined {
  if (!existsSync(path)) return undefined
  let database: DatabaseSync | undefined
  try {
    database = openWithAnyDriver(path)
    if (database === undefined) return undefined
    database.exec("PRAGMA busy_timeout = 2000")
    // One transaction for all reads, so that a running session is read as one snapshot.
    database.exec("BEGIN")
    const opened = database
    const has = { v1: schemaMismatch(database) === undefined, ...v2Tables(database) }
    return { database, has, close: () => opened.close() }
  } catch (error) {
    database?.close()
    if (!isSqliteError(error)) throw error
    return undefined
  }
}

function openWithAnyDriver(path: string): DatabaseSync | undefined {
  const driver = sqlite()
  if (driver) return new driver.DatabaseSync(path, { readOnly: true })
  // OpenCode runs in Bun, which has its own SQLite module.
  const bun = process.getBuiltinModule("bun:sqlite") as
    | { Database: new (path: string, options: { readonly: boolean }) => DatabaseSync }
    | undefined
  return bun && new bun.Database(path, { readonly: true })
}

/** Codes of Node's SQLite errors; the second is that of an integer that a number cannot represent. */
const SQLITE_CODES: readonly unknown[] = ["ERR_SQLITE_ERROR", "ERR_OUT_OF_RANGE"]

/** Whether an error comes from SQLite, Node's or Bun's. */
export const isSqliteError = (error: unknown): error is Error =>
  error instanceof Error &&
  (SQLITE_CODES.includes((error as NodeJS.ErrnoException).code) || error.name === "SQLiteError")
