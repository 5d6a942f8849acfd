import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, test } from "vitest"
import { calc, recordedDatabase } from "../support/opencode-database.ts"
import { ownHome, type RunOptions } from "../support/run-command.ts"

/** A home whose OpenCode holds four recorded sessions, and a subagent's. */
function homeWithSessions() {
  const home = ownHome()
  const database = home.file("data", "opencode", "opencode.db")
  mkdirSync(path.dirname(database), { recursive: true })
  cpSync(recordedDatabase, database)
  const change = (sql: string) => {
    const open = new DatabaseSync(database)
    open.exec(sql)
    open.close()
  }
  return { ...home, change }
}

const titles = (index: string) =>
  [...readFileSync(index, "utf8").matchAll(/<li><a href="([^"]*)">([^<]*)/g)].map(([, , title]) => title)
const links = (index: string) =>
  [...readFileSync(index, "utf8").matchAll(/<li><a href="([^"]*)"/g)].map(([, link]) => link!)
const everyTitle = ["Archived", "Fix add()", "Notes", "Undone"]

describe.each(["html", "folder", "md", "json"])("export --all --format %s", (format) => {
  test("exports every session with an index, and a second run writes only what has changed", async () => {
    const home = homeWithSessions()
    const run = () => home.run(["export", "--all", "--format", format, "--output", home.file("kept")])
    const { status, stdout, stderr } = await run()
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${home.file("kept", "index.html")}\n` })
    expect(stderr).toMatch(/4 exported, 0 unchanged/)
    const index = stdout.trim()
    expect(titles(index).sort()).toEqual(everyTitle)
    const files = links(index).map((link) => path.join(home.file("kept"), link))
    expect(files.filter((file) => !existsSync(file))).toEqual([])
    const times = files.map((file) => statSync(file).mtimeMs)

    expect((await run()).stderr).toMatch(/0 exported, 4 unchanged/)
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual(times)
    home.change("UPDATE session SET title = 'Renamed', time_updated = time_updated + 1 WHERE title = 'Notes'")
    expect((await run()).stderr).toMatch(/1 exported, 3 unchanged/)
    expect(titles(index).sort()).toEqual(["Archived", "Fix add()", "Renamed", "Undone"])
    // Named after its title, and the file of the old one is gone.
    const names = readdirSync(home.file("kept")).filter((name) => name.includes("ses_"))
    expect(names.map((name) => name.replace(/-ses_.*/, "")).sort()).toEqual([
      "archived",
      "fix-add",
      "renamed",
      "undone",
    ])
  })
})

test("export --all resumes after an interruption, even in the middle of a line", async () => {
  const home = homeWithSessions()
  const run = () => home.run(["export", "--all", "--output", home.file("kept")])
  await run()
  const journal = home.file("kept", "archive.jsonl")
  const [first = "", second = ""] = readFileSync(journal, "utf8").split("\n")
  rmSync(journal)
  appendFileSync(journal, `${first}\n${second.slice(0, 40)}`)
  rmSync(home.file("kept", "index.html"))
  expect((await run()).stderr).toMatch(/3 exported, 1 unchanged/)
  expect(titles(home.file("kept", "index.html")).sort()).toEqual(everyTitle)
  expect((await run()).stderr).toMatch(/0 exported, 4 unchanged/)
})

/** Makes so many sessions more, each a copy of the one of that title. */
function copies(change: (sql: string) => void, title: string, count: number): void {
  const columns = (table: string, changed: Record<string, string>) => {
    const database = new DatabaseSync(recordedDatabase, { readOnly: true })
    const names = database.prepare("SELECT name FROM pragma_table_info(?)").all(table)
    database.close()
    const list = names.map((row) => String(row["name"]))
    return `INSERT INTO ${table} (${list.join(", ")}) SELECT ${list.map((name) => changed[name] ?? name).join(", ")} FROM ${table}`
  }
  const from = `(SELECT id FROM session WHERE title = '${title}' AND id NOT LIKE '%copy%')`
  for (let i = 0; i < count; i++) {
    const [id, session] = [`id || 'copy${i}'`, `session_id || 'copy${i}'`]
    change(`${columns("session", { id, title: `title || ' ${i}'` })} WHERE id = ${from};
      ${columns("message", { id, session_id: session })} WHERE session_id = ${from};
      ${columns("part", { id, session_id: session, message_id: `message_id || 'copy${i}'` })} WHERE session_id = ${from}`)
  }
}

test.each(["export", "share"])("%s --all resumes after it was killed", async (command) => {
  const home = homeWithSessions()
  copies(home.change, "Notes", 30)
  const place = command === "export" ? ["--output", home.file("kept")] : ["--to", home.file("bucket")]
  const run = (onStart?: RunOptions["onStart"]) => home.run([command, "--all", ...place], onStart ? { onStart } : {})
  const journals = () =>
    readdirSync(home.home, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("archive.jsonl"))
  const lines = () => journals().flatMap((name) => readFileSync(home.file(name), "utf8").split("\n").slice(0, -1))
  const killed = await run((child) => {
    const timer = setInterval(() => {
      if (lines().length < 3) return
      clearInterval(timer)
      child.kill("SIGKILL")
    }, 2)
  })
  expect(killed.status).toBe(null)
  const done = lines().length
  expect(done).toBeLessThan(34)
  const { stderr, stdout } = await run()
  expect(stderr).toContain(`${34 - done} ${command === "export" ? "exported" : "shared"}, ${done} unchanged`)
  expect(titles(stdout.trim())).toHaveLength(34)
  // One place a session, and nothing of what the first run was at.
  const folder = command === "export" ? home.file("kept") : home.file("bucket", "s")
  expect(readdirSync(folder)).toHaveLength(34 + (command === "export" ? 2 : 0))
})

test("--project and --since select sessions", async () => {
  const home = homeWithSessions()
  const kept = async (...flags: string[]) => {
    const output = home.file(flags.join("").replace(/\W/g, ""))
    await home.run(["export", "--all", "--format", "md", "--output", output, ...flags])
    return titles(path.join(output, "index.html")).sort()
  }
  expect(await kept("--project", calc)).toEqual(["Archived", "Fix add()", "Undone"])
  home.change("UPDATE session SET time_updated = 1 WHERE title <> 'Undone'")
  expect(await kept("--since", "9999d")).toEqual(["Undone"])
})

test.each([
  [["export", "--all", "--output", "-"], /Cannot write several sessions to stdout/],
  [["export", "--all", "--since", "yesterday"], /Invalid duration/],
  [["export", "--all", "--until", "1"], /cannot be used with --all/],
  [["share", "--all", "--until", "1"], /cannot be used with --all/],
])("%o is a clear error", async (args, words) => {
  expect(await homeWithSessions().run(args)).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(words),
  })
})

test("export --all refuses a folder with other content", async () => {
  const home = homeWithSessions()
  mkdirSync(home.file("mine"))
  appendFileSync(home.file("mine", "x"), "")
  expect(await home.run(["export", "--all", "--output", home.file("mine")])).toMatchObject({ status: 2, stdout: "" })
  expect(readdirSync(home.file("mine"))).toEqual(["x"])
})

test("share --all shares each session with a local index, leaves unchanged shares untouched, and skips unshared sessions", async () => {
  const home = homeWithSessions()
  const run = async () => JSON.parse((await home.run(["share", "--all", "--to", home.file("bucket"), "--json"])).stdout)
  const shared = await run()
  expect(shared).toMatchObject({ shared: 4, unchanged: 0, left: 0, failed: [] })
  expect(shared.index.startsWith(home.file("data", "opencode-bucket"))).toBe(true)
  const inBucket = () => readdirSync(home.file("bucket", "s"))
  expect(readdirSync(home.file("bucket"))).toEqual(["s"])
  expect(
    links(shared.index)
      .map((link) => path.basename(path.dirname(link)))
      .sort(),
  ).toEqual(inBucket().sort())

  expect(await run()).toMatchObject({ shared: 0, unchanged: 4 })
  const [link = ""] = links(shared.index)
  expect((await home.run(["unshare", link, "--yes"])).status).toBe(0)
  expect(await run()).toMatchObject({ shared: 0, unchanged: 3, left: 1 })
  expect(inBucket()).toHaveLength(3)
  expect(links(shared.index)).not.toContain(link)
})
