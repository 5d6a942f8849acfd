import { describe, expect, test } from "vitest"
import { normalizeMessage } from "../../src/session/normalize.ts"

const partOf = (part: unknown) => normalizeMessage({ info: { role: "assistant" }, parts: [part] }).parts[0]

describe("a known part", () => {
  test.each([
    [
      { type: "text", text: "hi" },
      { text: "hi", synthetic: false, ignored: false },
    ],
    [
      { type: "text", text: "", synthetic: true, ignored: true },
      { text: "", synthetic: true, ignored: true },
    ],
    [
      { type: "reasoning", text: "so", time: { start: 1, end: 2 } },
      { text: "so", start: 1, end: 2 },
    ],
    [{ type: "agent", name: "general", source: {} }, { name: "general" }],
    [{ type: "compaction", auto: true }, { auto: true }],
    [
      { type: "retry", attempt: 2, error: { name: "APIError", data: { message: "slow down", statusCode: 429 } } },
      { attempt: 2, error: { name: "APIError", message: "slow down", statusCode: 429, retryable: undefined } },
    ],
    [
      { type: "subtask", prompt: "look", agent: "general", description: "a look" },
      { prompt: "look", agent: "general", description: "a look", command: "" },
    ],
    [{ type: "step-start", snapshot: "abc" }, {}],
    [{ type: "step-finish", reason: "stop" }, {}],
    [{ type: "snapshot", snapshot: "abc" }, {}],
    [{ type: "patch", hash: "abc", files: ["a.ts", 7] }, { files: ["a.ts"] }],
  ])("%j", (raw, fields) => {
    expect(partOf({ id: "prt_1", ...raw })).toEqual({ id: "prt_1", type: raw.type, ...fields })
  })
})

describe("a file", () => {
  test("has its media type in lower case and without parameters, and its mention", () => {
    const source = { type: "file", text: { value: "@a.txt", start: 0, end: 6 } }
    const raw = { type: "file", mime: "Text/Plain; charset=utf-8", filename: "a.txt", url: "file:///a.txt", source }
    expect(partOf({ id: "prt_1", ...raw })).toEqual({
      id: "prt_1",
      type: "file",
      mime: "text/plain",
      filename: "a.txt",
      url: "file:///a.txt",
      mention: "@a.txt",
      synthetic: false,
    })
  })

  test.each(["javascript:alert(1)", " data:text/html,x", "vbscript:x", "/etc/passwd", "ftp://example.com"])(
    "has no URL if it is %s",
    (url) => expect(partOf({ type: "file", filename: "a", url })).toMatchObject({ type: "file", url: "" }),
  )

  test.each(["text", "text/html\nX: y", "image/png>", "/", 'a/b"'])("has no media type if it is %j", (mime) => {
    expect(partOf({ type: "file", filename: "a", mime })).toMatchObject({ type: "file", mime: "" })
  })
})

describe("a part without its required fields is malformed, and its JSON is kept", () => {
  test.each([
    { type: "text" },
    { type: "text", text: null },
    { type: "reasoning", text: 1 },
    { type: "file", mime: "image/png" },
    { type: "agent" },
    { type: "retry", attempt: 1 },
    { type: "subtask" },
    { type: "patch", files: "a.ts" },
    { type: "tool", state: { status: "completed" } },
    { type: "tool", tool: "bash" },
    { type: "tool", tool: "bash", state: {} },
    { type: "tool", tool: "bash", state: { status: "gone" } },
    { text: "of no kind" },
    { type: 5 },
    null,
    [],
    "text",
  ])("%j", (raw) => {
    const kind = typeof (raw as { type?: unknown } | null)?.type === "string" ? (raw as { type: string }).type : ""
    expect(partOf(raw)).toEqual({
      id: "part-1-1",
      type: "malformed",
      kind,
      raw,
      reason: expect.stringMatching(/^\w.*\.$/),
    })
  })
})

test("a part of an unknown type keeps its JSON", () => {
  const raw = { id: "prt_1", type: "hologram", beam: [1] }
  expect(partOf(raw)).toEqual({ id: "prt_1", type: "unknown", kind: "hologram", raw })
})

test("an error keeps its name and message, without headers and URLs", () => {
  const data = { message: "no", responseHeaders: { "x-key": "k" }, responseBody: "b", metadata: { url: "http://u" } }
  const { error } = normalizeMessage({ info: { role: "assistant", error: { name: "APIError", data } } }) as {
    error?: unknown
  }
  expect(error).toEqual({ name: "APIError", message: "no", statusCode: undefined, retryable: undefined })
})
