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
    database.exec("PRAGMA busy_timeout = 2000")
    // Everything below is read in one transaction, so that a session that goes on is seen as of one moment.
    database.exec("BEGIN")
    if (unknownSchema(database) === undefined) return database
  } catch (error) {
    if (!isSqliteError(error)) throw error
  }
  database?.close()
  return undefined
}

/** Whether it is SQLite that failed. */
export const isSqliteError = (error: unknown) =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR"
