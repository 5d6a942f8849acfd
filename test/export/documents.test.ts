import { lexer } from "marked"
import { describe, expect, test } from "vitest"
import { sessionJson, sessionMarkdown } from "../../src/render/site/session-documents.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { draw, type Exported, exports, filesOf, generated } from "../render/draw.ts"
import { assistant, user } from "../render/items/parts-draw.ts"
import { all, recordOf } from "../support/record.ts"

const sessionOf = (exported: Exported) => normalizeSession(recordOf(exported))
const joined = async (pieces: AsyncIterable<string>) => (await all(pieces)).join("")

test.each(exports)("%s: JSON and Markdown are those of a share, byte for byte", async (_, exported) => {
  const drawn = await draw((await filesOf(exported)).filter(({ path }) => path.startsWith("session.")))
  expect(await joined(sessionJson(sessionOf(exported)))).toBe(drawn.get("session.json"))
  expect(await joined(sessionMarkdown(sessionOf(exported)))).toBe(drawn.get("session.md"))
})

test.each([...exports, ["generated", generated(1000)] as const])(
  "%s: Markdown has every prompt and every answer, complete and in order, under headings that a parser finds",
  async (_, exported) => {
    const session = sessionOf(exported)
    const markdown = await joined(sessionMarkdown(session))
    // Headings of an answer are lowered, and its rules set apart, so that none looks like a prompt.
    const flattened = (text: string) => text.replace(/^#+ /gm, "# ").replace(/\n+/g, "\n")
    const searched = flattened(markdown)
    let at = 0
    let prompts = 0
    for await (const message of session.messages()) {
      if (message.role === "malformed") continue
      const said = message.parts.filter((part) => part.type === "text" && !part.synthetic && !part.ignored)
      if (message.role === "user" && said.length > 0) prompts++
      for (const part of said) {
        const text = part.type === "text" ? flattened(part.text.trim()) : ""
        const found = searched.indexOf(text, at)
        expect([text, found >= at]).toEqual([text, true])
        at = found + text.length
      }
    }
    const headings = lexer(markdown).filter((token) => token.type === "heading" && /^Prompt \d+$/.test(token.text))
    const children = markdown.split("\n---\n\n# ").length > 1 && (exported.children ?? []).length > 0
    if (children) expect(headings.length).toBeGreaterThan(prompts)
    else expect(headings).toHaveLength(prompts)
  },
)

describe("an HTML block that an answer leaves open does not contain what follows", () => {
  test.each([
    "<!-- a note",
    "<script>",
    "<pre>\nx",
    "<style\n",
    "<textarea>",
    "<?php",
    "<!DOCTYPE x",
    "<![CDATA[ x",
    "  <PRE>",
  ])("%j", async (text) => {
    const say = (text: string) => [{ type: "text", text }]
    const messages = [
      user(say("First")),
      assistant(say(`Look:\n\n${text}`), { id: "msg_2" }),
      user(say("Second"), { id: "msg_3" }),
    ]
    const tokens = lexer(await joined(sessionMarkdown(sessionOf({ messages }))))
    const prompts = tokens.filter((token) => token.type === "heading" && /^Prompt \d+$/.test(token.text))
    expect(prompts).toHaveLength(2)
    expect(tokens.findLast(({ type }) => type !== "space")).toMatchObject({ type: "paragraph", text: "Second" })
  })
})
