import { describe, expect, test } from "vitest"
import { edit } from "../../../src/render/tools/edit.ts"
import { patch } from "../../../src/render/tools/patch.ts"
import { write } from "../../../src/render/tools/write.ts"
import { tool } from "../../support/tool-part.ts"

describe("changes to files", () => {
  const complaint = { range: { start: { line: 4, character: 0 } }, severity: 2, message: "unused", source: "ts" }
  const diagnostics = { "/p/a.ts": [complaint, { message: "odd", severity: 9 }, { severity: 1 }], "/p/b.ts": "x" }
  const complaints = [
    { file: "/p/a.ts", line: 5, severity: "warning", message: "unused" },
    { file: "/p/a.ts", line: undefined, severity: "error", message: "odd" },
  ]

  test("write has the content, whether the file existed, and the diagnostics", () => {
    const input = { filePath: "/p/a.ts", content: "x" }
    const expected = { path: "/p/a.ts", content: "x", existed: true, diagnostics: complaints }
    expect(write.read(tool("write", { input, metadata: { exists: true, diagnostics } }))).toEqual(expected)
    expect(write.read(tool("write", { input }))).toMatchObject({ existed: undefined, diagnostics: [] })
  })

  test("edit has its changes and the patch", () => {
    const input = { filePath: "/p/a.ts", oldString: "a", newString: "b", replaceAll: true }
    const metadata = { diff: "@@ 1", filediff: { patch: "@@ 2", additions: 1, deletions: 2 }, diagnostics }
    expect(edit.read(tool("edit", { input, metadata }))).toEqual({
      path: "/p/a.ts",
      changes: [{ before: "a", after: "b", all: true }],
      patch: "@@ 1",
      additions: 1,
      deletions: 2,
      diagnostics: complaints,
    })
    expect(edit.read(tool("edit", { input, metadata: { filediff: { patch: "@@ 2" } } }))).toMatchObject({
      patch: "@@ 2",
    })
    const failed = edit.read(tool("edit", { status: "error", input, error: "Could not find oldString" }))
    expect(failed).toMatchObject({ patch: "", additions: undefined })
  })

  test("multiedit has all its changes, and only valid patches", () => {
    const edits = [
      { oldString: "a", newString: "b" },
      { oldString: "c", newString: "d", replaceAll: true },
    ]
    const result = { diff: "@@", filediff: { additions: 1, deletions: 2 }, diagnostics }
    const state = { input: { filePath: "/p/a.ts", edits }, metadata: { results: [result, result] } }
    expect(edit.read(tool("multiedit", state))).toMatchObject({
      changes: [
        { before: "a", after: "b", all: false },
        { before: "c", after: "d", all: true },
      ],
      patch: "",
      additions: 2,
      deletions: 4,
      diagnostics: complaints,
    })
  })

  test("apply_patch has its files, moves included", () => {
    const files = [
      { filePath: "/p/a", relativePath: "a", type: "update", patch: "@@", additions: 1, deletions: 0 },
      { filePath: "/p/b", relativePath: "d/b", type: "move", patch: "", movePath: "/p/d/b" },
      { relativePath: "c", type: "delete", diff: "@@ old" },
      { filePath: "/p/e", type: "bent" },
    ]
    const patchText = "*** Begin Patch\n*** End Patch"
    expect(patch.read(tool("apply_patch", { input: { patchText }, metadata: { files, diagnostics } }))).toEqual({
      patchText,
      files: [
        { path: "/p/a", movedTo: undefined, change: "update", patch: "@@", additions: 1, deletions: 0 },
        { path: "/p/b", movedTo: "/p/d/b", change: "move", patch: "", additions: 0, deletions: 0 },
        { path: "c", movedTo: undefined, change: "delete", patch: "@@ old", additions: 0, deletions: 0 },
      ],
      diagnostics: complaints,
    })
  })

  test("apply_patch that has not ended names the files of its text", () => {
    const patchText =
      "*** Begin Patch\n*** Add File: a b.ts\n+x\n*** Update File: c.ts\n*** Move to: d.ts\n@@\n*** Delete File: e.ts\r\n*** End Patch"
    expect(patch.read(tool("apply_patch", { status: "running", input: { patchText } }))).toMatchObject({
      files: [
        { path: "a b.ts", change: "add" },
        { path: "c.ts", change: "move", movedTo: "d.ts" },
        { path: "e.ts", change: "delete" },
      ],
    })
    expect(patch.read(tool("apply_patch", { status: "error", input: { patchText: "*** garbage" } }))).toMatchObject({
      files: [],
    })
  })
})
