import { describe, expect, test } from "vitest"
import { glob } from "../../../src/render/tools/glob.ts"
import { grep } from "../../../src/render/tools/grep.ts"
import { invalid } from "../../../src/render/tools/invalid.ts"
import { list } from "../../../src/render/tools/list.ts"
import { question } from "../../../src/render/tools/question.ts"
import { toolCallOf } from "../../../src/render/tools/registry.ts"
import { shell } from "../../../src/render/tools/shell.ts"
import { skill } from "../../../src/render/tools/skill.ts"
import { subagent } from "../../../src/render/tools/subagent.ts"
import { todo } from "../../../src/render/tools/todo.ts"
import { webfetch } from "../../../src/render/tools/webfetch.ts"
import { websearch } from "../../../src/render/tools/websearch.ts"
import { tool } from "../../support/tool-part.ts"

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
      metadata: {},
      error: "",
      errorType: "",
      start: 1,
      end: 2,
      compacted: undefined,
      attachments: [],
      isByUser: false,
      subagent: undefined,
    })
  })

  test.each(["pending", "running", "error"])("shows no output while it is %s", (status) => {
    const part = tool("glob", { status, input: { pattern: "*" }, output: "old" })
    expect(toolCallOf(part).blocks({ directory: "" })).toEqual([])
  })

  test("has its valid attachments", () => {
    const attachments = [{ type: "file", mime: "image/png", url: "data:image/png;base64,AA==" }, null, { mime: "x" }]
    expect(tool("read", { input: { filePath: "a.png" }, attachments }).attachments).toMatchObject([
      { id: "prt_1-file-1", mime: "image/png" },
    ])
  })
})

describe("a call with invalid arguments is shown as it is", () => {
  test.each([
    ["bash", { command: ["ls"] }],
    ["read", { path: 1 }],
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
    expect(toolCallOf(tool(name, { input })).row({ directory: "" })).toEqual({ verb: "Called", object: name })
  })
})

describe("bash", () => {
  const input = { command: "make", description: "Builds" }
  const block = (text: string) => `start\n\n<shell_metadata>\n${text}\n</shell_metadata>`

  test("has command, description and exit status", () => {
    const metadata = { output: "ok", exit: 2, truncated: false }
    const expected = { ...input, exit: 2, ending: "exited", isTruncated: false, output: "ok" }
    expect(shell.read(tool("bash", { input, output: "ok", metadata }))).toEqual(expected)
  })

  test.each([
    ["timed-out", block("shell tool terminated command after exceeding timeout 500 ms. If this …")],
    ["timed-out", "<bash_metadata>\nbash tool terminated command after exceeding timeout 500 ms\n</bash_metadata>"],
    ["aborted", block("User aborted the command")],
    ["unknown", block("Something new")],
    ["unknown", "timeout aborted"],
  ])("%s: %j", (ending, output) => {
    expect(shell.read(tool("bash", { input, output, metadata: { exit: null } }))).toMatchObject({ exit: null, ending })
  })

  test("with an exit status has exited, even if it printed such a block", () => {
    const output = block("User aborted the command")
    expect(shell.read(tool("bash", { input, output, metadata: { exit: 0 } }))).toMatchObject({
      exit: 0,
      ending: "exited",
    })
  })

  test("run by the user has an unknown exit status", () => {
    const state = { input: { command: "git status" }, title: "", output: "x", metadata: { output: "x" } }
    expect(shell.read(tool("bash", state))).toMatchObject({ description: "", exit: undefined, ending: "unknown" })
  })

  test("that was aborted before it answered says so", () => {
    const state = { status: "error", input, error: "Tool execution aborted" }
    expect(shell.read(tool("bash", state))).toMatchObject({ ending: "aborted" })
  })

  test("shows the longer output of a truncated run, and of that only", () => {
    const output = "...output truncated...\n\nFull output saved to: /x\n\n9"
    const kept = "1\n2\n3\n4\n5\n6\n7\n8\n9\n".repeat(9)
    const run = (output: string, metadata: object) =>
      shell.read(tool("bash", { input, output, metadata: { exit: 0, ...metadata } }))
    expect(run(output, { output: kept, truncated: true })).toMatchObject({ output: kept, isTruncated: true })
    expect(run(output, { output: "9", truncated: true })).toMatchObject({ output })
    expect(run("1", { output: kept, truncated: false })).toMatchObject({ output: "1", isTruncated: false })
  })
})

describe("searches and questions", () => {
  test.each([
    [glob, "glob", { pattern: "**/*.ts" }, { count: 2 }, { pattern: "**/*.ts", path: "", include: "", count: 2 }],
    [
      grep,
      "grep",
      { pattern: "x", path: "/p", include: "*.md" },
      { matches: 0 },
      { pattern: "x", path: "/p", include: "*.md", count: 0 },
    ],
    [list, "list", {}, {}, { pattern: "", path: "", include: "", count: undefined }],
  ])("%s", ({ read }, name, input, metadata, expected) => {
    expect(read(tool(name, { input, metadata }))).toEqual(expected)
  })

  test("webfetch, websearch and skill", () => {
    const input = { url: "https://example.com", format: "markdown" }
    expect(webfetch.read(tool("webfetch", { input }))).toEqual({ url: input.url })
    expect(websearch.read(tool("websearch", { input: { query: "q" } }))).toEqual({ query: "q" })
    expect(skill.read(tool("skill", { input: { name: "s" } }))).toEqual({ name: "s" })
  })

  test("a call that OpenCode found invalid names the tool that was meant", () => {
    const input = { tool: "read", error: "Invalid input" }
    expect(invalid.read(tool("invalid", { input }))).toEqual({ tool: "read", reason: "Invalid input", input: {} })
  })

  test("todowrite has its list in the arguments, or only in the metadata", () => {
    const todos = [{ content: "x", status: "cancelled", priority: "low" }, { content: "y" }]
    const expected = {
      todos: [
        { content: "x", status: "cancelled" },
        { content: "y", status: "" },
      ],
    }
    expect(todo.read(tool("todowrite", { input: { todos } }))).toEqual(expected)
    expect(todo.read(tool("todowrite", { input: {}, metadata: { todos } }))).toEqual(expected)
  })

  test("question has options and answers, or was dismissed", () => {
    const options = [{ label: "Red", description: "warm" }, { label: "Blue" }, 7]
    const questions = [
      { question: "Which?", header: "Colour", options },
      { question: "And?", multiple: true },
    ]
    expect(question.read(tool("question", { input: { questions }, metadata: { answers: [["Red"]] } }))).toEqual({
      questions: [
        {
          question: "Which?",
          multiple: false,
          options: [
            { label: "Red", description: "warm" },
            { label: "Blue", description: "" },
          ],
          answers: ["Red"],
        },
        { question: "And?", multiple: true, options: [], answers: [] },
      ],
      isDismissed: false,
    })
    const state = { status: "error", input: { questions }, error: "The user dismissed this question" }
    expect(question.read(tool("question", state))).toMatchObject({ isDismissed: true })
    expect(question.read(tool("question", { ...state, error: "Aborted" }))).toMatchObject({ isDismissed: false })
  })
})

describe("task", () => {
  const input = { description: "Look", prompt: "Look there.", subagent_type: "general" }
  const output = '<task id="ses_1" state="completed">\n<task_result>\nIt is **there**.\n</task_result>\n</task>'

  test("has its child session and what that found", () => {
    expect(subagent.read(tool("task", { input, output, metadata: { sessionId: "ses_2" } }))).toEqual({
      description: "Look",
      prompt: "Look there.",
      agent: "general",
      result: "It is **there**.",
    })
  })

  test("names its child session: in the metadata, also while it runs, or in the output", () => {
    const running = { status: "running", input, metadata: { sessionId: "ses_2", background: true } }
    expect(tool("task", running).subagent).toEqual({ sessionID: "ses_2", isBackground: true })
    expect(subagent.read(tool("task", running))).toMatchObject({ result: "" })
    expect(tool("task", { input, output }).subagent).toEqual({ sessionID: "ses_1", isBackground: false })
  })

  test("of older versions has its note behind the result", () => {
    const old = "It is there.\n\n<task_metadata>\nsession_id: ses_1\n</task_metadata>"
    expect(subagent.read(tool("task", { input, output: old }))).toMatchObject({ result: "It is there." })
  })
})
