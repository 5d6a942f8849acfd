import { DatabaseSync } from "node:sqlite"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { databasePath } from "../../src/session/database-path.ts"
import { laterTables } from "../support/both-generations.ts"
import { type PluggedClient, pageAt, pluggedClient, type Served, until } from "../support/opencode-plugin.ts"

let opencode: PluggedClient
let server: Served

beforeAll(async () => {
  opencode = await pluggedClient()
  server = await opencode.serve()
})

afterAll(async () => {
  await server?.close()
  await opencode?.close()
})

/** Writes to the running client's database what OpenCode 2 would. */
function inOpencode2(...statements: string[]): void {
  const database = new DatabaseSync(databasePath(opencode.client.env))
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")
  for (const statement of statements) database.exec(statement)
  database.exec("COMMIT")
  database.close()
}

let count = 0
const says = (session: string) => {
  const at = Date.now() + 1
  return `INSERT INTO session_message VALUES ('msg_later${++count}', '${session}', 'user', ${count}, ${at}, ${at}, '{}')`
}

test("inside OpenCode 1, a session continued in OpenCode 2 is not shared, and its share stays unchanged", async () => {
  const session = await server.session("A talk")
  opencode.model.queue({ text: "The first answer." })
  await server.say(session, "the first prompt")
  // OpenCode 1.18 has a table of one of the names, with nothing in it.
  inOpencode2("DROP TABLE IF EXISTS session_message", laterTables.replace(/CREATE TABLE kv[^;]*;/, ""))
  inOpencode2(
    `INSERT INTO session_v2 (id, project_id, slug, directory, title, version, time_created, time_updated)
     SELECT id, project_id, slug, directory, title, '2.0.25', time_created, time_updated FROM session`,
  )
  inOpencode2(says(session))

  const listening = await server.listen()
  await expect(server.share(session)).rejects.toThrow()
  await until(listening.said, (said) => said.includes("was continued in OpenCode 2"))
  expect(opencode.files()).toEqual([])
  expect(opencode.ledger()).toEqual([])

  opencode.model.queue({ text: "The second answer." })
  await server.say(session, "the second prompt")
  const link = await server.share(session)
  expect(await pageAt(link)).toContain("The second answer.")

  inOpencode2(says(session))
  await server.ask("PATCH", `/session/${session}`, { title: "Another title" })
  await until(listening.said, (said) => said.includes("The share was not updated"))
  listening.close()
  // An update may have been under way when OpenCode 2 went on; this change comes after that.
  await server.ask("PATCH", `/session/${session}`, { title: "The third title" })
  await promisify(setTimeout)(5_000)
  expect(await pageAt(link)).not.toContain("The third title")
  expect(await pageAt(link)).toContain("The second answer.")
}, 300_000)
