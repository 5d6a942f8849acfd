import { cpSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { temporaryFolder } from "./world.ts"

/**
 * Databases of OpenCode 2 (`session_v2`): every kind of message and tool; sessions in the middle of things; sessions of
 * OpenCode 1 that OpenCode 2 copied and continued; and the same after OpenCode 1 was used again.
 */
export type Opencode2Fixture = "fresh" | "busy" | "continued" | "v1-again"

const fixtures = fileURLToPath(new URL("../fixtures/opencode-2/", import.meta.url))

/** Folder of the sessions in the databases. */
export const seabird = "/home/dana/work/seabird"

/** An export of the session "Tide table for the harbour", with every kind of message. */
export const exportedTides = join(fixtures, "tides.json")

/** A copy of a database after these statements. */
export function opencode2Database(name: Opencode2Fixture, ...statements: string[]): string {
  const path = join(temporaryFolder(), "opencode.db")
  cpSync(join(fixtures, `${name}.db`), path)
  const database = new DatabaseSync(path)
  for (const statement of statements) database.exec(statement)
  database.close()
  return path
}

/** Id of the session in `session_v2` with this title; the first of several. */
export function idInV2(path: string, title: string): string {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare("SELECT id FROM session_v2 WHERE title = ? ORDER BY time_created").get(title)
  database.close()
  return String(row?.["id"])
}
