import { cpSync, mkdirSync } from "node:fs"
import path from "node:path"
import { DatabaseSync, type SQLInputValue } from "node:sqlite"

const recorded = path.join(import.meta.dirname, "..", "..", "test", "fixtures", "opencode.db")

/**
 * Writes an OpenCode database with `count` sessions, for `XDG_DATA_HOME=data`: the real client's recorded sessions,
 * repeated with new ids and titles.
 */
export function writeDatabase(data: string, count: number): void {
  const file = path.join(data, "opencode", "opencode.db")
  mkdirSync(path.dirname(file), { recursive: true })
  cpSync(recorded, file)
  const database = new DatabaseSync(file)
  database.exec("PRAGMA foreign_keys = OFF; BEGIN")
  const rowsOf = (table: string, where: string, value: string) =>
    database.prepare(`SELECT * FROM ${table} WHERE ${where} = ?`).all(value)
  const add = (table: string, row: Record<string, SQLInputValue>) => {
    const names = Object.keys(row)
    const values = names.map((name) => row[name]!)
    database.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => "?").join()})`).run(...values)
  }
  const originals = database.prepare("SELECT id FROM session WHERE parent_id IS NULL ORDER BY id").all()
  for (let at = 0; at < count; at++) {
    const original = String(originals[at % originals.length]!["id"])
    const id = `ses_${String(at).padStart(26, "0")}`
    const ownId = (other: unknown) => `${String(other)}${at}`
    for (const row of rowsOf("session", "id", original)) add("session", { ...row, id, title: `Session ${at}` })
    for (const row of rowsOf("message", "session_id", original))
      add("message", { ...row, id: ownId(row["id"]), session_id: id })
    for (const row of rowsOf("part", "session_id", original))
      add("part", { ...row, id: ownId(row["id"]), message_id: ownId(row["message_id"]), session_id: id })
  }
  database.exec("COMMIT")
  database.close()
}
