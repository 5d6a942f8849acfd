import { describe, expect, test } from "vitest"
import { assistant, call, shown } from "../items/parts-draw.ts"

const at = (path: string) => `/home/dana/src/calc/${path}`
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
const failed = (input: object, error: string) => ({ status: "error", input, error })

// The gallery covers the usual forms of every tool; these are the others.
const calls: [string, [tool: string, state: object]][] = [
  ["write, over a file", ["write", { input: { filePath: at("a.ts"), content: "" }, metadata: { exists: true } }]],
  ["apply_patch, of nothing that is known", ["apply_patch", failed({ patchText: "nonsense" }, "Invalid patch")]],
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
    "webfetch, of an address that is none",
    ["webfetch", failed({ url: "javascript:alert(1)", format: "text" }, "URL must start with http:// or https://")],
  ],
  ["websearch", ["websearch", { input: { query: "how to <b>" }, output: "A result" }]],
  ["question, which failed", ["question", failed(asked, "No terminal to ask on")]],
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
]

describe("a page shows a call of", () => {
  test.each(calls)("%s", async (_, [tool, state]) => {
    const child = { info: { id: "ses_2", title: "Count", parentID: "ses_1" }, messages: [] }
    expect(await shown(assistant([call(tool, state)]), { children: [child] })).toMatchSnapshot()
  })
})
