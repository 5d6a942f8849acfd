import { cpSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { databaseSource } from "../../src/session/database.ts"
import { temporaryFolder } from "./world.ts"

/** Database written by the real client (`opencode-record.ts`). */
export const recordedDatabase = fileURLToPath(new URL("../fixtures/opencode.db", import.meta.url))
export const calc = "/home/dana/src/calc"
export const notes = "/home/dana/src/notes"

/** A copy of the recorded database after these statements. */
export function copy(...statements: string[]): string {
  const path = join(temporaryFolder(), "opencode.db")
  cpSync(recordedDatabase, path)
  const database = new DatabaseSync(path)
  for (const statement of statements) database.exec(statement)
  database.close()
  return path
}

/** Id of the recorded session with this title. */
export function idOf(title: string): string {
  const database = new DatabaseSync(recordedDatabase, { readOnly: true })
  const row = database.prepare("SELECT id FROM session WHERE title = ?").get(title)
  database.close()
  return String(row?.["id"])
}

/** Reads a session of the recorded (or another) database, without OpenCode as a fallback. */
export const byID = (sessionID: string, path = recordedDatabase) =>
  databaseSource({ sessionID }, { path, env: { PATH: "" } })
export const newest = (newestIn: string, path = recordedDatabase) =>
  databaseSource({ newestIn }, { path, env: { PATH: "" } })
