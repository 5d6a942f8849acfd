import { describe, expect, test } from "vitest"
import type { ToolPart } from "../../src/session/model.ts"
import { normalizeMessage } from "../../src/session/normalize.ts"

interface State {
  status?: string
  input?: unknown
  output?: unknown
  metadata?: unknown
  error?: unknown
  title?: unknown
  attachments?: unknown
}

function tool(name: string, state: State): ToolPart {
  const part = { id: "prt_1", type: "tool", tool: name, callID: "call_1", state: { status: "completed", ...state } }
  const [normalized] = normalizeMessage({ info: { role: "assistant" }, parts: [part] }).parts
  if (normalized?.type !== "tool") throw new Error(`not a tool part: ${JSON.stringify(normalized)}`)
  return normalized
}
const call = (name: string, state: State) => tool(name, state).call

describe("every call", () => {
  test("carries its state", () => {
    const state = { input: { a: [1] }, output: "out", title: "t", time: { start: 1, end: 2 } }
    expect(tool("github_search", state)).toEqual({
      id: "prt_1",
      type: "tool",
      tool: "github_search",
      status: "completed",
      title: "t",
      input: { a: [1] },
      output: "out",
      error: "",
      start: 1,
      end: 2,
      attachments: [],
      call: { kind: "generic" },
    })
  })

  test.each(["pending", "running", "error"])("has no output while it is %s", (status) => {
    expect(tool("bash", { status, input: { command: "ls" }, output: "old" }).output).toBe("")
  })

  test("has its attachments, without those that are broken", () => {
    const attachments = [{ type: "file", mime: "image/png", url: "data:image/png;base64,AA==" }, null, { mime: "x" }]
    expect(tool("read", { input: { filePath: "a.png" }, attachments }).attachments).toMatchObject([
      { id: "prt_1-file-1", mime: "image/png" },
    ])
  })
})

describe("arguments that are not the tool's make the call generic", () => {
  test.each([
    ["bash", { command: ["ls"] }],
    ["read", { path: "a" }],
    ["write", { filePath: "a" }],
    ["edit", { filePath: "a", oldString: "x" }],
    ["multiedit", { filePath: "a", edits: [] }],
    ["multiedit", { filePath: "a", edits: [{ oldString: "x", newString: 1 }] }],
    ["apply_patch", { patchText: null }],
    ["glob", { wrong: 1 }],
    ["grep", {}],
    ["list", { path: 1 }],
    ["todowrite", { todos: ["x"] }],
    ["todowrite", {}],
    ["task", { description: "x" }],
    ["webfetch", { url: {} }],
    ["websearch", {}],
    ["question", { questions: {} }],
    ["question", { questions: [{}] }],
    ["skill", {}],
    ["invalid", { tool: "x" }],
    ["bash", "ls"],
    ["bash", null],
  ])("%s %j", (name, input) => {
    expect(call(name, { input })).toEqual({ kind: "generic" })
  })
})

describe("bash", () => {
  const input = { command: "make", description: "Builds" }
  const block = (text: string) => `start\n\n<shell_metadata>\n${text}\n</shell_metadata>`

  test("has command, description and exit status", () => {
    const metadata = { output: "ok", exit: 2, truncated: false }
    const expected = { kind: "bash", ...input, exit: 2, ending: "exited", truncated: false }
    expect(call("bash", { input, output: "ok", metadata })).toEqual(expected)
  })

  test.each([
    ["timed-out", block("shell tool terminated command after exceeding timeout 500 ms. If this …")],
    ["timed-out", "<bash_metadata>\nbash tool terminated command after exceeding timeout 500 ms\n</bash_metadata>"],
    ["aborted", block("User aborted the command")],
    ["unknown", block("Something new")],
    ["unknown", "timeout aborted"],
  ])("%s: %j", (ending, output) => {
    expect(call("bash", { input, output, metadata: { exit: null } })).toMatchObject({ exit: null, ending })
    expect(tool("bash", { input, output, metadata: { exit: null } }).output).toBe(output)
  })

  test("that printed such a block itself has still exited", () => {
    const output = block("User aborted the command")
    expect(call("bash", { input, output, metadata: { exit: 0 } })).toMatchObject({ exit: 0, ending: "exited" })
  })

  test("that the user ran by hand has an exit status that is not known", () => {
    const state = { input: { command: "git status" }, title: "", output: "x", metadata: { output: "x" } }
    expect(call("bash", state)).toMatchObject({ description: "", exit: undefined, ending: "unknown" })
  })

  test("that was aborted before it answered says so", () => {
    const state = { status: "error", input, error: "Tool execution aborted" }
    expect(call("bash", state)).toMatchObject({ ending: "aborted" })
  })

  test("shows the longer output of a truncated run, and of that only", () => {
    const output = "...output truncated...\n\nFull output saved to: /x\n\n9"
    const kept = "1\n2\n3\n4\n5\n6\n7\n8\n9\n".repeat(9)
    const long = tool("bash", { input, output, metadata: { output: kept, exit: 0, truncated: true } })
    expect(long).toMatchObject({ output: kept, call: { truncated: true } })
    const cut = tool("bash", { input, output, metadata: { output: "9", exit: 0, truncated: true } })
    expect(cut.output).toBe(output)
    const whole = tool("bash", { input, output: "1", metadata: { output: kept, exit: 0, truncated: false } })
    expect(whole).toMatchObject({ output: "1", call: { truncated: false } })
  })
})

describe("read", () => {
  const input = { filePath: "/p/a.ts" }
  const content = (output: string, metadata = {}) => {
    const read = call("read", { input, output, metadata })
    return read.kind === "read" ? read.content : read
  }
  const wrapped = (lines: string) => `<path>/p/a.ts</path>\n<type>file</type>\n<content>\n${lines}\n</content>`

  test("takes the text from the metadata", () => {
    const display = { type: "file", text: "b\nc", lineStart: 2, lineEnd: 3, totalLines: 9, truncated: true }
    const expected = { type: "file", text: "b\nc", firstLine: 2, totalLines: 9, truncated: true }
    expect(content("ignored", { display })).toEqual(expected)
  })

  test("takes a folder's entries from the metadata, or from the output", () => {
    const entries = ["src/", "a.ts"]
    expect(content("", { display: { type: "directory", entries } })).toEqual({ type: "directory", entries })
    const output = "<path>/p</path>\n<type>directory</type>\n<entries>\nsrc/\na.ts\n\n(2 entries)\n</entries>"
    expect(content(output)).toEqual({ type: "directory", entries })
  })

  test("takes numbered lines from the output where the metadata has none", () => {
    const whole = content(wrapped("1: a\n2: \n3: 4: c\n\n(End of file - total 3 lines)"))
    expect(whole).toEqual({ type: "file", text: "a\n\n4: c", firstLine: 1, totalLines: 3, truncated: false })
    const piece = content(wrapped("7: g\n8: h\n\n(Showing lines 7-8 of 90. Use offset=9 to continue.)"))
    expect(piece).toEqual({ type: "file", text: "g\nh", firstLine: 7, totalLines: 90, truncated: true })
    const reminded = content(
      `${wrapped("1: a\n\n(End of file - total 1 lines)")}\n\n<system-reminder>\nx\n</system-reminder>`,
    )
    expect(reminded).toMatchObject({ text: "a", totalLines: 1 })
  })

  test("reads the numbering of older versions", () => {
    const old = content(
      "<file>\n00001| a\n00002| | b\n\n(File has more lines. Use 'offset' parameter to read beyond line 2)\n</file>",
    )
    expect(old).toEqual({ type: "file", text: "a\n| b", firstLine: 1, totalLines: undefined, truncated: true })
  })

  test("of an empty file is an empty file", () => {
    const empty = content(wrapped("\n(End of file - total 0 lines)"))
    expect(empty).toEqual({ type: "file", text: "", firstLine: 1, totalLines: 0, truncated: false })
  })

  test.each(["Image read successfully", wrapped("no numbers"), wrapped("1: a\n3: c"), ""])(
    "does not guess what %j holds",
    (output) => expect(content(output)).toEqual({ type: "other" }),
  )

  test("of an image shows the image", () => {
    const attachments = [{ type: "file", mime: "image/png", url: "data:image/png;base64,AA==" }]
    const state = { input, output: "Image read successfully", metadata: {}, attachments }
    expect(call("read", state)).toEqual({ kind: "read", path: "/p/a.ts", content: { type: "other" } })
  })
})

describe("changes to files", () => {
  const complaint = { range: { start: { line: 4, character: 0 } }, severity: 2, message: "unused", source: "ts" }
  const diagnostics = { "/p/a.ts": [complaint, { message: "odd", severity: 9 }, { severity: 1 }], "/p/b.ts": "x" }
  const complaints = [
    { file: "/p/a.ts", line: 5, severity: "warning", message: "unused" },
    { file: "/p/a.ts", line: undefined, severity: "error", message: "odd" },
  ]

  test("write has the content, whether the file was there, and what the compiler said", () => {
    const input = { filePath: "/p/a.ts", content: "x" }
    const expected = { kind: "write", path: "/p/a.ts", content: "x", existed: true, diagnostics: complaints }
    expect(call("write", { input, metadata: { exists: true, diagnostics } })).toEqual(expected)
    expect(call("write", { input })).toMatchObject({ existed: undefined, diagnostics: [] })
  })

  test("edit has what it changed and the patch", () => {
    const input = { filePath: "/p/a.ts", oldString: "a", newString: "b", replaceAll: true }
    const metadata = { diff: "@@ 1", filediff: { patch: "@@ 2", additions: 1, deletions: 2 }, diagnostics }
    expect(call("edit", { input, metadata })).toEqual({
      kind: "edit",
      path: "/p/a.ts",
      changes: [{ before: "a", after: "b", all: true }],
      patch: "@@ 1",
      additions: 1,
      deletions: 2,
      diagnostics: complaints,
    })
    expect(call("edit", { input, metadata: { filediff: { patch: "@@ 2" } } })).toMatchObject({ patch: "@@ 2" })
    const failed = call("edit", { status: "error", input, error: "Could not find oldString" })
    expect(failed).toMatchObject({ patch: "", additions: undefined })
  })

  test("multiedit has all its changes, and no patch that none of its results is", () => {
    const edits = [
      { oldString: "a", newString: "b" },
      { oldString: "c", newString: "d", replaceAll: true },
    ]
    const result = { diff: "@@", filediff: { additions: 1, deletions: 2 }, diagnostics }
    const state = { input: { filePath: "/p/a.ts", edits }, metadata: { results: [result, result] } }
    expect(call("multiedit", state)).toMatchObject({
      kind: "edit",
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
    expect(call("apply_patch", { input: { patchText }, metadata: { files, diagnostics } })).toEqual({
      kind: "apply_patch",
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
    expect(call("apply_patch", { status: "running", input: { patchText } })).toMatchObject({
      files: [
        { path: "a b.ts", change: "add" },
        { path: "c.ts", change: "move", movedTo: "d.ts" },
        { path: "e.ts", change: "delete" },
      ],
    })
    expect(call("apply_patch", { status: "error", input: { patchText: "*** garbage" } })).toMatchObject({ files: [] })
  })
})

describe("looking around and asking", () => {
  test.each([
    ["glob", { pattern: "**/*.ts" }, { count: 2 }, { by: "glob", pattern: "**/*.ts", path: "", include: "", count: 2 }],
    [
      "grep",
      { pattern: "x", path: "/p", include: "*.md" },
      { matches: 0 },
      { by: "grep", pattern: "x", path: "/p", include: "*.md", count: 0 },
    ],
    ["list", {}, {}, { by: "list", pattern: "", path: "", include: "", count: undefined }],
  ])("%s", (name, input, metadata, expected) => {
    expect(call(name, { input, metadata })).toEqual({ kind: "search", ...expected })
  })

  test("webfetch, websearch and skill", () => {
    const input = { url: "https://example.com", format: "markdown" }
    expect(call("webfetch", { input })).toEqual({ kind: "webfetch", ...input })
    expect(call("websearch", { input: { query: "q" } })).toEqual({ kind: "websearch", query: "q" })
    expect(call("skill", { input: { name: "s" } })).toEqual({ kind: "skill", name: "s" })
  })

  test("a call that OpenCode found invalid names the tool that was meant", () => {
    const input = { tool: "read", error: "Invalid input" }
    expect(call("invalid", { input })).toEqual({ kind: "invalid", tool: "read", reason: "Invalid input" })
  })

  test("todowrite has its list in the arguments, or only in the metadata", () => {
    const todos = [{ content: "x", status: "cancelled", priority: "low" }, { content: "y" }]
    const expected = { kind: "todowrite", todos: [todos[0], { content: "y", status: "", priority: "" }] }
    expect(call("todowrite", { input: { todos } })).toEqual(expected)
    expect(call("todowrite", { input: {}, metadata: { todos } })).toEqual(expected)
  })

  test("question has options and answers, or was dismissed", () => {
    const options = [{ label: "Red", description: "warm" }, { label: "Blue" }, 7]
    const questions = [
      { question: "Which?", header: "Colour", options },
      { question: "And?", multiple: true },
    ]
    expect(call("question", { input: { questions }, metadata: { answers: [["Red"]] } })).toEqual({
      kind: "question",
      questions: [
        {
          question: "Which?",
          header: "Colour",
          multiple: false,
          options: [
            { label: "Red", description: "warm" },
            { label: "Blue", description: "" },
          ],
          answers: ["Red"],
        },
        { question: "And?", header: "", multiple: true, options: [], answers: [] },
      ],
      dismissed: false,
    })
    const state = { status: "error", input: { questions }, error: "The user dismissed this question" }
    expect(call("question", state)).toMatchObject({ dismissed: true })
    expect(call("question", { ...state, error: "Aborted" })).toMatchObject({ dismissed: false })
  })
})

describe("task", () => {
  const input = { description: "Look", prompt: "Look there.", subagent_type: "general" }
  const output = '<task id="ses_1" state="completed">\n<task_result>\nIt is **there**.\n</task_result>\n</task>'

  test("has its child session and what that found", () => {
    expect(call("task", { input, output, metadata: { sessionId: "ses_2" } })).toEqual({
      kind: "task",
      description: "Look",
      prompt: "Look there.",
      agent: "general",
      sessionID: "ses_2",
      result: "It is **there**.",
    })
  })

  test("finds the child's id in the output where the metadata has none, and while it runs", () => {
    expect(call("task", { input, output })).toMatchObject({ sessionID: "ses_1" })
    const running = { status: "running", input, metadata: { sessionId: "ses_2" } }
    expect(call("task", running)).toMatchObject({ sessionID: "ses_2", result: "" })
  })

  test("of older versions has its note behind the result", () => {
    const old = "It is there.\n\n<task_metadata>\nsession_id: ses_1\n</task_metadata>"
    expect(call("task", { input, output: old })).toMatchObject({ result: "It is there." })
  })
})
