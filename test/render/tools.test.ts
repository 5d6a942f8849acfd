import { describe, expect, test } from "vitest"
import { assistant, call, shown } from "./parts-draw.ts"

const at = (path: string) => `/home/dana/src/calc/${path}`
const diff = "--- a/src/math.ts\n+++ b/src/math.ts\n@@ -1,2 +1,2 @@\n export {}\n-let a = 1\n+let a = 2\n"
const complaint = { range: { start: { line: 2 } }, severity: 1, message: "Cannot find name 'b'." }
const asked = {
  questions: [
    {
      question: "Which one?",
      header: "Which",
      options: [
        { label: "A", description: "the first" },
        { label: "B", description: "" },
      ],
    },
  ],
}
const todos = ["completed", "in_progress", "pending", "cancelled", "someday"].map((status) => ({
  content: `A ${status} task`,
  status,
  priority: "high",
}))
const patched = (type: string, more: object = {}) => ({
  filePath: at(`${type}.ts`),
  relativePath: `${type}.ts`,
  type,
  patch: diff,
  additions: 1,
  deletions: 1,
  ...more,
})
const failed = (input: object, error: string) => ({ status: "error", input, error })

const calls: [string, [tool: string, state: object]][] = [
  [
    "bash",
    [
      "bash",
      {
        input: { command: "npm test\nls", description: "Runs the tests" },
        output: "\u001b[32mok\u001b[0m 2\n",
        metadata: { exit: 0 },
      },
    ],
  ],
  ["bash, which exits with an error", ["bash", { input: { command: "false" }, output: "", metadata: { exit: 1 } }]],
  [
    "bash, which timed out",
    [
      "bash",
      {
        input: { command: "sleep 9" },
        output:
          "a\n\n<shell_metadata>\nshell tool terminated command after exceeding timeout 100 ms.\n</shell_metadata>",
        metadata: { exit: null },
      },
    ],
  ],
  [
    "bash, of whose output a part is left",
    [
      "bash",
      {
        input: { command: "yes" },
        output: "...output truncated...\ny",
        metadata: { exit: 0, truncated: true, output: "y\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\ny\n" },
      },
    ],
  ],
  [
    "bash, whose output is long",
    [
      "bash",
      {
        input: { command: "seq 400" },
        output: Array.from({ length: 400 }, (_, i) => `${i}`).join("\n"),
        metadata: { exit: 0 },
      },
    ],
  ],
  [
    "bash, not allowed",
    ["bash", failed({ command: "rm -r ." }, "The user rejected permission to use this specific tool call.")],
  ],
  ["bash, still running", ["bash", { status: "running", input: { command: "make" }, time: { start: 1 } }]],
  ["bash, waiting", ["bash", { status: "pending", input: { command: "make" }, time: undefined }]],
  [
    "read",
    [
      "read",
      {
        input: { filePath: at("src/math.ts") },
        output: "<path>a</path>\n<content>\n3: let a\n4: let b\n\n(Showing lines 3-4 of 9.)\n</content>",
      },
    ],
  ],
  [
    "read, of a folder",
    ["read", { input: { filePath: at("src") }, metadata: { display: { type: "directory", entries: ["a.ts", "b/"] } } }],
  ],
  [
    "read, of an image",
    [
      "read",
      {
        input: { filePath: at("a.png") },
        output: "Image read successfully",
        attachments: [{ type: "file", mime: "image/png", url: "data:image/png;base64,iVBORw0KGgo=" }],
      },
    ],
  ],
  ["read, of a file that is not there", ["read", failed({ filePath: at("b.ts") }, "File not found")]],
  [
    "write",
    [
      "write",
      {
        input: { filePath: at("a.ts"), content: "let a\n" },
        metadata: { exists: false, diagnostics: { [at("a.ts")]: [complaint] } },
      },
    ],
  ],
  ["write, over a file", ["write", { input: { filePath: at("a.ts"), content: "" }, metadata: { exists: true } }]],
  ["write, which failed", ["write", failed({ filePath: "/etc/a", content: "a" }, "EACCES: permission denied")]],
  [
    "edit",
    [
      "edit",
      {
        input: { filePath: at("src/math.ts"), oldString: "1", newString: "2" },
        metadata: { diff, filediff: { additions: 1, deletions: 1 } },
      },
    ],
  ],
  [
    "edit, whose session has no patch",
    ["edit", { input: { filePath: at("a.ts"), oldString: "let a", newString: "let b" } }],
  ],
  [
    "edit, which failed",
    ["edit", failed({ filePath: at("a.ts"), oldString: "x", newString: "y" }, "oldString not found in content")],
  ],
  [
    "multiedit",
    [
      "multiedit",
      {
        input: {
          filePath: at("a.ts"),
          edits: [
            { oldString: "a", newString: "b" },
            { oldString: "c", newString: "d" },
          ],
        },
      },
    ],
  ],
  [
    "apply_patch",
    [
      "apply_patch",
      {
        input: { patchText: "*** Begin Patch" },
        metadata: {
          files: [patched("add"), patched("update"), patched("delete"), patched("move", { movePath: at("there.ts") })],
        },
      },
    ],
  ],
  [
    "apply_patch, which failed",
    [
      "apply_patch",
      failed(
        { patchText: "*** Begin Patch\n*** Update File: a.ts\n@@\n-a\n+b\n*** End Patch" },
        "Failed to find expected lines",
      ),
    ],
  ],
  ["apply_patch, of nothing that is known", ["apply_patch", failed({ patchText: "nonsense" }, "Invalid patch")]],
  [
    "glob",
    ["glob", { input: { pattern: "**/*.ts", path: at("src") }, output: at("src/a.ts"), metadata: { count: 1 } }],
  ],
  [
    "grep",
    ["grep", { input: { pattern: "add\\(", include: "*.ts" }, output: "Found 2 matches", metadata: { matches: 2 } }],
  ],
  ["list", ["list", { input: { path: at("src") }, output: "a.ts" }]],
  ["todowrite", ["todowrite", { input: { todos }, output: "[]", metadata: { todos } }]],
  [
    "task, with the subagent's session",
    [
      "task",
      {
        input: { description: "Count", prompt: "Count *them*.", subagent_type: "explore" },
        output: '<task id="ses_2" state="completed">\n<task_result>\n**3**\n</task_result>\n</task>',
        metadata: { sessionId: "ses_2" },
      },
    ],
  ],
  [
    "task, without it",
    [
      "task",
      {
        input: { description: "Count", prompt: "Count.", subagent_type: "explore" },
        output: "<task_result>3</task_result>",
        metadata: { sessionId: "ses_3" },
      },
    ],
  ],
  [
    "task, which failed",
    ["task", failed({ description: "Count", prompt: "Count.", subagent_type: "none" }, "Unknown agent type")],
  ],
  ["webfetch", ["webfetch", { input: { url: "https://a.example/?b=1&c=2", format: "markdown" }, output: "# A page" }]],
  [
    "webfetch, of an address that is none",
    ["webfetch", failed({ url: "javascript:alert(1)", format: "text" }, "URL must start with http:// or https://")],
  ],
  ["websearch", ["websearch", { input: { query: "how to <b>" }, output: "A result" }]],
  [
    "question, answered",
    ["question", { input: asked, output: "User has answered", metadata: { answers: [["B", "neither"]] } }],
  ],
  ["question, dismissed", ["question", failed(asked, "The user dismissed this question")]],
  ["question, which failed", ["question", failed(asked, "No terminal to ask on")]],
  ["question, open", ["question", { status: "running", input: asked }]],
  ["skill", ["skill", { input: { name: "release" }, output: "# How to release" }]],
  [
    "invalid",
    [
      "invalid",
      {
        input: { tool: "fly", error: "Model tried to call unavailable tool 'fly'." },
        output: "The arguments are invalid",
      },
    ],
  ],
  [
    "a tool of a server",
    ["github_search", { input: { query: "a", page: { size: 2, tags: ["x", null] } }, output: "[]" }],
  ],
  ["a tool of a server, which failed", ["github_search", failed({ query: "a" }, "401 Unauthorized")]],
  [
    "a tool with a picture",
    [
      "browser_shot",
      {
        input: {},
        output: "done",
        attachments: [
          { type: "file", mime: "image/png", filename: "shot.png", url: "data:image/png;base64,iVBORw0KGgo=" },
        ],
      },
    ],
  ],
  [
    "webfetch, of a picture",
    [
      "webfetch",
      {
        input: { url: "https://a.example/b.png", format: "text" },
        output: "Image fetched",
        attachments: [
          { type: "file", mime: "image/png", filename: "b.png", url: "data:image/png;base64,iVBORw0KGgo=" },
        ],
      },
    ],
  ],
  ["a call whose arguments are not the tool's", ["bash", { input: { cmd: "ls" }, output: "a" }]],
]

describe("a page shows a call of", () => {
  test.each(calls)("%s", async (_, [tool, state]) => {
    const child = { info: { id: "ses_2", title: "Count", parentID: "ses_1" }, messages: [] }
    expect(await shown(assistant([call(tool, state)]), { children: [child] })).toMatchSnapshot()
  })
})
