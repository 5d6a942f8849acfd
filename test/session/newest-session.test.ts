import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { calc, copy, newest, notes } from "../support/opencode-database.ts"
import { temporaryFolder } from "../support/world.ts"

const titleOfNewest = (folder: string, path?: string) =>
  newest(folder, path).read(async ({ info }) => (info as { title: string }).title)

describe("the newest session of a project", () => {
  test("is the one updated last, without subagent sessions and archived ones", async () => {
    expect(await titleOfNewest(calc)).toBe("Fix add()")
    const later = "UPDATE session SET time_updated = time_updated + 1000000000 WHERE"
    expect(await titleOfNewest(calc, copy(`${later} title = 'Undone'`))).toBe("Undone")
    expect(await titleOfNewest(calc, copy(`${later} title = 'Archived'`))).toBe("Fix add()")
    expect(await titleOfNewest(calc, copy(`${later} parent_id IS NOT NULL`))).toBe("Fix add()")
  })

  test("includes worktrees and clones of the project", async () => {
    const path = copy(`UPDATE project SET sandboxes = '["/home/dana/src/calc-two"]' WHERE id <> 'global'`)
    expect(await titleOfNewest("/home/dana/src/calc-two", path)).toBe("Fix add()")
    await expect(titleOfNewest("/home/dana/src/calc-three", path)).rejects.toMatchObject({ code: "session-not-found" })
  })

  test("outside of a repository is the newest of this folder", async () => {
    expect(await titleOfNewest(notes)).toBe("Notes")
    for (const elsewhere of ["/home/dana/src", "/home/dana/src/notes/sub", "/", "/home/dana/src/note_"]) {
      await expect(titleOfNewest(elsewhere)).rejects.toMatchObject({
        code: "session-not-found",
        message: `No session found in the project of ${elsewhere}.`,
      })
    }
  })

  test("is found from anywhere in the repository", async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "project", ".git"), { recursive: true })
    mkdirSync(join(folder, "project", "src", "deep"), { recursive: true })
    symlinkSync(join(folder, "project"), join(folder, "link"))
    const path = copy(`UPDATE project SET worktree = '${join(folder, "project")}' WHERE id <> 'global'`)
    expect(await titleOfNewest(join(folder, "project", "src", "deep"), path)).toBe("Fix add()")
    expect(await titleOfNewest(join(folder, "link"), path)).toBe("Fix add()")
    await expect(titleOfNewest(folder, path)).rejects.toMatchObject({ code: "session-not-found" })
  })

  test("is found despite a broken project record", async () => {
    const path = copy(`UPDATE project SET sandboxes = 'oops'`)
    expect(await titleOfNewest(calc, path)).toBe("Fix add()")
  })
})
