import { cpSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { databaseSource } from "../../src/session/database.ts"
import { temporaryFolder } from "./world.ts"

/** The database that the real client wrote (`opencode-record.ts`). */
export const recordedDatabase = fileURLToPath(new URL("../fixtures/opencode.db", import.meta.url))
export const calc = "/home/dana/src/calc"
export const notes = "/home/dana/src/notes"

/** A copy of the recorded database, changed by these statements. */
export function copy(...statements: string[]): string {
  const path = join(temporaryFolder(), "opencode.db")
  cpSync(recordedDatabase, path)
  const database = new DatabaseSync(path)
  for (const statement of statements) database.exec(statement)
  database.close()
  return path
}

/** The id of a recorded session by its title. */
export function idOf(title: string): string {
  const database = new DatabaseSync(recordedDatabase, { readOnly: true })
  const row = database.prepare("SELECT id FROM session WHERE title = ?").get(title)
  database.close()
  return String(row?.["id"])
}

/** The recorded database, or another, with no OpenCode to fall back to. */
export const byID = (sessionID: string, path = recordedDatabase) =>
  databaseSource({ sessionID }, { path, env: { PATH: "" } })
export const newest = (newestIn: string, path = recordedDatabase) =>
  databaseSource({ newestIn }, { path, env: { PATH: "" } })
