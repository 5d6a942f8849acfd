import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { formerName, headerNote, spaceNote, unquotePath } from "../../../src/render/diff/patch-notes.ts"
import { runs } from "../../support/property-runs.ts"
import { temporaryFolder } from "../../support/world.ts"

const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`)
const text = `${lines.join("\n")}\n`

/** Diff of a file that git makes of a change in a repository of its own. */
function gitDiff(name: string, before: string | Buffer | undefined, change: (file: string, folder: string) => void) {
  const folder = temporaryFolder()
  const git = (...args: string[]) =>
    execFileSync(
      "git",
      ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.autocrlf=false", ...args],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      },
    )
  git("init", "-q")
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  if (before !== undefined) writeFileSync(file, before)
  git("add", "-A")
  git("commit", "-qm", "a", "--allow-empty")
  change(file, folder)
  git("add", "-A")
  return git("diff", "--cached", "-M", "-C", "--find-copies-harder")
}

describe("what git's own diffs say", () => {
  const changes: [string, string, string | Buffer | undefined, (file: string, folder: string) => void][] = [
    ["renamed from a.txt", "a.txt", text, (file, folder) => renameSync(file, path.join(folder, "b.txt"))],
    ["copied from a.txt", "a.txt", text, (_, folder) => writeFileSync(path.join(folder, "b.txt"), text)],
    ["made executable", "a.sh", text, (file) => chmodSync(file, 0o755)],
    ["binary", "a.bin", Buffer.from([0, 1, 2]), (file) => writeFileSync(file, Buffer.from([0, 3]))],
    ["empty", "other", text, (_, folder) => writeFileSync(path.join(folder, "empty.txt"), "")],
    ["", "a.txt", text, (file) => writeFileSync(file, `${text}more\n`)],
  ]
  test.each(changes)("%s", (note, name, before, change) => {
    expect(headerNote(gitDiff(name, before, change))).toBe(note)
  })

  test("a file that becomes a link is two changes, neither of a mode", () => {
    const diff = gitDiff("a.txt", text, (file) => {
      rmSync(file)
      symlinkSync("b", file)
    })
    expect(headerNote(diff)).not.toContain("mode")
  })

  test("only line ends changed, or only white space", () => {
    const crlf = gitDiff("a.txt", text, (file) => writeFileSync(file, text.replaceAll("\n", "\r\n")))
    expect(spaceNote(crlf)).toBe("only line ends changed")
    const indented = gitDiff("a.txt", text, (file) => writeFileSync(file, text.replace("line 3", "\tline  3")))
    expect(spaceNote(indented)).toBe("only white space changed")
    const changed = gitDiff("a.txt", text, (file) => writeFileSync(file, text.replace("line 3", "line 33")))
    expect(spaceNote(changed)).toBe("")
  })
})

describe("the name of a file", () => {
  const name = fc
    .array(
      fc.oneof(
        fc.constantFrom("ä", "日", '"', "\\", " ", "\t", "a", "b", ".", "-", "😀"),
        fc.stringMatching(/^[a-z]$/),
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((characters) => `x${characters.join("")}y`)

  test("is unquoted if git quotes it, also for moved files", () => {
    fc.assert(
      fc.property(name, name, (before, after) => {
        fc.pre(before !== after)
        const diff = gitDiff(before, text, (file, folder) => renameSync(file, path.join(folder, after)))
        expect(headerNote(diff)).toBe(`renamed from ${before.trim()}`)
        expect(formerName(diff, after)).toBe(before)
        expect(unquotePath(/^rename to (.+)$/m.exec(diff)![1]!)).toBe(after)
      }),
      { numRuns: runs(12) },
    )
  })

  test("stays as it is if it is not quoted, whatever it contains", () => {
    fc.assert(
      fc.property(
        fc.string().filter((value) => !/^".*"$/s.test(value)),
        (value) => {
          expect(unquotePath(value)).toBe(value)
        },
      ),
    )
  })
})
