import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { expect, onTestFinished, test } from "vitest"
import { ownHome } from "../support/run-command.ts"

/** A home with a database that the real client has written, its sessions moved into the home's project. */
function homeWithDatabase() {
  const home = ownHome()
  const file = home.file("data", "opencode", "opencode.db")
  mkdirSync(path.dirname(file), { recursive: true })
  copyFileSync("test/fixtures/opencode.db", file)
  // Open while the command runs, as OpenCode would have it.
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  database.exec("PRAGMA journal_mode = WAL")
  database.prepare("UPDATE session SET directory = ?").run(home.project)
  database.prepare("UPDATE project SET worktree = ? WHERE id <> 'global'").run(home.project)
  const newest =
    "SELECT id, title FROM session WHERE parent_id IS NULL AND time_archived IS NULL ORDER BY time_updated DESC"
  return { ...home, database, newest: database.prepare(newest).get() as { id: string; title: string } }
}

test("without an argument, the newest session of the project is shared while its database is in use", async () => {
  const { run, newest } = homeWithDatabase()
  const { status, stdout, stderr } = await run(["share", "--json"])
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.not.stringContaining("Warning") })
  expect(JSON.parse(stdout)).toMatchObject({ session: newest.id, title: newest.title })
})

test("a session is shared by its id, with its subagents' sessions", async () => {
  const { run, database } = homeWithDatabase()
  const child = database.prepare("SELECT id, parent_id FROM session WHERE parent_id IS NOT NULL").get() as Record<
    string,
    string
  >
  const { url } = JSON.parse((await run(["share", String(child["parent_id"]), "--json"])).stdout)
  const folder = path.dirname(fileURLToPath(url))
  expect(readdirSync(folder).filter((name) => name.startsWith("sub-"))).not.toEqual([])
  const shared = JSON.parse(readFileSync(path.join(folder, "session.json"), "utf8"))
  expect(shared.children.map(({ info }: { info: { id: string } }) => info.id)).toContain(child["id"])
})

test("the newest session of another project is not shared: exit status 4", async () => {
  const { run, file } = homeWithDatabase()
  const elsewhere = file("elsewhere")
  mkdirSync(path.join(elsewhere, ".git"), { recursive: true })
  const { status, stdout, stderr } = await run(["share"], { cwd: elsewhere, env: { PATH: "" } })
  expect({ status, stdout }).toEqual({ status: 4, stdout: "" })
  expect(stderr).toContain(elsewhere)
})

test("the database is only read", async () => {
  const { run, file, newest } = homeWithDatabase()
  const before = readFileSync(file("data", "opencode", "opencode.db"))
  await run(["share", newest.id])
  expect(readFileSync(file("data", "opencode", "opencode.db")).equals(before)).toBe(true)
  expect(existsSync(file("data", "opencode", "opencode.db-journal"))).toBe(false)
})
