import { spawnSync } from "node:child_process"
import { openSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, test } from "vitest"
import { databasePath } from "../../src/session/database-path.ts"
import { startOfSession } from "../../src/session/model.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { byID, calc, copy, idOf, newest } from "../support/opencode-database.ts"
import { all, exportedOf } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

describe("a session by its id", () => {
  test("has its record as OpenCode exports it", async () => {
    const { info } = await byID(idOf("Fix add()")).read(exportedOf)
    expect(info).toMatchObject({
      id: idOf("Fix add()"),
      slug: expect.any(String),
      projectID: expect.stringMatching(/^[0-9a-f]{40}$/),
      directory: calc,
      path: "",
      title: "Fix add()",
      agent: "build",
      model: { id: "stub-1", providerID: "stub" },
      version: "1.18.33",
      summary: { additions: 0, deletions: 0, files: 0 },
      cost: expect.any(Number),
      tokens: { input: expect.any(Number), cache: { read: expect.any(Number) } },
      time: { created: expect.any(Number), updated: expect.any(Number) },
    })
    expect(info).not.toHaveProperty("parentID")
    expect(info).not.toHaveProperty("revert")
  })

  test("has its messages and parts in order, each with its ids", async () => {
    const { messages } = await byID(idOf("Fix add()")).read(exportedOf)
    const read = messages as { info: Record<string, unknown>; parts: Record<string, unknown>[] }[]
    expect(read.map(({ info }) => info["role"])).toEqual(["user", ...Array(8).fill("assistant")])
    expect(read.flatMap(({ parts }) => parts.flatMap(({ tool }) => tool ?? []))).toEqual(
      "read edit write bash todowrite invalid task".split(" "),
    )
    for (const { info, parts } of read) {
      expect(info["sessionID"]).toBe(idOf("Fix add()"))
      for (const part of parts) expect(part).toMatchObject({ sessionID: info["sessionID"], messageID: info["id"] })
    }
  })

  test("has its subagents' sessions", async () => {
    const { children } = await byID(idOf("Fix add()")).read(exportedOf)
    expect(children).toMatchObject([{ info: { parentID: idOf("Fix add()") }, children: [] }])
    expect(children[0]?.messages).toHaveLength(3)
  })

  test("can be normalized completely", async () => {
    await byID(idOf("Fix add()")).read(async (record) => {
      const session = normalizeSession(record)
      const read = startOfSession()
      const parts = (await all(session.messages(read))).flatMap((message) => message.parts)
      expect(parts.filter(({ type }) => type === "malformed" || type === "unknown")).toEqual([])
      const task = parts.find((part) => part.type === "tool" && part.tool === "task")
      expect(task).toMatchObject({ subagent: { sessionID: session.children(read)[0]?.info.id } })
    })
  })

  test("can be read again, and in part, while it is open", async () => {
    await byID(idOf("Fix add()")).read(async (record) => {
      const whole = await all(record.messages())
      for await (const first of record.messages()) {
        expect(first).toEqual(whole[0])
        break
      }
      expect(await all(record.messages())).toEqual(whole)
    })
  })

  test("leaves out undone messages", async () => {
    const prompts = await byID(idOf("Undone")).read(async (record) => {
      expect(record.info).toMatchObject({ revert: { messageID: expect.stringMatching(/^msg_/) } })
      expect(await all(record.messages())).toHaveLength(4)
      return (await all(normalizeSession(record).messages())).flatMap(({ parts }) => parts)
    })
    expect(JSON.stringify(prompts)).toContain("first prompt")
    expect(JSON.stringify(prompts)).not.toContain("taken back")
  })

  test("throws session-not-found with a hint if it does not exist", async () => {
    await expect(byID("ses_nowhere").read(exportedOf)).rejects.toMatchObject({
      code: "session-not-found",
      message: "Session ses_nowhere not found.",
      hint: expect.stringContaining("opencode session list"),
    })
  })

  test("throws bad-input if it has no messages", async () => {
    const path = copy(`DELETE FROM part`, `DELETE FROM message`)
    await expect(byID(idOf("Notes"), path).read(exportedOf)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("nothing to share"),
    })
  })
})

describe("while OpenCode writes", () => {
  test("the session is read as one snapshot, and the writer is not blocked", async () => {
    const path = copy("PRAGMA journal_mode = WAL")
    const writer = new DatabaseSync(path)
    writer.exec("PRAGMA busy_timeout = 0")
    await byID(idOf("Notes"), path).read(async (record) => {
      const before = await all(record.messages())
      writer.exec(`UPDATE part SET data = '{"type":"text","text":"new"}'`)
      writer.exec(`DELETE FROM message WHERE session_id = '${idOf("Notes")}'`)
      expect(await all(record.messages())).toEqual(before)
    })
    await expect(byID(idOf("Notes"), path).read(exportedOf)).rejects.toMatchObject({ code: "bad-input" })
    writer.close()
  })

  test("reading writes nothing and leaves nothing open", async () => {
    const path = copy("PRAGMA journal_mode = WAL")
    await byID(idOf("Notes"), path).read(exportedOf)
    await expect(byID(idOf("Notes"), path).read(() => Promise.reject(new Error("stop")))).rejects.toThrow("stop")
    // Only the last connection to close can leave WAL mode.
    expect(() => copyMode(path)).not.toThrow()
  })
})

function copyMode(path: string): void {
  const database = new DatabaseSync(path)
  database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE")
  database.close()
}

describe("reading broken content", () => {
  test("makes a broken part or message malformed and keeps the rest", async () => {
    const path = copy(
      `UPDATE part SET data = '{"type":"te' WHERE id = (SELECT min(id) FROM part WHERE data LIKE '%Looking.%')`,
      `UPDATE message SET data = '' WHERE id = (SELECT max(id) FROM message WHERE session_id = '${idOf("Fix add()")}')`,
    )
    const messages = await byID(idOf("Fix add()"), path).read((record) => all(normalizeSession(record).messages()))
    expect(messages).toHaveLength(9)
    expect(messages.at(-1)).toMatchObject({ role: "malformed", id: expect.stringMatching(/^msg_/) })
    const parts = messages.flatMap((message) => message.parts)
    expect(parts.filter(({ type }) => type === "malformed")).toHaveLength(1)
    expect(parts.filter(({ type }) => type === "tool")).toHaveLength(7)
  })

  test("leaves out unreadable fields of the session's record", async () => {
    const path = copy(`UPDATE session SET model = '{', permission = 'x', summary_diffs = '[', metadata = '7'`)
    const { info } = await byID(idOf("Notes"), path).read(exportedOf)
    expect(info).toMatchObject({ title: "Notes", metadata: 7 })
    expect(info).not.toHaveProperty("model")
    expect(info).not.toHaveProperty("permission")
  })

  test("reads sessions that are each other's parents once", async () => {
    const [a, b] = [idOf("Notes"), idOf("Undone")]
    const path = copy(
      `UPDATE session SET parent_id = '${b}' WHERE id = '${a}'`,
      `UPDATE session SET parent_id = '${a}' WHERE id = '${b}'`,
    )
    const { children } = await byID(a, path).read(exportedOf)
    expect(children).toMatchObject([{ info: { id: b }, children: [] }])
  })

  test("throws one clear error if the file itself is broken", async () => {
    const path = copy()
    const database = new DatabaseSync(path)
    const sql = "SELECT rootpage FROM sqlite_master WHERE name = 'part'"
    const page = Number(database.prepare(sql).get()?.["rootpage"])
    const size = Number(database.prepare("PRAGMA page_size").get()?.["page_size"])
    database.close()
    const file = openSync(path, "r+")
    writeSync(file, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size)
    await expect(byID(idOf("Fix add()"), path).read(exportedOf)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("Cannot read the whole session"),
    })
  })
})

describe("without a readable database, reading falls back to opencode export", () => {
  test.each<[string, () => string]>([
    ["no file", () => join(temporaryFolder(), "opencode.db")],
    ["a folder", temporaryFolder],
    ["a column that has another name", () => copy("ALTER TABLE message RENAME COLUMN data TO body")],
    ["a table that is gone", () => copy("DROP TABLE project")],
    [
      "no database",
      () => {
        const path = join(temporaryFolder(), "opencode.db")
        writeFileSync(path, "This is no database, though it is long enough to be one. ".repeat(99))
        return path
      },
    ],
  ])("%s", async (_, make) => {
    // `opencode` is not installed here; its output is covered by integration tests.
    await expect(byID("ses_1", make()).read(exportedOf)).rejects.toMatchObject({
      code: "session-not-found",
      message: expect.stringMatching(/^Session ses_1 not found: .*`opencode` cannot be started\.$/),
      hint: expect.stringContaining("opencode export"),
    })
    await expect(newest("/home/dana", make()).read(exportedOf)).rejects.toMatchObject({ code: "session-not-found" })
  })
})

test("a locked database falls back to opencode export", async () => {
  const path = copy()
  const other = new DatabaseSync(path)
  other.exec("BEGIN EXCLUSIVE")
  await expect(byID(idOf("Notes"), path).read(exportedOf)).rejects.toMatchObject({
    code: "session-not-found",
    message: expect.stringContaining("no readable OpenCode database"),
  })
  other.exec("ROLLBACK")
  expect(await byID(idOf("Notes"), path).read(exportedOf)).toMatchObject({ info: { title: "Notes" } })
  other.close()
})

test("the path of the database is OpenCode's", () => {
  const home = "/home/dana"
  expect(databasePath({}, home)).toBe("/home/dana/.local/share/opencode/opencode.db")
  expect(databasePath({ HOME: "/home/eve" })).toBe("/home/eve/.local/share/opencode/opencode.db")
  expect(databasePath({ XDG_DATA_HOME: "/data" }, home)).toBe("/data/opencode/opencode.db")
  expect(databasePath({ XDG_DATA_HOME: "" }, home)).toBe("/home/dana/.local/share/opencode/opencode.db")
  expect(databasePath({ OPENCODE_DB: "/x.db" }, home)).toBe("/x.db")
  expect(databasePath({ OPENCODE_DB: "x.db" }, home)).toBe("/home/dana/.local/share/opencode/x.db")
})

test("reading suppresses only the experimental warning of Node", () => {
  const module = new URL("../../src/session/sqlite.ts", import.meta.url).href
  const code = `import { sqlite } from "${module}"
    new (sqlite().DatabaseSync)(":memory:").close()
    process.emitWarning("something else")`
  const args = ["--input-type=module", "--eval", code]
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", env: {} })
  expect(status).toBe(0)
  expect(stderr).toContain("something else")
  expect(stderr).not.toContain("SQLite")
})
