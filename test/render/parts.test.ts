import { describe, expect, test } from "vitest"
import { assistant, shown, user } from "./parts-draw.ts"

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
const text = (content: string, more: object = {}) => ({ type: "text", text: content, ...more })
const file = (mime: string, filename: string, url: string) => ({ type: "file", mime, filename, url })
const base64 = (mime: string, content: string) => `data:${mime};base64,${Buffer.from(content).toString("base64")}`

const parts: [string, object][] = [
  ["a prompt", user([text("Add a *test* for `add`.\nIn one file.")])],
  ["a prompt with an agent that is mentioned", user([text("Ask @explore"), { type: "agent", name: "explore" }])],
  [
    "what OpenCode added to a prompt",
    user([text("Look at @a.ts"), text("<file>\nlet a\n</file>", { synthetic: true })]),
  ],
  ["what OpenCode says on its own", user([text("Continue with the task.", { synthetic: true })])],
  ["text that is to be ignored", user([text("Hidden", { ignored: true }), text("Shown")])],
  ["an answer", assistant([text("Done: **two** tests.")])],
  ["an answer that is empty", assistant([text("  ")])],
  ["reasoning", assistant([{ type: "reasoning", text: "**Plan**\n\nFirst look.", time: { start: 1, end: 2201 } }])],
  [
    "steps, snapshots and patches",
    assistant([
      { type: "step-start" },
      { type: "step-finish" },
      { type: "snapshot" },
      { type: "patch", hash: "a", files: ["a.ts"] },
    ]),
  ],
  ["an image", user([text("See"), file("image/png", "shot.png", `data:image/png;base64,${png}`)])],
  ["a PDF", user([file("application/pdf", "paper.pdf", base64("application/pdf", "%PDF-1.7"))])],
  ["a text", user([file("text/plain", "a.txt", base64("text/plain", "words"))])],
  ["an SVG, as text", user([file("image/svg+xml", "a.svg", base64("image/svg+xml", "<svg onload='alert(1)'/>"))])],
  ["HTML, as text", user([file("text/html", "a.html", base64("text/html", "<script>alert(1)</script>"))])],
  [
    "a file of a kind that is not known",
    user([file("application/x-thing", "a.thing", base64("application/x-thing", "a"))]),
  ],
  ["a file whose content is broken", user([file("image/png", "a.png", "data:image/png;base64,")])],
  ["a file whose content is no data URL", user([file("text/plain", "a.txt", "data:text/plain,%E0%A4%A")])],
  ["a file on the disk", user([file("text/plain", "math.ts", "file:///home/dana/src/calc/src/math.ts")])],
  ["a file on the web", user([file("image/png", "a.png", "https://pictures.example/a.png")])],
  ["a file without a name", user([file("image/png", "", `data:image/png;base64,${png}`)])],
  ["a compaction asked for", user([{ type: "compaction", auto: false }])],
  ["a compaction on its own", user([{ type: "compaction", auto: true }])],
  ["the summary of a compaction", assistant([text("## Goal\n\nTests.")], { summary: true })],
  [
    "a retry",
    assistant([
      { type: "retry", attempt: 2, error: { name: "APIError", data: { message: "Overloaded", isRetryable: true } } },
    ]),
  ],
  [
    "a subtask",
    user([{ type: "subtask", agent: "explore", description: "Find the tests", prompt: "Where are\nthe tests?" }]),
  ],
  [
    "an error of the model's service",
    assistant([], {
      error: {
        name: "APIError",
        data: { message: "Invalid key", statusCode: 401, responseHeaders: { "x-secret": "secret" } },
      },
    }),
  ],
  ["refused credentials", assistant([], { error: { name: "ProviderAuthError", data: { message: "No key" } } })],
  [
    "an answer that was stopped",
    assistant([text("I will")], { error: { name: "MessageAbortedError", data: { message: "Aborted" } } }),
  ],
  ["an error of a kind that is not known", assistant([], { error: { name: "NewError", data: { message: "New" } } })],
  ["an answer that was cut off", assistant([text("And then")], { finish: "length" })],
  ["a part of a kind that is not known", assistant([{ type: "hologram", beam: "<b>" }])],
  ["a part that is malformed", assistant([{ type: "text" }, 7 as unknown as object, { type: "tool", tool: "bash" }])],
  ["a message that is malformed", { info: { id: "msg_1", role: "oracle" }, parts: [] }],
]

describe("a page shows", () => {
  test.each(parts)("%s", async (name, message) => {
    const items = await shown(message)
    if (/SVG|HTML/.test(name)) expect(items).toMatch(/href="files\/[0-9a-f]{32}\.txt"/)
    if (/broken|no data URL|on the disk/.test(name)) expect(items).not.toMatch(/href="files|src=/)
    if (name.includes("on the web")) expect(items).toContain('rel="noopener noreferrer nofollow"')
    expect(items).not.toMatch(/secret|\/home\/dana/)
    expect(items).toMatchSnapshot()
  })
})
