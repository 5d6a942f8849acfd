import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assertCurrentAt, databaseSource, newestSessionError } from "../../src/session/database.ts"
import { listSessions } from "../../src/session/list-sessions.ts"
import { isV2Info } from "../../src/session/v2/is-v2.ts"
import { type Both, bothGenerations, laterTables, seeded } from "../support/both-generations.ts"
import { runs } from "../support/property-runs.ts"
import { exportedOf } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

const env = { PATH: "" }
const read = (path: string, sessionID: string) => databaseSource({ sessionID }, { path, env }).read(exportedOf)
const readNewest = (path: string, newestIn: string) => databaseSource({ newestIn }, { path, env }).read(exportedOf)
const generationOf = ({ info }: { info: unknown }) => (isV2Info(info) ? "second" : "first")
const refused = { code: "bad-input", message: expect.stringContaining("OpenCode 2"), hint: expect.any(String) }

function ownBoth(seed: number): Both {
  const folder = join(temporaryFolder(), "project")
  mkdirSync(join(folder, ".git"), { recursive: true })
  return bothGenerations({ folder, random: seeded(seed) })
}

/** A session of OpenCode 1 that OpenCode 2 has migrated. */
function takenOver(seed: number) {
  const both = ownBoth(seed)
  const talk = both.first.begin()
  both.second.start()
  both.second.takeOver()
  return { both, talk }
}

interface Talk {
  parent: string | undefined
  /** Generation of the last change; `at` is its number. */
  by: "first" | "second"
  at: number
  inSecond: boolean
  isArchived: boolean
}

/** Both generations change sessions in turn. Returns what became of each. */
function play(both: Both): Map<string, Talk> {
  const { random } = both
  const talks = new Map<string, Talk>()
  let count = 0
  let isTakenOver = false
  const noted = (id: string, by: Talk["by"], more: Partial<Talk> = {}) =>
    talks.set(id, {
      ...{ parent: undefined, inSecond: by === "second", isArchived: false, ...talks.get(id), ...more },
      ...{ by, at: ++count },
    })
  const inFirst = new Set<string>()
  const begin = (by: "first" | "second", parent?: string) => {
    const id = both[by].begin(both.folder, parent ?? null)
    if (by === "first") inFirst.add(id)
    noted(id, by, { parent })
  }
  begin("first")
  for (let left = 3 + random(12); left > 0; left--) {
    const first = [...inFirst][random(inFirst.size)]!
    const inSecond = [...talks].filter(([, talk]) => talk.inSecond).map(([id]) => id)
    const second = inSecond[random(inSecond.length)]
    const what = random(isTakenOver ? 11 : 4)
    if (what === 0) begin("first")
    else if (what === 1) begin("first", first)
    else if (what === 2) {
      both.first.say(first)
      noted(first, "first")
    } else if (!isTakenOver) {
      isTakenOver = true
      both.second.start()
      both.second.takeOver()
      for (const talk of talks.values()) talk.inSecond = true
    } else if (what === 4) begin("second")
    else if (what === 5 && second) begin("second", second)
    else if (second && what > 5) {
      const change = (["say", "rename", "drop", "archive", "view"] as const)[what - 6]!
      both.second[change](second)
      if (change !== "view") noted(second, "second", change === "archive" ? { isArchived: true } : {})
    }
  }
  return talks
}

test("the last changed version of a session is read, listed and found by folder, whatever both generations did", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2 ** 31), async (seed) => {
      const both = ownBoth(seed)
      const talks = play(both)
      const said = "SELECT 1 FROM session_message WHERE session_id = ? AND type IN ('user', 'assistant')"
      const isSaid = (id: string, { by }: Talk) => by === "first" || both.database.prepare(said).get(id) !== undefined
      for (const [id, talk] of talks) {
        const reading = read(both.path, id)
        if (!isSaid(id, talk)) {
          await expect(reading).rejects.toMatchObject({ code: "bad-input", message: expect.stringContaining(id) })
          continue
        }
        const record = await reading
        expect(record.info).toMatchObject({ id })
        expect(generationOf(record)).toBe(talk.by)
        const children = record.children as { info: { id: string } }[]
        expect(children.map(({ info }) => info.id).sort()).toEqual(
          [...talks].flatMap(([child, { parent }]) => (parent === id ? child : [])).sort(),
        )
        for (const child of children) expect(generationOf(child)).toBe(talks.get(child.info.id)!.by)
      }
      const roots = [...talks].filter(([, { parent }]) => parent === undefined).sort(([, a], [, b]) => b.at - a.at)
      const listed = listSessions(both.path, {}).map(({ id }) => id)
      expect(listed.toSorted()).toEqual(roots.flatMap(([id, talk]) => (isSaid(id, talk) ? id : [])).sort())
      // Archiving in OpenCode 2 does not archive in OpenCode 1.
      const isHidden = ({ by, isArchived }: Talk) => by === "second" && isArchived
      const newest = roots.find(([id, talk]) => !isHidden(talk) && isSaid(id, talk))
      if (newest) {
        expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: newest[0] })
        expect(newestSessionError(both.path, both.folder)).toBeUndefined()
      }
      both.close()
    }),
    { numRuns: runs(60) },
  )
})

describe("a session that OpenCode 2 has copied", () => {
  test("is read from OpenCode 1 until it changes, also if it was opened", async () => {
    const { both, talk } = takenOver(0)
    both.second.view(talk)
    expect(generationOf(await readNewest(both.path, both.folder))).toBe("first")
    both.second.undo(talk)
    expect(generationOf(await read(both.path, talk))).toBe("second")
    const said = both.first.say(talk)
    const reading = databaseSource({ sessionID: talk }, { path: both.path, env })
    await reading.read(async (record) => {
      expect(record.note).toContain("continued in OpenCode 1")
      expect(JSON.stringify(await exportedOf(record))).toContain(said)
    })
    both.close()
  })

  test("in another folder does not affect this one", async () => {
    const { both, talk } = takenOver(7)
    const other = join(temporaryFolder(), "other")
    const only = both.second.begin(other)
    expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
    expect(listSessions(both.path, { project: both.folder })).toMatchObject([{ id: talk }])
    expect((await readNewest(both.path, other)).info).toMatchObject({ id: only })
    expect(listSessions(both.path, { project: other })).toMatchObject([{ id: only }])
    await expect(readNewest(both.path, temporaryFolder())).rejects.toMatchObject({ code: "session-not-found" })
    both.close()
  })

  test("is not shared inside OpenCode 1, which has the older version", () => {
    const { both, talk } = takenOver(5)
    expect(() => assertCurrentAt(both.path, talk)).not.toThrow()
    const child = both.second.begin(both.folder, talk)
    expect(() => assertCurrentAt(both.path, talk)).toThrow(expect.objectContaining(refused))
    expect(() => assertCurrentAt(both.path, talk)).toThrow(child)
    both.close()
  })

  test("is read as one snapshot while OpenCode 2 writes", async () => {
    const { both, talk } = takenOver(3)
    await databaseSource({ sessionID: talk }, { path: both.path, env }).read(async (record) => {
      const later = both.second.say(talk)
      expect(JSON.stringify(await exportedOf(record))).not.toContain(later)
    })
    both.exec("BEGIN IMMEDIATE")
    expect(generationOf(await read(both.path, talk))).toBe("second")
    both.exec("COMMIT")
    both.close()
  })
})

test("an empty session of OpenCode 2 is neither the newest nor listed", async () => {
  const { both, talk } = takenOver(1)
  const empty = both.second.open()
  expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
  expect(listSessions(both.path, {})).toMatchObject([{ id: talk }])
  await expect(read(both.path, empty)).rejects.toMatchObject({ message: expect.stringContaining("nothing to share") })
  both.close()
})

describe("tables of OpenCode 2", () => {
  test("without rows are ignored, whatever their columns", async () => {
    for (const tables of [laterTables, "CREATE TABLE session_v2 (x); CREATE TABLE session_message (y)"]) {
      const both = ownBoth(2)
      const talk = both.first.begin()
      both.exec(tables)
      expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
      expect(listSessions(both.path, {})).toMatchObject([{ id: talk }])
      both.close()
    }
  })

  test("without those of OpenCode 1, as in a fresh OpenCode 2, are read", async () => {
    const { both } = takenOver(23)
    const talk = both.second.begin()
    both.exec("DROP TABLE session; DROP TABLE message; DROP TABLE part")
    expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
    expect(listSessions(both.path, {})[0]).toMatchObject({ id: talk })
    both.close()
  })

  const known = {
    session_v2: ["id", "project_id", "parent_id", "directory", "time_updated", "time_archived", "revert"],
    session_message: ["session_id", "type", "seq", "time_created", "data"],
  }
  const renamed = Object.entries(known).flatMap(([table, columns]) =>
    columns.map((column) => `ALTER TABLE ${table} RENAME COLUMN ${column} TO renamed`),
  )
  test.each([...renamed, "DROP TABLE session_message", "ALTER TABLE session_message RENAME TO messages_v3"])(
    "with an unknown schema are refused: %s",
    async (change) => {
      const { both, talk } = takenOver(11)
      both.exec("PRAGMA legacy_alter_table = 1")
      both.exec(change)
      await expect(readNewest(both.path, both.folder)).rejects.toMatchObject(refused)
      await expect(read(both.path, talk)).rejects.toMatchObject(refused)
      expect(newestSessionError(both.path, both.folder)).toMatchObject(refused)
      const all = () => listSessions(both.path, { project: both.folder })
      expect(all).toThrow(expect.objectContaining(refused))
      both.close()
    },
  )

  test("with invalid times count as newer", async () => {
    for (const value of ["'yesterday'", "1e300", "x'00'"]) {
      const { both, talk } = takenOver(13)
      both.exec(`UPDATE session_v2 SET time_updated = ${value}`)
      expect(generationOf(await read(both.path, talk))).toBe("second")
      both.exec("UPDATE session_v2 SET time_updated = 9223372036854775807")
      await expect(read(both.path, talk)).rejects.toMatchObject({ code: "bad-input" })
      both.close()
    }
  })

  test("have their sessions read also if the schema of OpenCode 1 is unknown", async () => {
    const { both, talk } = takenOver(17)
    both.exec("ALTER TABLE part RENAME TO pieces")
    expect(generationOf(await read(both.path, talk))).toBe("second")
    await expect(read(both.path, "ses_1")).rejects.toMatchObject({ code: "session-not-found" })
    both.close()
  })

  test("of the betas, which had no separate session table, are refused", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const both = ownBoth(seed)
      const talk = both.first.begin()
      both.exec(laterTables.replace(/CREATE TABLE session_v2[^;]*;/, ""))
      const said = (session: string, at: string) =>
        both.exec(
          `INSERT INTO session_message VALUES ('${both.id("msg")}', '${session}', 'user', 0, ${at}, ${at}, '{}')`,
        )
      const last = `(SELECT max(time_updated) FROM message WHERE session_id = '${talk}')`
      said(talk, last)
      expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
      both.exec("DELETE FROM session_message")
      said(talk, `${last} + 1`)
      await expect(read(both.path, talk)).rejects.toMatchObject(refused)
      await expect(readNewest(both.path, both.folder)).rejects.toMatchObject(refused)
      expect(() => listSessions(both.path, {})).toThrow(expect.objectContaining(refused))
      both.close()
    }
  })
})

test("a locked database cannot be checked, and reading is refused", async () => {
  const { both, talk } = takenOver(19)
  both.close()
  const other = new DatabaseSync(both.path)
  other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  await expect(read(both.path, talk)).rejects.toMatchObject({ code: "session-not-found" })
  other.exec("ROLLBACK")
  other.close()
})
