import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type DiffRow, markWords, parsePatch, patchOf } from "../../src/render/diff.ts"

const rowsOf = (patch: string) => parsePatch(patch).hunks.flatMap(({ rows }) => rows)
const line = fc.string({ unit: fc.constantFrom("a", "-", "+", " ", "@", "\\", "é") })
const someText = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"))

describe("reading a patch", () => {
  test("numbers the lines of both sides and takes the signs off", () => {
    const patch = "Index: a.ts\n===\n--- a.ts\n+++ a.ts\n@@ -3,3 +3,3 @@ fn\n a\n-b\n+c\n d\n@@ -20 +20 @@\n-x\n+y\n"
    expect(parsePatch(patch).hunks).toEqual([
      {
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

  test("keeps the remark about a missing newline apart from the lines", () => {
    expect(rowsOf("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n").map(({ kind }) => kind)).toEqual([
      "del",
      "note",
      "add",
    ])
  })

  test("takes an empty line in a hunk for an unchanged one, and drops carriage returns", () => {
    expect(rowsOf("@@ -1,2 +1,2 @@\n\n-a\r\n+b\r\n").map(({ kind, text }) => [kind, text])).toEqual([
      ["same", ""],
      ["del", "a"],
      ["add", "b"],
    ])
  })

  test("goes on where the counts of a hunk are too small, and stops at the next file", () => {
    const patch = "@@ -1,1 +1,1 @@\n-a\n+b\n+c\n--- x\n+++ x\n not a row\n"
    expect(rowsOf(patch).map(({ text }) => text)).toEqual(["a", "b", "c"])
  })

  test("finds no hunks in what is not a patch", () => {
    expect(parsePatch("").hunks).toEqual([])
    expect(parsePatch("hello\n+a\n-b\n").hunks).toEqual([])
  })

  test("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void markWords(rowsOf(`@@ -1 +1 @@\n${text}`))))
    fc.assert(fc.property(someText, (text) => void markWords(rowsOf(`@@ -1,5 +1,5 @@\n${text}`))))
  })
})

describe("making a patch", () => {
  test("leads from the one text to the other, line by line", async () => {
    const linesOf = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"))
    await fc.assert(
      fc.asyncProperty(someText, someText, async (before, after) => {
        const old = linesOf(before)
        const rebuilt: string[] = []
        let at = 0
        for (const row of rowsOf(await patchOf(before, after))) {
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

  test("is empty where nothing changed", async () => {
    expect(await patchOf("a\n", "a\n")).toBe("")
  })

  test("of large texts deletes the one and adds the other", async () => {
    const before = `${"a\n".repeat(60_000)}same\n`
    const after = `${"b\n".repeat(60_000)}same`
    const [hunk, ...others] = parsePatch(await patchOf(before, after)).hunks
    expect(others).toEqual([])
    expect(hunk!.rows.map(({ kind }) => kind)).toEqual([...Array(60_001).fill("del"), ...Array(60_001).fill("add")])
    expect(hunk!.rows.at(-1)).toEqual({ kind: "add", new: 60_001, text: "same" })
  })

  test("of texts that differ everywhere is a rewrite", async () => {
    const lines = (name: string) => Array.from({ length: 3000 }, (_, i) => `${name}${i}`).join("\n")
    const rows = rowsOf(await patchOf(lines("a"), lines("b")))
    expect(rows.filter(({ kind }) => kind === "del")).toHaveLength(3000)
    expect(rows.filter(({ kind }) => kind === "add")).toHaveLength(3000)
  })
})

describe("marking what changed in a line", () => {
  const marked = (patch: string) => {
    const rows = rowsOf(patch)
    return markWords(rows).map((range, i) => range && rows[i]!.text.slice(range.from, range.to))
  }

  test("finds the middle that differs", () => {
    expect(marked("@@ -1 +1 @@\n-const a = 1\n+const bc = 1\n")).toEqual(["a", "bc"])
  })

  test("marks nothing on the side from which nothing is gone", () => {
    expect(marked("@@ -1 +1 @@\n-call(a)\n+call(a, b)\n")).toEqual([undefined, ", b"])
  })

  test("pairs several lines in order, also over the remark between them", () => {
    const patch = "@@ -1,2 +1,2 @@\n-let x = 1\n-let y = 2\n\\ No newline at end of file\n+let x = 3\n+let y = 4\n"
    expect(marked(patch)).toEqual(["1", "2", undefined, "3", "4"])
  })

  test("leaves lines alone that have no partner or nothing in common", () => {
    expect(marked("@@ -1,2 +1 @@\n-let x = 1\n-let y = 2\n+let x = 3\n")).toEqual([undefined, undefined, undefined])
    expect(marked("@@ -1 +1 @@\n-hello world\n+goodbye\n")).toEqual([undefined, undefined])
  })

  test("does not part the halves of a character", () => {
    expect(marked("@@ -1 +1 @@\n-face = 😀\n+face = 😁\n")).toEqual(["😀", "😁"])
  })

  test("what is not marked is the same on both sides", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (start, a, b, end) => {
        const rows: DiffRow[] = [
          { kind: "del", old: 1, text: start + a + end },
          { kind: "add", new: 1, text: start + b + end },
        ]
        const [del, add] = markWords(rows)
        if (!del || !add) return
        const rest = ({ text }: DiffRow, { from, to }: { from: number; to: number }) => [
          text.slice(0, from),
          text.slice(to),
        ]
        expect(rest(rows[0]!, del)).toEqual(rest(rows[1]!, add))
      }),
    )
  })
})
