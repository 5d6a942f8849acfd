import { createTwoFilesPatch } from "diff"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  composePatches,
  countChangedLines,
  isNewFile,
  newFilePatch,
  tidyPatch,
} from "../../../src/render/diff/compose-patch.ts"
import { runs } from "../../support/property-runs.ts"

/** A patch as OpenCode writes it, with so many lines of context or with all lines. */
const patchOf = (before: string, after: string, context = Number.MAX_SAFE_INTEGER) =>
  createTwoFilesPatch("a", "a", before, after, "", "", { context })

const compared = () => ({ linesLeft: 100_000 })
const hunksOf = (patch: string) => patch.slice(Math.max(0, patch.indexOf("@@ -")))

/** Applies a patch to a text, hunk by hunk; throws if it does not apply. */
function apply(before: string, patch: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const now: string[] = []
  let at = 0
  for (const [, start, count, body] of patch.matchAll(/^@@ -(\d+),(\d+) \+\d+,\d+ @@\n((?:[-+ \\].*\n)*)/gm)) {
    const begin = Number(start) - Math.sign(Number(count))
    while (at < begin) now.push(old[at++]!)
    for (const [, sign, text, end] of body!.matchAll(/^([-+ ])(.*)\n(\\.*\n)?/gm)) {
      const line = end ? text! : `${text}\n`
      if (sign !== "+") expect(old[at++]).toBe(line)
      if (sign !== "-") now.push(line)
    }
  }
  return [...now, ...old.slice(at)].join("")
}

const lines = fc.array(fc.constantFrom("a", "b", "c", "", "-", "+", " d", "@@ -1 +1 @@", "é\r"), { maxLength: 30 })
const someText = fc
  .tuple(lines, fc.boolean())
  .map(([all, ended]) => all.join("\n") + (ended && all.length > 0 ? "\n" : ""))
/** A text and its versions after consecutive edits. */
const chain = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 60 }),
    fc.array(fc.tuple(fc.nat(60), fc.nat(3), fc.array(fc.constantFrom("x", "y", "3"), { maxLength: 3 })), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([first, edits]) => {
    const texts = [first]
    for (const [at, gone, come] of edits) {
      const text = texts.at(-1)!
      texts.push([...text.slice(0, at), ...come, ...text.slice(at + gone)])
    }
    return texts.map((text) => text.map((line) => `${line}\n`).join(""))
  })

describe("composing patches of a file", () => {
  test("gives the direct diff, if they hold the full file", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(chain, fc.array(someText, { minLength: 3, maxLength: 5 })), async (texts) => {
        const changed = texts.filter((text, i) => i === 0 || text !== texts[i - 1])
        fc.pre(changed.length > 2)
        const patches = changed.slice(1).map((text, i) => patchOf(changed[i]!, text))
        let both: string | undefined = patches[0]
        for (const next of patches.slice(1)) {
          // The composed patch is empty: the next patch is the result.
          both = both === "" ? next : composePatches(both!, next)
          expect(both).toBeDefined()
        }
        const [first, last] = [changed[0]!, changed.at(-1)!]
        if (first === last) expect(both === "" ? "" : await tidyPatch(both!, compared())).toBe("")
        else expect(await tidyPatch(both!, compared())).toBe(hunksOf(patchOf(first, last, 3)))
      }),
      { numRuns: runs(500) },
    )
  })

  test("leads from the first text to the last, if they hold some context", async () => {
    await fc.assert(
      fc.asyncProperty(chain, fc.nat(4), async (texts, context) => {
        const changed = texts.filter((text, i) => i === 0 || text !== texts[i - 1])
        fc.pre(changed.length > 2)
        const patches = changed.slice(1).map((text, i) => patchOf(changed[i]!, text, context))
        const both = patches.slice(1).reduce<string | undefined>((sum, next) => {
          if (sum === undefined) return undefined
          return sum === "" ? next : composePatches(sum, next)
        }, patches[0])
        // A patch without context may look as if it created or emptied the file: composing then returns undefined.
        if (context > 0 || both !== undefined) {
          expect(both).toBeDefined()
          const tidy = both === "" ? "" : (await tidyPatch(both!, compared()))!
          expect(apply(changed[0]!, tidy)).toBe(changed.at(-1))
          expect(apply(changed[0]!, both!)).toBe(changed.at(-1))
        }
      }),
      { numRuns: runs(500) },
    )
  })

  test("is undefined if one does not apply to the other", () => {
    const first = patchOf("a\nb\nc\n", "a\nB\nc\n")
    expect(composePatches(first, patchOf("a\nx\nc\n", "a\ny\nc\n"))).toBeUndefined()
    expect(composePatches(first, patchOf("a\nB\nc", "a\nB\nd"))).toBeUndefined()
    expect(composePatches(patchOf("", "a\n"), patchOf("a\nb\n", "a\nc\n"))).toBeUndefined()
    expect(composePatches(patchOf("a\n", ""), patchOf("a\n", "b\n"))).toBeUndefined()
    expect(composePatches(patchOf("a\nb\n", "a\nc\n"), patchOf("", "d\n"))).toBeUndefined()
    expect(composePatches(patchOf("", "a\nb\n"), patchOf("a\n", ""))).toBeUndefined()
  })

  test("leaves nothing of added and removed lines", async () => {
    expect(composePatches(patchOf("", "a\nb\n"), patchOf("a\nb\n", ""))).toBe("")
    const back = composePatches(patchOf("a\nb\n", "a\nc\n"), patchOf("a\nc\n", "a\nb\n"))!
    expect(await tidyPatch(back, compared())).toBe("")
  })

  test("distinguishes a missing final newline", async () => {
    const both = composePatches(patchOf("a", "a\nb"), patchOf("a\nb", "a\nb\n"))!
    expect(await tidyPatch(both, compared())).toBe("@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n")
  })

  test("keeps them as they are if comparing would take too long", async () => {
    const both = composePatches(patchOf("a\nb\n", "a\nc\n"), patchOf("a\nc\n", "a\nb\n"))!
    expect(await tidyPatch(both, { linesLeft: 0 })).toBe("@@ -1,2 +1,2 @@\n a\n-b\n+b\n")
  })
})

describe("a patch", () => {
  test("is trimmed to three lines of context", async () => {
    const text = (changed: string) =>
      Array.from({ length: 40 }, (_, i) => (i === 20 ? changed : `line ${i}`)).join("\n")
    expect(await tidyPatch(patchOf(text("a"), text("b")))).toBe(hunksOf(patchOf(text("a"), text("b"), 3)))
  })

  test("is rejected if it miscounts, is truncated or holds two files", async () => {
    for (const patch of [
      "",
      "hello",
      "@@ -1,2 +1,2 @@\n-a\n+b\n",
      "@@ -1 +1 @@\n-a\n-b\n",
      "@@ -1 +1 @@\n-a\n+b\n--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n",
      "@@ -5 +5 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n",
      "@@ -1 +1 @@\n-a\n+b\n@@ -5 +7 @@\n-a\n+b\n",
      "@@ -1,3 +1,3 @@\n a\n?\n b\n c\n",
    ])
      expect(await tidyPatch(patch), JSON.stringify(patch)).toBeUndefined()
  })

  test("is recognised if it creates a file", () => {
    expect(newFilePatch("a\n\nb")).toBe("@@ -0,0 +1,3 @@\n+a\n+\n+b\n\\ No newline at end of file\n")
    expect(isNewFile(newFilePatch("a"))).toBe(true)
    expect(isNewFile(patchOf("a\n", "a\nb\n"))).toBe(false)
    expect(newFilePatch("")).toBe("")
  })

  test("has its lines counted", () => {
    expect(countChangedLines(patchOf("a\nb\nc\n", "a\nd\ne\nc\n"))).toEqual({ additions: 2, deletions: 1 })
    expect(countChangedLines("hello")).toEqual({ additions: 0, deletions: 0 })
  })

  test("never throws", async () => {
    const row = fc.constantFrom(
      "-a",
      "+b",
      " c",
      "",
      "\\ No newline",
      "@@ -1 +1 @@",
      "@@ -0,0 +1,2 @@",
      "@@ -9,1 +9 @@",
      "x",
    )
    const patch = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(row).map((rows) => rows.join("\n")),
    )
    await fc.assert(
      fc.asyncProperty(patch, patch, async (first, second) => {
        await tidyPatch(composePatches(first, second) ?? first, compared())
      }),
      { numRuns: runs(1_000) },
    )
  })
})
