import { existsSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { schemaMismatch } from "./database-rows.ts"
import { sqlite } from "./sqlite.ts"

/**
 * Opens the database read-only and begins a transaction. Returns undefined if it is missing, unreadable or has an
 * unknown schema.
 */
export function openDatabase(path: string): DatabaseSync | undefined {
  const driver = existsSync(path) ? sqlite() : undefined
  if (driver === undefined) return undefined
  let database: DatabaseSync | undefined
  try {
    database = new driver.DatabaseSync(path, { readOnly: true })
    beginTransaction(database)
    if (schemaMismatch(database) === undefined) return database
  } catch (error) {
    if (!isSqliteError(error)) throw error
  }
  database?.close()
  return undefined
}

/**
 * Runs `ask` on a database of any schema, also inside OpenCode. Returns undefined if the database is missing, or cannot
 * be opened or read. Rethrows errors of `ask` other than SQLite errors.
 */
export function queryDatabase<T>(path: string, ask: (database: DatabaseSync, isV1Known: boolean) => T): T | undefined {
  if (!existsSync(path)) return undefined
  let database: DatabaseSync | undefined
  try {
    database = openWithAnyDriver(path)
    if (database === undefined) return undefined
    beginTransaction(database)
    return ask(database, schemaMismatch(database) === undefined)
  } catch (error) {
    if (!isSqliteError(error)) throw error
    return undefined
  } finally {
    database?.close()
  }
}

function openWithAnyDriver(path: string): DatabaseSync | undefined {
  const driver = sqlite()
  if (driver) return new driver.DatabaseSync(path, { readOnly: true })
  // OpenCode 1 runs in Bun, which has its own SQLite module.
  const bun = process.getBuiltinModule("bun:sqlite") as
    | { Database: new (path: string, options: { readonly: boolean }) => DatabaseSync }
    | undefined
  return bun && new bun.Database(path, { readonly: true })
}

function beginTransaction(database: DatabaseSync): void {
  database.exec("PRAGMA busy_timeout = 2000")
  // One transaction for all reads, so that a running session is read as one snapshot.
  database.exec("BEGIN")
}

/** Whether an error comes from SQLite, Node's or Bun's. */
export const isSqliteError = (error: unknown): error is Error =>
  error instanceof Error &&
  ((error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR" || error.name === "SQLiteError")
