import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { messageMarkdown } from "../../../src/render/session-markdown/message-markdown.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"
import { runs } from "../../support/property-runs.ts"
import { assistant, call, shown, user } from "./parts-draw.ts"

type Message = ReturnType<typeof user>
const answer = (...parts: object[]) => assistant(parts)
const path = "/home/dana/src/calc/a.ts"
const patchOf = (text: string) => {
  const lines = text.split("\n")
  return `--- a/a.ts\n+++ b/a.ts\n@@ -0,0 +1,${lines.length} @@\n+${lines.join("\n+")}\n`
}
const failed = { status: "error", metadata: {} }
const execute = (code: string, output = "") => call("execute", { input: { code }, output, metadata: { toolCalls: [] } })

/** Every place of a page where a text can be too long, as a message that has it there. */
const places: Record<string, (text: string) => Message> = {
  "a fence in an answer": (text) => answer({ type: "text", text: `Before.\n\n\`\`\`ts\n${text}\n\`\`\`\n\nAfter.` }),
  "a fence in a prompt": (text) => user([{ type: "text", text: `Why?\n\n\`\`\`\n${text}\n\`\`\`\n\nTell me.` }]),
  "inserted text": (text) =>
    user([
      { type: "text", text: "Look." },
      { type: "text", text, synthetic: true },
    ]),
  reasoning: (text) => answer({ type: "reasoning", text: `\`\`\`\n${text}\n\`\`\`` }),
  "a command's output": (text) =>
    answer(call("bash", { input: { command: "make" }, output: text, metadata: { exit: 0 } })),
  "a command": (text) => answer(call("bash", { input: { command: text }, output: "ok", metadata: { exit: 0 } })),
  "a tool's output": (text) => answer(call("grep", { input: { pattern: "x" }, output: text })),
  "an unknown tool's output": (text) => answer(call("mcp_x", { output: text })),
  "an unknown tool's input": (text) => answer(call("mcp_x", { input: { query: text } })),
  "a written file": (text) => answer(call("write", { input: { filePath: path, content: text } })),
  "a diff": (text) =>
    answer(
      call("edit", { input: { filePath: path, oldString: "", newString: text }, metadata: { diff: patchOf(text) } }),
    ),
  "an edit without a diff": (text) =>
    answer(call("edit", { input: { filePath: path, oldString: "", newString: text }, metadata: {} })),
  "a patch": (text) =>
    answer(
      call("apply_patch", {
        input: { patchText: `*** Begin Patch\n*** Add File: a.ts\n+${text.split("\n").join("\n+")}\n*** End Patch` },
        metadata: {},
      }),
    ),
  "a program": (text) => answer(execute(text)),
  "a program's output": (text) => answer(execute("1", text)),
  "a task": (text) => answer(call("task", { input: { description: "x", prompt: text, subagent_type: "x" } })),
  "a tool's error": (text) => answer(call("bash", { ...failed, input: { command: "make" }, error: text })),
  "an answer's error": (text) => assistant([], { error: { name: "APIError", data: { message: text } } }),
  "a retry's error": (text) => answer({ type: "retry", attempt: 1, error: { data: { message: text } } }),
  "a part of another version": (text) => answer({ type: "hologram", text }),
}

const markdownOf = (message: Message) => messageMarkdown(normalizeMessage(message as never), 1)

const lines = fc
  .integer({ min: 1_000, max: 2_000 })
  .map((count) =>
    ["first-line", ...Array.from({ length: count }, (_, i) => `const x${i} = ${i}`), "last-line"].join("\n"),
  )
const line = fc
  .tuple(fc.constantFrom("x", "word ", "字", "<&>"), fc.integer({ min: 30_000, max: 60_000 }))
  .map(([filler, chars]) => `first-line ${filler.repeat(chars / filler.length)} last-line`)

describe.each(Object.entries(places))("%s that is too long", (place, messageWith) => {
  test.each([
    ["lines", lines],
    ["characters", line],
  ])("has its first and last %s on the page, with a note of what is left out between", async (_, texts) => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const page = await shown(messageWith(text))
        expect(page).toMatch(/first-line[\s\S]* left out[\s\S]*last-line/)
        expect(page.length).toBeLessThan(150_000)
      }),
      { numRuns: runs(2) },
    )
  })

  // Prompts and answers are whole there, and some errors and parts have one line.
  if (/fence|inserted|reasoning|retry|answer's error|another version/.test(place)) return

  test.each([
    ["lines", lines],
    ["characters", line],
  ])("has its first and last %s in session.md", (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const markdown = markdownOf(messageWith(text))
        expect(markdown).toMatch(/first-line[\s\S]* left out[\s\S]*last-line/)
        expect(markdown.length).toBeLessThan(60_000)
      }),
      { numRuns: runs(2) },
    )
  })
})

test("lines after the gap keep their numbers, in a file and in a diff", async () => {
  const count = 1_234
  const text = Array.from({ length: count }, (_, i) => `line ${i + 1}`).join("\n")
  const written = await shown(places["a written file"]!(text))
  const [, numbers = ""] = /data-n="([^"]*)"/.exec(written)!
  const code = /<code>([\s\S]*?)<\/code>/
    .exec(written)![1]!
    .replace(/<[^>]*>/g, "")
    .split("\n")
  const kept = code.filter((line) => !line.includes("left out"))
  expect(kept).toEqual(numbers.split(/\n+/).map((number) => `line ${number}`))
  expect(kept.at(-1)).toBe(`line ${count}`)
  const diff = (await shown(places["a diff"]!(text))).replace(/<c- .>|<\/c->/g, "")
  const shownLines = [...diff.matchAll(/<l- add n=(\d+)>\+line (\d+)\n/g)]
  for (const [, number, line] of shownLines) expect(number).toBe(line)
  expect(shownLines.at(-1)![1]).toBe(String(count))
})
