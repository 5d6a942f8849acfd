import { existsSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { expect, test } from "vitest"
import { makeFolder } from "../../src/lib/make-folder.ts"
import { temporaryFolder } from "../support/world.ts"

test("a folder is created with its parents, and stays as it is if it exists", () => {
  const root = temporaryFolder()
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 5 }), (names) => {
      const folder = path.join(root, ...names)
      makeFolder(folder)
      writeFileSync(path.join(folder, "KEPT"), "")
      makeFolder(folder)
      expect(statSync(folder).isDirectory() && existsSync(path.join(folder, "KEPT"))).toBe(true)
    }),
  )
})

test.skipIf(process.platform !== "linux")("a folder that cannot be created is an error, not a loop", () => {
  expect(() => makeFolder("/proc/nothing/s")).toThrow("ENOENT")
  expect(() => makeFolder("/dev/null/s")).toThrow("ENOTDIR")
})
