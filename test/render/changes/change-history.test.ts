import { createTwoFilesPatch } from "diff"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addChanges, type ChangedFile, changedFiles, emptyHistory } from "../../../src/render/changes/change-history.ts"
import { newFilePatch } from "../../../src/render/diff/compose-patch.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"
import { runs } from "../../support/property-runs.ts"
import { assistant, call, user } from "../items/parts-draw.ts"

/** A prompt that changed files from one text to another; null: the file does not exist. */
type Edits = Record<string, [before: string | null, after: string | null]>

const patchOf = (file: string, before: string | null, after: string | null, context = Number.MAX_SAFE_INTEGER) =>
  createTwoFilesPatch(file, file, before ?? "", after ?? "", "", "", { context })

function diffsOf(edits: Edits, context?: number): object[] {
  return Object.entries(edits).map(([file, [before, after]]) => {
    const patch = patchOf(file, before, after, context)
    const amount = (sign: string) => patch.split("\n").filter((line) => line.startsWith(sign)).length - 1
    const status = before === null ? "added" : after === null ? "deleted" : "modified"
    return { file, patch, additions: amount("+"), deletions: amount("-"), status }
  })
}

/** The changed files after prompts with these diffs, or after prompts with calls. */
async function filesAfter(...prompts: (object[] | { calls: object[] })[]): Promise<ChangedFile[]> {
  const history = emptyHistory()
  let number = 0
  for (const prompt of prompts) {
    const ref = { href: `index.html#msg_${++number}`, number }
    const diffs = Array.isArray(prompt) ? prompt : []
    await addChanges(history, normalizeMessage(user([], { summary: { diffs } })), ref, "/home/dana/calc")
    const calls = Array.isArray(prompt) ? [] : prompt.calls
    await addChanges(history, normalizeMessage(assistant(calls)), ref, "/home/dana/calc")
  }
  return changedFiles(history)
}

const told = (files: ChangedFile[]) =>
  files.map(({ path, outcome, additions, deletions, prompts, diffs }) => ({
    path,
    word: outcome,
    lines: [additions, deletions],
    prompts: prompts.map(({ number }) => number),
    diffs: diffs.map(({ patch }) => patch),
  }))

const long = (...changed: [number, string][]) => {
  const lines = Array.from({ length: 60 }, (_, i) => `line ${i + 1}`)
  for (const [at, text] of changed) lines[at - 1] = text
  return `${lines.join("\n")}\n`
}

describe("a changed file", () => {
  test("has its diff with three lines of context", async () => {
    const [file] = await filesAfter(diffsOf({ "a.ts": [long(), long([20, "twenty"])] }))
    expect(told([file!])).toEqual([
      {
        path: "a.ts",
        word: "",
        lines: [1, 1],
        prompts: [1],
        diffs: ["@@ -17,7 +17,7 @@\n line 17\n line 18\n line 19\n-line 20\n+twenty\n line 21\n line 22\n line 23\n"],
      },
    ])
  })

  test.each([undefined, 3])(
    "in several prompts has one combined diff and the numbers of the prompts (context: %s)",
    async (context) => {
      const steps = [
        long(),
        long([20, "twenty"]),
        long([20, "twenty"], [40, "forty"]),
        long([20, "zwanzig"], [40, "forty"]),
      ]
      const prompts = steps.slice(1).map((text, i) => diffsOf({ "a.ts": [steps[i]!, text] }, context))
      const [file, ...others] = told(await filesAfter(...prompts))
      expect(others).toEqual([])
      expect(file).toMatchObject({ word: "", lines: [2, 2], prompts: [1, 2, 3] })
      const direct = patchOf("a.ts", steps[0]!, steps[3]!, 3)
      expect(file!.diffs).toEqual([direct.slice(direct.indexOf("@@"))])
    },
  )

  test("is new with all of its lines added if it was created and then changed", async () => {
    const files = await filesAfter(diffsOf({ a: [null, "1\n2\n"] }), diffsOf({ a: ["1\n2\n", "1\n3\n"] }))
    expect(told(files)).toMatchObject([{ word: "new", lines: [2, 0], diffs: ["@@ -0,0 +1,2 @@\n+1\n+3\n"] }])
  })

  test("is new if it was created empty", async () => {
    const empty = { file: "a", patch: "", additions: 0, deletions: 0, status: "added" }
    const files = await filesAfter([empty], diffsOf({ a: ["", "1\n"] }))
    expect(told(files)).toMatchObject([{ word: "new", lines: [1, 0], diffs: ["@@ -0,0 +1,1 @@\n+1\n"] }])
  })

  test("has a note and no diff if it was created and then deleted", async () => {
    const files = await filesAfter(diffsOf({ a: [null, "1\n"] }), diffsOf({ a: ["1\n", null] }))
    expect(told(files)).toMatchObject([{ word: "deleted again", lines: [0, 0], diffs: [""], prompts: [1, 2] }])
  })

  test("has a note and no diff if it was changed back", async () => {
    const files = await filesAfter(diffsOf({ a: ["1\n", "2\n"] }), diffsOf({ a: ["2\n", "1\n"] }))
    expect(told(files)).toMatchObject([{ word: "changed back", lines: [0, 0], diffs: [""] }])
  })

  test("is changed if it was deleted and created again", async () => {
    const files = await filesAfter(diffsOf({ a: ["1\n2\n", null] }), diffsOf({ a: [null, "1\n3\n"] }))
    expect(told(files)).toMatchObject([{ word: "", lines: [1, 1], diffs: ["@@ -1,2 +1,2 @@\n 1\n-2\n+3\n"] }])
  })

  test("has several diffs in order if it also changed in between", async () => {
    const files = await filesAfter(
      diffsOf({ a: ["1\n", "2\n"] }),
      diffsOf({ a: ["by hand\n", "3\n"] }),
      diffsOf({ a: ["3\n", "4\n"] }),
    )
    expect(told(files)).toMatchObject([
      { lines: [2, 2], diffs: ["@@ -1,1 +1,1 @@\n-1\n+2\n", "@@ -1,1 +1,1 @@\n-by hand\n+4\n"] },
    ])
    expect(files[0]!.diffs.map(({ prompts }) => prompts.map(({ number }) => number))).toEqual([[1], [2, 3]])
  })

  test("keeps the text and the session's numbers if its diff cannot be parsed", async () => {
    const patch = "@@ -1,9 +1,9 @@\n-a\n+b\n"
    const files = await filesAfter([{ file: "a", patch, additions: 4, deletions: 5, status: "modified" }])
    expect(told(files)).toMatchObject([{ lines: [4, 5], diffs: [patch] }])
  })

  test("has the sum of the session's numbers if it has no diffs, such as an image", async () => {
    const diff = { file: "a", additions: 1, deletions: 2 }
    const files = await filesAfter([{ ...diff, status: "added" }], [{ ...diff, status: "modified" }])
    expect(told(files)).toMatchObject([{ word: "new", lines: [2, 4], diffs: [""], prompts: [1, 2] }])
    const picture = { file: "a.png", patch: "", additions: 0, deletions: 0, status: "modified" }
    expect(told(await filesAfter([picture], [picture]))).toMatchObject([{ word: "", lines: [0, 0] }])
  })

  test("has its former name and its earlier changes if it was moved", async () => {
    const patch = `rename from src/a.ts\nrename to src/b.ts\n${patchOf("a", "2\n", "3\n")}`
    const moved = { file: "src/b.ts", patch, additions: 1, deletions: 1, status: "renamed" }
    const [file, ...others] = await filesAfter(diffsOf({ "src/a.ts": ["1\n", "2\n"] }), [moved])
    expect(others).toEqual([])
    expect(file).toMatchObject({ path: "src/b.ts", from: "src/a.ts", outcome: "moved" })
    expect(told([file!])).toMatchObject([{ diffs: ["@@ -1,1 +1,1 @@\n-1\n+3\n"], prompts: [1, 2] }])
  })

  test("can have any name", async () => {
    const names = [
      "__proto__",
      "constructor",
      "",
      "a\nb",
      "../../etc/passwd",
      '"><script>',
      "\ud800",
      "x".repeat(10_000),
    ]
    const files = await filesAfter(diffsOf(Object.fromEntries(names.map((name) => [name, [null, "1\n"]]))))
    expect(new Set(files.map(({ anchor }) => anchor)).size).toBe(files.length)
    for (const { anchor, path } of files) {
      expect(anchor).toMatch(/^_f-[0-9a-f]{10}$/)
      expect(path.length).toBeLessThan(500)
    }
  })
})

describe("a prompt without diffs", () => {
  const write = (content: string, existed: boolean, filePath = "/home/dana/calc/src/a.ts") =>
    call("write", { input: { filePath, content }, metadata: { exists: existed } })
  const edit = (before: string, after: string, more: object = {}) => {
    const filePath = "/home/dana/calc/src/a.ts"
    const input = { filePath, oldString: before, newString: after }
    return call("edit", { input, metadata: { diff: patchOf(filePath, before, after, 4) }, ...more })
  }

  test("uses the calls that edited files, with paths relative to the session's folder", async () => {
    const files = await filesAfter({ calls: [write("1\n2\n", false), edit("1\n2\n", "1\n3\n")] })
    expect(told(files)).toEqual([
      { path: "src/a.ts", word: "new", lines: [2, 0], prompts: [1], diffs: ["@@ -0,0 +1,2 @@\n+1\n+3\n"] },
    ])
  })

  test("leaves out calls that failed", async () => {
    expect(await filesAfter({ calls: [edit("1\n", "2\n", { status: "error", error: "no such text" })] })).toEqual([])
  })

  test("marks an overwritten file, whose previous content is unknown", async () => {
    const [over] = await filesAfter({ calls: [write("1\n", true)] })
    expect(over).toMatchObject({ outcome: "", additions: 1, deletions: 0, diffs: [{ isOverwrite: true }] })
    const [known] = await filesAfter({ calls: [write("1\n", false), write("2\n", true)] })
    expect(known).toMatchObject({ outcome: "new", diffs: [{ isOverwrite: false, patch: "@@ -0,0 +1,1 @@\n+2\n" }] })
  })

  test("uses patches, moves and deletions among them", async () => {
    const file = (filePath: string, type: string, patch: string, more: object = {}) => ({
      filePath: `/home/dana/calc/${filePath}`,
      type,
      patch,
      additions: 0,
      deletions: 0,
      ...more,
    })
    const files = [
      file("b", "update", patchOf("b", "1\n", "2\n")),
      file("c", "delete", patchOf("c", "1\n", null)),
      file("a", "move", patchOf("a", "1\n", "2\n"), { movePath: "/home/dana/calc/d" }),
    ]
    const found = await filesAfter({ calls: [call("apply_patch", { input: { patchText: "x" }, metadata: { files } })] })
    expect(found.map(({ path, outcome, from }) => [path, outcome, from])).toEqual([
      ["b", "", undefined],
      ["c", "deleted", undefined],
      ["d", "moved", "a"],
    ])
  })

  test("does not count changes in diffs twice", async () => {
    const history = emptyHistory()
    const diffs = diffsOf({ "src/a.ts": ["1\n", "2\n"] })
    await addChanges(history, normalizeMessage(user([], { summary: { diffs } })), undefined, "")
    await addChanges(history, normalizeMessage(assistant([edit("1\n", "2\n")])), undefined, "")
    expect(told(await changedFiles(history))).toMatchObject([{ lines: [1, 1], prompts: [] }])
    expect(history.fromCalls).toBe(false)
  })
})

describe("limits of the history", () => {
  const many = (from: number, to: number, text: (i: number) => string) =>
    Array.from({ length: to - from }, (_, i) => {
      const file = `${from + i}.txt`
      return { file, patch: newFilePatch(text(from + i)), additions: 1, deletions: 0, status: "added" }
    })

  test("keeps 500 files; more are counted, each once", async () => {
    const history = emptyHistory()
    for (let round = 0; round < 2; round++) {
      const diffs = many(0, 620, (i) => `${i}\n`)
      await addChanges(history, normalizeMessage(user([], { summary: { diffs } })), undefined, "")
    }
    expect([history.files.size, history.furtherFiles.size]).toEqual([500, 120])
  })

  test("keeps about 16 MB of diffs; of the others, lines are counted", async () => {
    const files = await filesAfter(many(0, 20, () => "0123456789\n".repeat(90_909)))
    const kept = files.filter(({ droppedChanges }) => droppedChanges === 0)
    expect(kept.length).toBeGreaterThan(10)
    expect(kept.length).toBeLessThan(17)
    for (const { additions, droppedChanges, diffs } of files) {
      expect(additions).toBe(90_909)
      expect(diffs.length).toBe(1 - droppedChanges)
    }
  })

  test("keeps the context of the changes of a large file", async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i}`)
    const text = (at: number) => lines.map((line, i) => (i < at ? "new" : line)).join("\n")
    const history = emptyHistory()
    for (let at = 0; at < 3; at++) {
      const diffs = diffsOf({ a: [text(at), text(at + 1)] })
      await addChanges(history, normalizeMessage(user([], { summary: { diffs } })), undefined, "")
    }
    expect([...history.files.values()][0]!.chains[0]!.patch.length).toBeLessThan(1_000)
    expect(told(await changedFiles(history))).toMatchObject([{ lines: [3, 3] }])
  })

  test("keeps twenty diffs of a file that cannot be composed, and the numbers of the others", async () => {
    const [file] = await filesAfter(...Array.from({ length: 30 }, (_, i) => diffsOf({ a: [`${i}\n`, `${i}!\n`] })))
    expect(file).toMatchObject({ droppedChanges: 10, additions: 30, deletions: 30 })
    expect(file!.diffs).toHaveLength(20)
  })
})

test("hostile diffs are never an error", async () => {
  const row = fc.constantFrom(
    "-a",
    "+b",
    " c",
    "",
    "\\ No newline",
    "@@ -1 +1 @@",
    "@@ -0,0 +1,2 @@",
    "@@ -1,1 +0,0 @@",
  )
  const diff = fc.record({
    file: fc.constantFrom("a", "b"),
    patch: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(row).map((rows) => rows.join("\n")),
    ),
    additions: fc.oneof(fc.nat(5), fc.double()),
    deletions: fc.nat(5),
    status: fc.constantFrom("added", "deleted", "modified", "renamed", "?"),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(diff)), async (prompts) => {
      for (const { additions, deletions } of await filesAfter(...prompts))
        expect(Math.min(additions, deletions)).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: runs(300) },
  )
})
