import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createPatch, parsePatch } from "../../../src/render/diff/parse-patch.ts"

const rowsOf = (patch: string) => parsePatch(patch).hunks.flatMap(({ rows }) => rows)
const line = fc.string({ unit: fc.constantFrom("a", "-", "+", " ", "@", "\\", "é") })
const someText = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"))

describe("reading a patch", () => {
  test("numbers the lines of both sides and strips the signs", () => {
    const patch = "Index: a.ts\n===\n--- a.ts\n+++ a.ts\n@@ -3,3 +3,3 @@ fn\n a\n-b\n+c\n d\n@@ -20 +20 @@\n-x\n+y\n"
    expect(parsePatch(patch).hunks).toEqual([
      {
        header: "@@ -3,3 +3,3 @@ fn",
        oldStart: 3,
        newStart: 3,
        rows: [
          { kind: "same", old: 3, new: 3, text: "a" },
          { kind: "del", old: 4, text: "b" },
          { kind: "add", new: 4, text: "c" },
          { kind: "same", old: 5, new: 5, text: "d" },
        ],
      },
      {
        header: "@@ -20 +20 @@",
        oldStart: 20,
        newStart: 20,
        rows: [
          { kind: "del", old: 20, text: "x" },
          { kind: "add", new: 20, text: "y" },
        ],
      },
    ])
  })

  test("keeps changed lines that look like a file's header", () => {
    expect(rowsOf("@@ -1 +1 @@\n--- old\n+++ new\n").map(({ kind, text }) => [kind, text])).toEqual([
      ["del", "-- old"],
      ["add", "++ new"],
    ])
  })

  test("keeps the note about a missing newline apart from the lines", () => {
    expect(rowsOf("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n").map(({ kind }) => kind)).toEqual([
      "del",
      "note",
      "add",
    ])
  })

  test("treats an empty line in a hunk as unchanged, and drops carriage returns", () => {
    expect(rowsOf("@@ -1,2 +1,2 @@\n\n-a\r\n+b\r\n").map(({ kind, text }) => [kind, text])).toEqual([
      ["same", ""],
      ["del", "a"],
      ["add", "b"],
    ])
  })

  test("continues where the counts of a hunk are too small, and stops at the next file", () => {
    const patch = "@@ -1,1 +1,1 @@\n-a\n+b\n+c\n--- x\n+++ x\n not a row\n"
    expect(rowsOf(patch).map(({ text }) => text)).toEqual(["a", "b", "c"])
  })

  test("finds no hunks in other text", () => {
    expect(parsePatch("").hunks).toEqual([])
    expect(parsePatch("hello\n+a\n-b\n").hunks).toEqual([])
  })

  test("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void rowsOf(`@@ -1 +1 @@\n${text}`)))
    fc.assert(fc.property(someText, (text) => void rowsOf(`@@ -1,5 +1,5 @@\n${text}`)))
  })
})

describe("making a patch", () => {
  test("turns one text into the other, line by line", async () => {
    const linesOf = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"))
    await fc.assert(
      fc.asyncProperty(someText, someText, async (before, after) => {
        const old = linesOf(before)
        const rebuilt: string[] = []
        let at = 0
        for (const row of rowsOf(await createPatch(before, after))) {
          if (row.kind === "note") continue
          while (row.old !== undefined && at < row.old - 1) rebuilt.push(old[at++]!)
          if (row.new !== undefined) while (rebuilt.length < row.new - 1) rebuilt.push(old[at++]!)
          if (row.kind !== "add") expect(old[at++]).toBe(row.text)
          if (row.kind !== "del") rebuilt.push(row.text)
        }
        expect([...rebuilt, ...old.slice(at)]).toEqual(linesOf(after))
      }),
    )
  })

  test("is empty if nothing changed", async () => {
    expect(await createPatch("a\n", "a\n")).toBe("")
  })

  test("deletes one large text and adds the other", async () => {
    const before = `${"a\n".repeat(60_000)}same\n`
    const after = `${"b\n".repeat(60_000)}same`
    const [hunk, ...others] = parsePatch(await createPatch(before, after)).hunks
    expect(others).toEqual([])
    expect(hunk!.rows.map(({ kind }) => kind)).toEqual([...Array(60_001).fill("del"), ...Array(60_001).fill("add")])
    expect(hunk!.rows.at(-1)).toEqual({ kind: "add", new: 60_001, text: "same" })
  })

  test("rewrites texts that differ everywhere", async () => {
    const lines = (name: string) => Array.from({ length: 3000 }, (_, i) => `${name}${i}`).join("\n")
    const rows = rowsOf(await createPatch(lines("a"), lines("b")))
    expect(rows.filter(({ kind }) => kind === "del")).toHaveLength(3000)
    expect(rows.filter(({ kind }) => kind === "add")).toHaveLength(3000)
  })
})
