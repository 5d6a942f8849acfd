import { existsSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { unknownSchema } from "./database-rows.ts"
import { sqlite } from "./sqlite.ts"

/** The database with a transaction begun, or undefined if there is none that is understood. */
export function openDatabase(path: string): DatabaseSync | undefined {
  const driver = existsSync(path) ? sqlite() : undefined
  if (driver === undefined) return undefined
  let database: DatabaseSync | undefined
  try {
    database = new driver.DatabaseSync(path, { readOnly: true })
    begin(database)
    if (unknownSchema(database) === undefined) return database
  } catch (error) {
    if (!isSqliteError(error)) throw error
  }
  database?.close()
  return undefined
}

/**
 * Asks a database whose tables need not be understood, also inside OpenCode. Undefined where it is not there, or cannot be
 * opened or read at all; what `ask` throws, but for errors of SQLite, is thrown.
 */
export function askDatabase<T>(path: string, ask: (database: DatabaseSync, isV1Known: boolean) => T): T | undefined {
  if (!existsSync(path)) return undefined
  let database: DatabaseSync | undefined
  try {
    database = open(path)
    if (database === undefined) return undefined
    begin(database)
    return ask(database, unknownSchema(database) === undefined)
  } catch (error) {
    if (!isSqliteError(error)) throw error
    return undefined
  } finally {
    database?.close()
  }
}

function open(path: string): DatabaseSync | undefined {
  const driver = sqlite()
  if (driver) return new driver.DatabaseSync(path, { readOnly: true })
  // OpenCode 1 is made of Bun, which has SQLite under another name.
  const bun = process.getBuiltinModule("bun:sqlite") as
    | { Database: new (path: string, options: { readonly: boolean }) => DatabaseSync }
    | undefined
  return bun && new bun.Database(path, { readonly: true })
}

function begin(database: DatabaseSync): void {
  database.exec("PRAGMA busy_timeout = 2000")
  // Everything below is read in one transaction, so that a session that goes on is seen as of one moment.
  database.exec("BEGIN")
}

/** Whether it is SQLite that failed: Node's or Bun's. */
export const isSqliteError = (error: unknown): error is Error =>
  error instanceof Error &&
  ((error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR" || error.name === "SQLiteError")
