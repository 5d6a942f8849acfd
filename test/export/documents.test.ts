import { lexer } from "marked"
import { describe, expect, test } from "vitest"
import { sessionJson, sessionMarkdown } from "../../src/render/session-documents.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { draw, type Exported, exports, filesOf } from "../render/draw.ts"
import { assistant, user } from "../render/parts-draw.ts"
import { all, recordOf } from "../support/record.ts"

const sessionOf = (exported: Exported) => normalizeSession(recordOf(exported))
const joined = async (pieces: AsyncIterable<string>) => (await all(pieces)).join("")

test.each(exports)("%s: JSON and Markdown are those of a share, byte for byte", async (_, exported) => {
  const drawn = await draw((await filesOf(exported)).filter(({ path }) => path.startsWith("session.")))
  expect(await joined(sessionJson(sessionOf(exported)))).toBe(drawn.get("session.json"))
  expect(await joined(sessionMarkdown(sessionOf(exported)))).toBe(drawn.get("session.md"))
})

describe("a block of HTML that an answer leaves open takes in nothing of what follows", () => {
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
    const prompts = tokens.filter((token) => token.type === "heading" && token.text === "Prompt")
    expect(prompts).toHaveLength(2)
    expect(tokens.findLast(({ type }) => type !== "space")).toMatchObject({ type: "paragraph", text: "Second" })
  })
})
