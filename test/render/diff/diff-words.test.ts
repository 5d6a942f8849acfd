import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { findChangedWords, type TextRange } from "../../../src/render/diff/diff-words.ts"
import { type PatchRow, parsePatch } from "../../../src/render/diff/parse-patch.ts"
import { highlightLines, loadLanguages } from "../../../src/render/highlight/highlight.ts"
import { markupOf } from "../../../src/render/html/safe-html.ts"

const rowsOf = (patch: string) => parsePatch(patch).hunks.flatMap(({ rows }) => rows)
const marked = (patch: string) => {
  const rows = rowsOf(patch)
  return findChangedWords(rows).map((ranges, i) => ranges?.map(({ from, to }) => rows[i]!.text.slice(from, to)))
}
const pair = (before: string, after: string): PatchRow[] => [
  { kind: "del", old: 1, text: before },
  { kind: "add", new: 1, text: after },
]

describe("marking what changed in a line", () => {
  test("finds the words that differ, several if they are apart", () => {
    expect(marked("@@ -1 +1 @@\n-const a = 1\n+const bc = 1\n")).toEqual([["a"], ["bc"]])
    expect(
      marked("@@ -1 +1 @@\n-export const first = load(second, 1)\n+export const last = load(second, 2)\n"),
    ).toEqual([
      ["first", "1"],
      ["last", "2"],
    ])
  })

  test("marks nothing on a side without changes", () => {
    expect(marked("@@ -1 +1 @@\n-call(a)\n+call(a, b)\n")).toEqual([undefined, [", b"]])
  })

  test("pairs several lines in order, also over the note between them", () => {
    const patch = "@@ -1,2 +1,2 @@\n-let x = 1\n-let y = 2\n\\ No newline at end of file\n+let x = 3\n+let y = 4\n"
    expect(marked(patch)).toEqual([["1"], ["2"], undefined, ["3"], ["4"]])
  })

  test("pairs the most similar lines if more were added than deleted", () => {
    const patch = "@@ -1 +1,3 @@\n-  return base * 2\n+  // Full jitter\n+  return base * 3\n+}\n"
    expect(marked(patch)).toEqual([["2"], undefined, ["3"], undefined])
  })

  test("pairs them in larger changes, too", () => {
    const lines = [...Array(40).keys()].map((i) => `  "${"abcdefghij"[i % 10]}${i}": load(${i * 7919}, from),`)
    const changed = lines.map((line) => line.replace("load", "read"))
    const rows = rowsOf(
      `@@ -1,40 +1,41 @@\n${lines.map((line) => `-${line}\n`).join("")}+// All of them.\n${changed.map((line) => `+${line}\n`).join("")}`,
    )
    const marks = findChangedWords(rows).map((ranges, i) =>
      ranges?.map(({ from, to }) => rows[i]!.text.slice(from, to)),
    )
    expect(marks).toEqual([...Array(40).fill(["load"]), undefined, ...Array(40).fill(["read"])])
  })

  test("does not mark lines without a partner or with nothing in common", () => {
    expect(marked("@@ -1,2 +1 @@\n-one\n-two\n+three\n")).toEqual([undefined, undefined, undefined])
    expect(marked("@@ -1 +1 @@\n-hello world\n+goodbye\n")).toEqual([undefined, undefined])
    expect(marked("@@ -1 +1 @@\n-          return one\n+          throw two\n")).toEqual([undefined, undefined])
  })

  test("does not split a surrogate pair", () => {
    expect(marked("@@ -1 +1 @@\n-face = 😀\n+face = 😁\n")).toEqual([["😀"], ["😁"]])
  })

  test("marks ranges of the line in order, at most three", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c", " ", "(", "é", "😀"), { maxLength: 40 })
    fc.assert(
      fc.property(words, words, (before, after) => {
        const rows = pair(before.join(""), after.join(""))
        for (const [i, ranges] of findChangedWords(rows).entries()) {
          let at = 0
          for (const { from, to } of ranges ?? []) {
            expect(from).toBeGreaterThanOrEqual(at)
            expect(to).toBeGreaterThan(from)
            at = to
          }
          expect(at).toBeLessThanOrEqual(rows[i]!.text.length)
          expect(ranges?.length ?? 0).toBeLessThanOrEqual(3)
        }
      }),
    )
  })

  test("never throws, and takes long lines and large changes", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "-", "+", " ", "@", "\\", "é") })
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"))
    fc.assert(fc.property(text, (text) => void findChangedWords(rowsOf(`@@ -1,5 +1,5 @@\n${text}`))))
    findChangedWords(pair("a ".repeat(50_000), "b ".repeat(50_000)))
    findChangedWords([...Array(3000)].flatMap((_, i) => pair(`line ${i}`, `line ${i + 1}`)))
  })
})

describe("a marked line", () => {
  const draw = (text: string, ranges: TextRange[], language?: string) =>
    markupOf(highlightLines(text, language, undefined, [ranges])[0]!)

  test("keeps its highlighting under the marks", async () => {
    await loadLanguages(["typescript"])
    expect(draw('const a = "x y"', [{ from: 6, to: 12 }], "typescript")).toBe(
      "<c- k>const</c-> <mark>a = <c- s>&#34;x</c-></mark><c- s> y&#34;</c->",
    )
  })

  test("loses no character, whatever is marked", async () => {
    await loadLanguages(["typescript"])
    const cuts = fc.uniqueArray(fc.nat(40), { maxLength: 6 }).map((all) => all.sort((a, b) => a - b))
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), cuts, (text, cuts) => {
        const ranges = [0, 2, 4].flatMap((i) =>
          cuts[i + 1] === undefined ? [] : [{ from: cuts[i]!, to: cuts[i + 1]! }],
        )
        const line = text.replaceAll(/[\n\r]/g, "")
        const [marked, bare] = [draw(line, ranges, "typescript"), draw(line, [], "typescript")]
        const textOf = (markup: string) => markup.replaceAll(/<[^>]*>/g, "")
        expect(textOf(marked)).toBe(textOf(bare))
        expect(marked.split("<mark>").length).toBe(marked.split("</mark>").length)
      }),
    )
  })
})
