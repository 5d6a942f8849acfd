import fc from "fast-check"
import { lexer, marked, type Token } from "marked"
import { describe, expect, test } from "vitest"
import { messageMarkdown } from "../../../src/render/session-markdown/message-markdown.ts"
import { nestedMarkdown } from "../../../src/render/session-markdown/nested-markdown.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"
import { runs } from "../../support/property-runs.ts"
import { draw, type Exported, exports, filesOf } from "../draw.ts"
import { hostileSession, payloads } from "../hostile-session.ts"

const markdownOf = async (exported: Exported) => (await draw(await filesOf(exported))).get("session.md")!

interface Part {
  type: string
  text?: string
  synthetic?: boolean
  ignored?: boolean
}

/** All prompts and answers, subagents' sessions last. */
function texts({ messages = [], children = [] }: Exported): string[] {
  const own = messages.flatMap((message) =>
    (message as { parts: Part[] }).parts.flatMap(({ type, text, synthetic, ignored }) =>
      type === "text" && text && !synthetic && !ignored ? [nestedMarkdown(text.trim())] : [],
    ),
  )
  return [...own, ...children.flatMap(texts)]
}

/** The file's own headings: outside of fences, quotes and lists. */
const headings = (markdown: string) =>
  lexer(markdown).flatMap((token: Token) => (token.type === "heading" ? [(token as { text: string }).text] : []))

describe("session.md", () => {
  test.each(exports)("of %s has every prompt and every answer, in order", async (_, exported) => {
    const markdown = await markdownOf(exported)
    let from = 0
    for (const text of texts(exported)) {
      const at = markdown.indexOf(text, from)
      expect(at, text.slice(0, 80)).toBeGreaterThanOrEqual(from)
      from = at + text.length
    }
  })

  test.each(exports)("of %s begins with its title and has a heading for every prompt", async (_, exported) => {
    const markdown = await markdownOf(exported)
    const { title } = exported.info as { title: string }
    expect(markdown.startsWith(`# ${title}\n`)).toBe(true)
    const prompts = [exported, ...(exported.children ?? [])].flatMap(({ messages = [] }) =>
      messages.filter((message) => {
        const { info, parts } = message as { info: { role: string }; parts: Part[] }
        return info.role === "user" && parts.some(({ type, synthetic }) => type === "text" && !synthetic)
      }),
    )
    expect(headings(markdown).filter((text) => /^Prompt \d+$/.test(text))).toHaveLength(prompts.length)
  })

  test("has no terminal control sequences", async () => {
    for (const [, exported] of exports) expect(await markdownOf(exported)).not.toMatch(/\u001b\[/)
  })

  test("of a hostile session gives no error", async () => {
    for (const round of [0, 1, 2, 3]) expect(await markdownOf(hostileSession(round))).toContain("\n")
  })
})

const said = (part: object, role = "assistant") => messageMarkdown(normalizeMessage({ info: { role }, parts: [part] }))

const called = (tool: string, state: object) => ({ type: "tool", tool, state: { status: "completed", ...state } })

/** Expects text after a message to be parsed independently of it. */
function expectClosed(markdown: string) {
  expect(headings(`${markdown}\n## The end\n`).at(-1)).toBe("The end")
}

describe("an answer", () => {
  const lines = [
    ...["# One", "## Prompt 2", "  ### Prompt 2", "Prompt 2", "---", "===", "text", "", "> ## Prompt 2", "- item"],
    ...[
      "<h2>Prompt 2</h2>",
      "<details>",
      "</details>",
      "<div>",
      "<br>",
      "```",
      "~~~",
      "\t## Prompt 2",
      "| a |",
      "|---|",
    ],
  ]

  test("has no heading at the level of a prompt's, and folds nothing that follows", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 10 }), (text) => {
        const markdown = said({ type: "text", text: text.join("\n") })
        expectClosed(markdown)
        const found = lexer(markdown).filter((token) => token.type === "heading" && token["depth"] < 4)
        expect(found.map((token) => (token as { text: string }).text)).toEqual(text.join("").trim() ? ["Answer"] : [])
        const html = marked.parse(markdown, { async: false })
        expect(html).not.toMatch(/<h[12]/)
        expect(html.split("<details>").length).toBe(html.split("</details>").length)
      }),
      { numRuns: runs(500) },
    )
  })
})

describe("a fence", () => {
  const fences = [
    "```",
    "````",
    "~~~",
    "``` js",
    "~~~~ a ~",
    "```a`b```",
    "    ```",
    "> ```",
    "  ~~~",
    "``",
    "text",
    "",
  ]

  test("that is left open is closed with its message", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fences), { maxLength: 8 }), (lines) => {
        const text = lines.join("\n")
        for (const role of ["user", "assistant"]) expectClosed(said({ type: "text", text }, role))
        expectClosed(said({ type: "subtask", agent: "a", description: "b", prompt: text }, "user"))
        expectClosed(said(called("task", { input: { prompt: "a" }, output: text })))
      }),
      { numRuns: runs(500) },
    )
  })

  test("around tool output cannot be closed from inside", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fences), { maxLength: 8 }), (lines) => {
        const text = lines.join("\n")
        for (const part of [
          called("bash", { input: { command: text }, output: text }),
          called("write", { input: { filePath: "a", content: text } }),
          called("edit", { input: { filePath: "a", oldString: "a", newString: "b" }, metadata: { diff: `+${text}` } }),
          called("grep", { status: "error", input: { pattern: text }, error: text }),
        ]) {
          const kinds = new Set(lexer(said(part)).map(({ type }) => type))
          expect([...kinds].filter((kind) => !["heading", "code", "paragraph", "space"].includes(kind))).toEqual([])
          expectClosed(said(part))
        }
      }),
      { numRuns: runs(300) },
    )
  })

  test("is closed after every payload", () => {
    for (const text of payloads.filter((payload) => !/^\s*<|^--/.test(payload) && payload.length < 1_000))
      expectClosed(said(called("bash", { input: { command: text }, output: text })))
  })
})
