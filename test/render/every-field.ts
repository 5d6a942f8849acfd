import type { Exported } from "./draw.ts"
import { assistant, call, user } from "./items/parts-draw.ts"

const file = "/home/dana/src/calc/src/math.ts"
const patch = "--- a/src/math.ts\n+++ b/src/math.ts\n@@ -1,2 +1,2 @@\n-one\n+two\n three\n"
const diagnostics = {
  [file]: [{ range: { start: { line: 1, character: 2 } }, severity: 1, message: "Type 'a' is not 'b'.", source: "ts" }],
}
const image = { type: "file", mime: "image/png", filename: "shot.png", url: "data:image/png;base64,iVBORw0KGgo=" }
const filediff = { file, patch, before: "one", after: "two", additions: 1, deletions: 1 }
const failure = {
  name: "APIError",
  data: {
    message: "overloaded",
    statusCode: 529,
    isRetryable: true,
    responseHeaders: { "retry-after": "10", "x-request-id": "req_1" },
    responseBody: "{}",
    metadata: { url: "https://api.example/" },
  },
}

const tools = [
  call("bash", {
    title: "Runs the tests",
    input: { command: "npm test", description: "Runs the tests" },
    output: "\u001b[31mfailed\u001b[0m\n",
    metadata: { exit: 1, description: "Runs the tests", output: "failed\n" },
  }),
  call("bash", { status: "error", input: { command: "npm start" }, error: "Tool execution aborted" }),
  call("read", {
    title: "src/math.ts",
    input: { filePath: file, offset: 1, limit: 2 },
    output: `<path>${file}</path>\n<type>file</type>\n<content>\n1: one\n2: two\n</content>`,
    metadata: { preview: "one", truncated: false, loaded: [file] },
  }),
  call("read", { input: { filePath: "/home/dana/shot.png" }, output: "Image read", attachments: [image] }),
  call("write", {
    input: { filePath: file, content: "one\n" },
    metadata: { exists: false, filepath: file, diagnostics },
  }),
  call("edit", {
    input: { filePath: file, oldString: "one", newString: "two" },
    metadata: { diff: patch, filediff, diagnostics },
  }),
  call("multiedit", {
    input: {
      filePath: file,
      edits: [
        { oldString: "one", newString: "two" },
        { oldString: "a", newString: "b" },
      ],
    },
    metadata: {
      results: [
        { diff: patch, filediff },
        { filediff, diagnostics },
      ],
    },
  }),
  call("apply_patch", {
    input: { patchText: "*** Begin Patch\n*** Update File: src/math.ts\n@@\n-one\n+two\n*** End Patch" },
    metadata: {
      diff: patch,
      files: [
        { relativePath: "src/math.ts", filePath: file, type: "update", patch, additions: 1, deletions: 1 },
        { relativePath: "old.ts", movePath: "new.ts", type: "move", patch, additions: 1, deletions: 1 },
      ],
      diagnostics,
    },
  }),
  call("glob", { input: { pattern: "**/*.ts", path: "src" }, output: file, metadata: { count: 1 } }),
  call("grep", { input: { pattern: "one", path: "src", include: "*.ts" }, output: file, metadata: { matches: 1 } }),
  call("list", { input: { path: "src" }, output: "src/\n  math.ts", metadata: { count: 1 } }),
  call("todowrite", {
    input: { todos: [{ content: "Write it", status: "in_progress", priority: "high", id: "1" }] },
    metadata: { todos: [{ content: "Write it", status: "completed", priority: "low" }] },
  }),
  call("task", {
    title: "Looks around",
    input: { description: "Looks around", prompt: "Look around.", subagent_type: "general" },
    output: '<task id="ses_2"><task_result>All is well.</task_result></task>',
    metadata: {
      sessionId: "ses_2",
      summary: [{ id: "prt_1", tool: "read", state: { status: "completed", title: "a" } }],
    },
  }),
  call("webfetch", { input: { url: "https://example.com/a", format: "markdown" }, output: "# Hello\n\nThere." }),
  call("websearch", { input: { query: "how to add" }, output: "## A result\n\nURL: https://example.com/" }),
  call("question", {
    input: {
      questions: [
        {
          question: "Which?",
          header: "Choice",
          multiple: true,
          options: [{ label: "This", description: "The first" }],
        },
      ],
    },
    output: "User has answered",
    metadata: { answers: [["This", "Something else"]] },
  }),
  call("skill", {
    input: { name: "release" },
    output: "How to release.",
    metadata: { dir: "/skills", name: "release" },
  }),
  call("invalid", { input: { tool: "raed", error: "unknown tool" }, output: "unknown tool" }),
  call("mcp_tracker_create_issue", {
    title: "An issue",
    input: { title: "A title", labels: ["bug"], nested: { body: "Text" }, url: "https://example.com/1" },
    output: '{"id": 1, "html": "<b>"}',
    metadata: { structured: { id: "1" } },
    attachments: [{ ...image, mime: "image/svg+xml", filename: "a.svg", url: "data:image/svg+xml,<svg/>" }],
  }),
]

const prompt = user(
  [
    { type: "text", text: "Please **add** `@src/math.ts` to it: https://example.com/" },
    { type: "text", text: "Called the Read tool", synthetic: true },
    { ...image, source: { type: "file", path: "shot.png", text: { value: "@shot.png", start: 0, end: 9 } } },
    { type: "file", mime: "text/plain", filename: "notes.txt", url: "data:text/plain;base64,aGVsbG8=" },
    { type: "file", mime: "application/x-own", filename: "a.own", url: "https://example.com/a.own" },
    { type: "agent", name: "general", source: { value: "@general", start: 0, end: 8 } },
    { type: "subtask", agent: "general", description: "A task", prompt: "Do it.", command: "do" },
    { type: "compaction", auto: true },
    { type: "newer", text: "not known yet" },
  ],
  {
    id: "msg_1",
    agent: "build",
    model: { providerID: "openai", modelID: "large-1" },
    system: "Be brief.",
    tools: { bash: true },
    summary: { title: "Adds", body: "It adds.", diffs: [{ file: "src/math.ts", patch, additions: 1, deletions: 1 }] },
  },
)

const answer = assistant(
  [
    { type: "step-start", snapshot: "a1" },
    {
      type: "reasoning",
      text: "I should **think**.",
      time: { start: 1, end: 5 },
      metadata: { openai: { itemId: "i" } },
    },
    { type: "text", text: "Here it is:\n\n```ts\nconst one = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |" },
    ...tools,
    { type: "retry", attempt: 1, error: failure, time: { created: 1 } },
    { type: "patch", hash: "abc", files: [file] },
    { type: "text", text: 7 },
    { type: "step-finish", reason: "stop", snapshot: "a2", cost: 0.1, tokens: { input: 1, output: 2 } },
  ],
  {
    id: "msg_2",
    parentID: "msg_1",
    agent: "build",
    mode: "build",
    modelID: "large-1",
    providerID: "openai",
    path: { cwd: "/home/dana/src/calc", root: "/home/dana/src" },
    cost: 0.12,
    tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 4, write: 5 } },
    finish: "stop",
    error: failure,
  },
)

/** A made-up session with every kind of part and call of OpenCode, and every field of them that holds text. */
export const everyField: Exported = {
  info: {
    id: "ses_1",
    slug: "calm-river",
    projectID: "prj_1",
    parentID: "ses_0",
    title: "Adds numbers",
    directory: "/home/dana/src/calc",
    agent: "build",
    model: { id: "large-1", providerID: "openai" },
    version: "1.18.4",
    share: { url: "https://example.com/s/1" },
    permission: [{ permission: "bash", pattern: "*", action: "allow" }],
    summary: { additions: 1, deletions: 1, files: 1, diffs: [{ file, patch, additions: 1, deletions: 1 }] },
    time: { created: 1, updated: 2 },
  },
  messages: [prompt, answer, assistant([{ type: "text", text: "A summary." }], { id: "msg_3", summary: true })],
  children: [
    {
      info: {
        id: "ses_2",
        parentID: "ses_1",
        title: "Looks around",
        directory: "/home/dana/src/calc",
        agent: "general",
      },
      messages: [user([{ type: "text", text: "Look around." }], { id: "msg_4" }), answer],
    },
  ],
}
