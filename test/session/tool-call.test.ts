import { describe, expect, test } from "vitest"
import { call, tool } from "../support/tool-part.ts"

describe("any call", () => {
  test("has its state", () => {
    const state = { input: { a: [1] }, output: "out", title: "t", time: { start: 1, end: 2 } }
    expect(tool("github_search", state)).toEqual({
      id: "prt_1",
      type: "tool",
      tool: "github_search",
      status: "completed",
      title: "t",
      input: { a: [1] },
      output: "out",
      modelOutput: "out",
      error: "",
      start: 1,
      end: 2,
      compacted: undefined,
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

describe("invalid arguments make the call generic", () => {
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

  test("with an exit status has exited, even if it printed such a block", () => {
    const output = block("User aborted the command")
    expect(call("bash", { input, output, metadata: { exit: 0 } })).toMatchObject({ exit: 0, ending: "exited" })
  })

  test("run by the user has an unknown exit status", () => {
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

describe("searches and questions", () => {
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
      background: false,
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
