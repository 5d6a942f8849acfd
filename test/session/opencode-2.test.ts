import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assertCurrentAt, assertNewestAt, databaseSource } from "../../src/session/database.ts"
import { listSessions } from "../../src/session/list-sessions.ts"
import { Opencode2Error } from "../../src/session/opencode-2.ts"
import { type Both, bothGenerations, laterTables, seeded } from "../support/both-generations.ts"
import { runs } from "../support/property-runs.ts"
import { exportedOf } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

const env = { PATH: "" }
const read = (path: string, sessionID: string) => databaseSource({ sessionID }, { path, env }).read(exportedOf)
const readNewest = (path: string, newestIn: string) => databaseSource({ newestIn }, { path, env }).read(exportedOf)
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

describe("any sequence of actions of both generations", () => {
  interface Talk {
    parent: string | undefined
    /** Generation of the last action; `at` is its number. */
    by: "first" | "second"
    at: number
    inSecond: boolean
    isArchived: boolean
  }

  test("a session is read if OpenCode 1 was the last to change it, and refused otherwise", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 31), async (seed) => {
        const random = seeded(seed)
        const both = ownBoth(seed)
        const talks = new Map<string, Talk>()
        let count = 0
        let isTakenOver = false
        const noted = (id: string, by: Talk["by"], more: Partial<Talk> = {}) =>
          talks.set(id, {
            ...{ parent: undefined, inSecond: by === "second", isArchived: false, ...talks.get(id), ...more },
            ...{ by, at: ++count },
          })
        const some = (isWanted: (talk: Talk) => boolean) => {
          const ids = [...talks].filter(([, talk]) => isWanted(talk)).map(([id]) => id)
          return ids[random(ids.length)]
        }
        const inFirst = new Set<string>()
        const begin = (by: "first" | "second", parent?: string) => {
          const id = both[by].begin(both.folder, parent ?? null)
          if (by === "first") inFirst.add(id)
          noted(id, by, { parent })
        }
        begin("first")
        for (let left = 3 + random(12); left > 0; left--) {
          const first = [...inFirst][random(inFirst.size)]!
          const second = some(({ inSecond }) => inSecond)
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
        // A session that OpenCode 2 began and emptied again misses nothing.
        const said = "SELECT 1 FROM session_message WHERE session_id = ? AND type IN ('user', 'assistant')"
        const isSaidIn = (id: string) => both.database.prepare(said).get(id) !== undefined
        const isLater = ([id, { by }]: [string, Talk]) => by === "second" && (inFirst.has(id) || isSaidIn(id))
        const below = (id: string): [string, Talk][] =>
          [...talks].filter(([, { parent }]) => parent === id).flatMap((talk) => [talk, ...below(talk[0])])
        const isRefused = (id: string) => talks.get(id)!.by === "second" || below(id).some(isLater)
        for (const id of talks.keys()) {
          const reading = read(both.path, id)
          if (isRefused(id)) await expect(reading, `${id} of seed ${seed}`).rejects.toMatchObject(refused)
          else expect((await reading).info, `seed ${seed}`).toMatchObject({ id })
          const check = () => assertCurrentAt(both.path, id)
          if (isRefused(id)) expect(check).toThrow(Opencode2Error)
          else expect(check).not.toThrow()
        }
        const [newest] = [...talks]
          // Archiving in OpenCode 2 does not archive in OpenCode 1.
          .filter(([, { parent, isArchived, by }]) => parent === undefined && !(isArchived && by === "second"))
          .sort(([, a], [, b]) => b.at - a.at)
        const reading = readNewest(both.path, both.folder)
        const check = () => assertNewestAt(both.path, both.folder)
        const isAnyArchived = [...talks.values()].some(({ isArchived }) => isArchived)
        if (!newest || isRefused(newest[0])) {
          await expect(reading, `seed ${seed}`).rejects.toMatchObject(refused)
          expect(check).toThrow(Opencode2Error)
        } else if (!isAnyArchived) {
          expect((await reading).info, `seed ${seed}`).toMatchObject({ id: newest[0] })
          expect(check).not.toThrow()
        } else await reading.catch((error) => expect(error).toBeInstanceOf(Opencode2Error))
        const all = () => listSessions(both.path, {})
        if ([...talks].some(isLater)) expect(all).toThrow(Opencode2Error)
        else for (const { id } of all()) expect((await read(both.path, id)).info).toMatchObject({ id })
        both.close()
      }),
      { numRuns: runs(60) },
    )
  }, 120_000)
})

describe("a session that OpenCode 2 has migrated", () => {
  test("is read from OpenCode 1 until it changes, also if it was opened", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { both, talk } = takenOver(seed)
      both.second.view(talk)
      expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
      expect(listSessions(both.path, {})).toMatchObject([{ id: talk }])
      both.close()
    }
  })

  test("is refused after a partial undo there, until OpenCode 1 continues it", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { both, talk } = takenOver(seed)
      both.second.undo(talk)
      await expect(read(both.path, talk)).rejects.toMatchObject(refused)
      await expect(readNewest(both.path, both.folder)).rejects.toMatchObject(refused)
      const said = both.first.say(talk)
      expect(JSON.stringify(await read(both.path, talk))).toContain(said)
      both.close()
    }
  })

  test("in another folder does not affect this one", async () => {
    const { both, talk } = takenOver(7)
    const other = join(temporaryFolder(), "other")
    both.second.begin(other)
    expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
    expect(listSessions(both.path, { project: both.folder })).toMatchObject([{ id: talk }])
    await expect(readNewest(both.path, other)).rejects.toMatchObject(refused)
    expect(() => listSessions(both.path, { project: other })).toThrow(Opencode2Error)
    expect(() => listSessions(both.path, {})).toThrow(Opencode2Error)
    both.close()
  })

  test("is read as one snapshot while OpenCode 2 writes", async () => {
    const { both, talk } = takenOver(3)
    await databaseSource({ sessionID: talk }, { path: both.path, env }).read(async (record) => {
      both.second.say(talk)
      expect((await exportedOf(record)).info).toMatchObject({ id: talk })
    })
    both.exec("BEGIN IMMEDIATE")
    both.second.rename(talk)
    await expect(read(both.path, talk)).rejects.toMatchObject(refused)
    both.exec("COMMIT")
    both.close()
  })
})

test("a session of OpenCode 2 without messages is the newest one, but is not archived", async () => {
  const { both, talk } = takenOver(1)
  const empty = both.second.open()
  await expect(readNewest(both.path, both.folder)).rejects.toMatchObject({ message: expect.stringContaining(empty) })
  expect(listSessions(both.path, {})).toMatchObject([{ id: talk }])
  both.close()
})

test("a folder with sessions in only one generation has a newest session", async () => {
  const both = ownBoth(5)
  both.second.start()
  const only = both.second.begin()
  await expect(readNewest(both.path, both.folder)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining(only),
  })
  const elsewhere = temporaryFolder()
  await expect(readNewest(both.path, elsewhere)).rejects.toMatchObject({ code: "session-not-found" })
  // The doctor checks all of them in this case.
  expect(() => assertNewestAt(both.path, elsewhere)).toThrow(Opencode2Error)
  both.close()
})

describe("tables of OpenCode 2", () => {
  test("without rows are ignored, whatever their columns", async () => {
    for (const tables of [laterTables, "CREATE TABLE session_v2 (x); CREATE TABLE session_message (y)"]) {
      const both = ownBoth(2)
      const talk = both.first.begin()
      both.exec(tables)
      expect((await readNewest(both.path, both.folder)).info).toMatchObject({ id: talk })
      expect((await read(both.path, talk)).info).toMatchObject({ id: talk })
      expect(listSessions(both.path, {})).toMatchObject([{ id: talk }])
      both.close()
    }
  })

  const known = {
    session_v2: ["id", "project_id", "parent_id", "directory", "time_updated", "time_archived", "revert"],
    session_message: ["session_id", "type", "time_created"],
  }
  const renamed = Object.entries(known).flatMap(([table, columns]) =>
    columns.map((column) => `ALTER TABLE ${table} RENAME COLUMN ${column} TO renamed`),
  )
  test.each([...renamed, "DROP TABLE session_message", "ALTER TABLE session_message RENAME TO messages_v3"])(
    "with an unknown schema are refused: %s",
    async (change) => {
      const { both } = takenOver(11)
      both.exec("PRAGMA legacy_alter_table = 1")
      both.exec(change)
      await expect(readNewest(both.path, both.folder)).rejects.toMatchObject(refused)
      expect(() => assertNewestAt(both.path, both.folder)).toThrow(Opencode2Error)
      const all = () => listSessions(both.path, { project: both.folder })
      expect(all).toThrow(expect.objectContaining(refused))
      both.close()
    },
  )

  test("with invalid times count as newer", async () => {
    for (const value of ["'yesterday'", "9223372036854775807", "1e300", "x'00'"]) {
      const { both, talk } = takenOver(13)
      both.exec(`UPDATE session_v2 SET time_updated = ${value}`)
      await expect(read(both.path, talk)).rejects.toMatchObject(refused)
      await expect(readNewest(both.path, both.folder)).rejects.toMatchObject(refused)
      both.close()
    }
  })

  test("are checked before opencode export if the schema of OpenCode 1 is unknown", async () => {
    const { both, talk } = takenOver(17)
    both.exec("ALTER TABLE part RENAME TO pieces")
    await expect(read(both.path, talk)).rejects.toMatchObject(refused)
    await expect(readNewest(both.path, both.folder)).rejects.toMatchObject(refused)
    expect(() => listSessions(both.path, {})).toThrow(Opencode2Error)
    await expect(read(both.path, "ses_1")).rejects.toMatchObject({ code: "session-not-found" })
    both.close()
  })

  test("of the betas, which had no separate session table", async () => {
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
      expect(() => listSessions(both.path, {})).toThrow(Opencode2Error)
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
}, 60_000)
