import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { shortenPath, splitPath } from "../../../src/render/tools/paths.ts"

const name = fc.stringMatching(/^[\w äñ.-]{1,8}$/).filter((value) => !/^\.+$/.test(value))
const names = fc.array(name, { minLength: 1, maxLength: 4 })
const separators = fc.infiniteStream(fc.constantFrom("/", "\\"))

/** Joins names by separators in any mixture. */
const joined = (root: string, parts: string[], next: Iterator<string>) =>
  parts.reduce(
    (path, part) => path + (path.endsWith(":") || path !== "" ? (next.next().value as string) : "") + part,
    root,
  )

describe("a path below the session's folder is shown relative to it", () => {
  test("on Windows, a path with drive letters and mixed separators is relative, also below a hidden home", () => {
    fc.assert(
      fc.property(names, names, fc.constantFrom("C:", "c:", "~"), separators, (folder, below, root, next) => {
        const directory = joined(root, folder, next)
        const other = root === "~" ? root : root === "C:" ? "c:" : "C:"
        const path = joined(joined(other, folder, next), below, next)
        fc.pre(root !== "~" || `${directory}${path}`.includes("\\"))
        const short = shortenPath(path, { directory })
        expect(short.replaceAll("\\", "/")).toBe(below.join("/"))
        const { folder: before, object } = splitPath(path, { directory })
        expect([before + object, object]).toEqual([short, below.at(-1)])
      }),
    )
  })

  test("a path outside the session's folder is shown completely", () => {
    fc.assert(
      fc.property(names, names, (folder, below) => {
        const directory = `/${folder.join("/")}`
        expect(shortenPath(`${directory}/${below.join("/")}`, { directory })).toBe(below.join("/"))
        expect(shortenPath(`${directory}x/${below.join("/")}`, { directory })).toBe(`${directory}x/${below.join("/")}`)
        expect(shortenPath(directory, { directory })).toBe(".")
      }),
    )
  })
})
