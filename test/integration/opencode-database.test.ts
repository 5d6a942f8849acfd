import { cpSync, mkdtempSync, realpathSync } from "node:fs"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { databaseSource } from "../../src/session/database.ts"
import { databasePath } from "../../src/session/database-path.ts"
import { findSession } from "../../src/session/find-session.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { type OpencodeClient, opencodeClient } from "../support/opencode-client.ts"
import { makeProjects, type Recorded, recordSessions } from "../support/opencode-record.ts"
import { all, exportedOf } from "../support/record.ts"
import { type StubModel, startStubModel } from "../support/stub-model.ts"

const home = realpathSync(mkdtempSync(join(tmpdir(), "opencode-bucket-client-")))
let model: StubModel
let client: OpencodeClient
let projects: { calc: string; notes: string }
let recorded: Recorded
let server: { url: string; close(): Promise<void> }

beforeAll(async () => {
  model = await startStubModel()
  client = await opencodeClient(home, model.url)
  projects = await makeProjects(join(home, "src"))
  recorded = await recordSessions(client, model, projects)
  server = await client.serve(projects.calc)
})

afterAll(async () => {
  await server?.close()
  await model?.close()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

const exported = async (id: string) => JSON.parse(await client.run(projects.calc, "export", id))
const withoutChildren = ({ info, messages }: { info: unknown; messages: unknown[] }) => ({ info, messages })

describe("the database, while OpenCode serves", () => {
  test("has the path that OpenCode reports", async () => {
    expect(databasePath(client.env)).toBe((await client.run(projects.calc, "db", "path")).trim())
    const named = { ...client.env, OPENCODE_DB: "other.db", XDG_DATA_HOME: join(home, "data") }
    expect(databasePath(named)).toBe(join(home, "data", "opencode", "other.db"))
  })

  test("has every session as `opencode export` prints it", async () => {
    for (const id of Object.values(recorded)) {
      const read = await databaseSource({ sessionID: id }, { env: client.env }).read(exportedOf)
      expect(withoutChildren(read)).toEqual(await exported(id))
    }
  })

  test("has the subagent's session as `opencode export` prints it", async () => {
    const { children } = await databaseSource({ sessionID: recorded.tools }, { env: client.env }).read(exportedOf)
    expect(children).toHaveLength(1)
    const [child] = children as { info: { id: string; parentID: string }; messages: unknown[] }[]
    expect(child!.info.parentID).toBe(recorded.tools)
    expect(withoutChildren(child!)).toEqual(await exported(child!.info.id))
  })

  test("can be normalized completely", async () => {
    const kinds = await databaseSource({ sessionID: recorded.tools }, { env: client.env }).read(async (record) => {
      const parts = (await all(normalizeSession(record).messages())).flatMap((message) => message.parts)
      expect(parts.filter(({ type }) => type === "unknown" || type === "malformed")).toEqual([])
      return parts.flatMap((part) => (part.type === "tool" ? part.tool : []))
    })
    expect(kinds).toEqual(["read", "edit", "write", "bash", "todowrite", "invalid", "task"])
  })

  test("has no undone messages in the session", async () => {
    const texts = await databaseSource({ sessionID: recorded.undone }, { env: client.env }).read(async (record) =>
      JSON.stringify(await all(normalizeSession(record).messages())),
    )
    expect(texts).toContain("first prompt")
    expect(texts).not.toContain("taken back")
  })
})

describe("the newest session", () => {
  const newest = (cwd: string) => findSession(undefined, { cwd, env: client.env, stdin: process.stdin })
  const idOf = async (cwd: string) => newest(cwd).read(async ({ info }) => (info as { id: string }).id)

  test("of a project is found from every folder of it", async () => {
    expect(await idOf(projects.calc)).toBe(recorded.tools)
    expect(await idOf(join(projects.calc, "src"))).toBe(recorded.tools)
  })

  test("of a folder outside any repository is the folder's own", async () => {
    expect(await idOf(projects.notes)).toBe(recorded.notes)
    await expect(idOf(dirname(projects.notes))).rejects.toMatchObject({ code: "session-not-found" })
  })
})

describe("without a readable database", () => {
  const env = () => ({ ...client.env, PATH: dirname(client.binary) + delimiter + client.env["PATH"] })
  const options = (path: string) => ({ path, env: env() })
  const missing = join(home, "nowhere.db")

  test("a session is read with `opencode export`, including subagents", async () => {
    const hidden = join(home, "hidden.db")
    cpSync(databasePath(client.env), hidden)
    const database = new DatabaseSync(hidden)
    database.exec("ALTER TABLE message RENAME COLUMN data TO body")
    database.close()
    const wanted = { sessionID: recorded.tools }
    expect(await databaseSource(wanted, options(hidden)).read(exportedOf)).toEqual(
      await databaseSource(wanted, { env: client.env }).read(exportedOf),
    )
  })

  test("the newest session is found with `opencode session list`", async () => {
    for (const [folder, id] of [
      [projects.calc, recorded.tools],
      [projects.notes, recorded.notes],
    ] as const) {
      const { info } = await databaseSource({ newestIn: folder }, options(missing)).read(exportedOf)
      expect(info).toMatchObject({ id })
    }
  })

  test("an unknown id is not found", async () => {
    const source = databaseSource({ sessionID: "ses_0000000000000000000000" }, options(missing))
    await expect(source.read(exportedOf)).rejects.toMatchObject({
      code: "session-not-found",
      message: "Session ses_0000000000000000000000 not found.",
    })
  })

  test("a folder without messages has no newest session", async () => {
    const empty = join(home, "empty")
    await mkdir(empty)
    const source = databaseSource({ newestIn: empty }, options(missing))
    await expect(source.read(exportedOf)).rejects.toMatchObject({ code: "session-not-found" })
  })
})

test("OpenCode imports an export with subagents' sessions, and ignores them", async () => {
  const other = join(home, "other")
  await mkdir(other)
  const elsewhere = await opencodeClient(other, model.url)
  const whole = await databaseSource({ sessionID: recorded.tools }, { env: client.env }).read(exportedOf)
  const file = join(home, "session.json")
  await writeFile(file, JSON.stringify(whole))
  expect(await elsewhere.run(projects.calc, "import", file)).toContain(recorded.tools)

  const imported = await databaseSource({ sessionID: recorded.tools }, { env: elsewhere.env }).read(exportedOf)
  expect(imported.messages).toEqual(whole.messages)
  expect(imported.children).toEqual([])
})
