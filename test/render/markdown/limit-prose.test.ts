import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { limitProse } from "../../../src/render/markdown/limit-prose.ts"
import { splitBlocks } from "../../../src/render/markdown/prose-blocks.ts"
import { PROMPT_LIMITS, PROSE_LIMITS, SEARCH_LIMITS, TASK_LIMITS } from "../../../src/render/markdown/prose-limits.ts"
import { runs } from "../../support/property-runs.ts"
import { drawn } from "./drawn.ts"

const all = [PROMPT_LIMITS, PROSE_LIMITS, SEARCH_LIMITS, TASK_LIMITS]

const markdown = fc
  .array(
    fc.constantFrom("a", " ", "\n", "\n\n", "```js\n", "```\n", "~~~~\n", "    ", "- ", "> ", "`", "# ", "x\n```", "|"),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(""))

test("the blocks add up to the text", () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const blocks = splitBlocks(text)
      expect(blocks.map((block) => block.text).join("")).toBe(text)
      expect(blocks.reduce((sum, { lines }) => sum + lines, 0)).toBe(text.split("\n").length)
    }),
    { numRuns: runs(2_000) },
  )
})

test("a text within its limits stays as it is", () => {
  fc.assert(
    fc.property(markdown, fc.constantFrom(...all), (text, limits) => {
      const piece = { type: "markdown", text }
      expect(limitProse(text, limits)).toEqual({
        pieces: text === "" ? [{ type: "markdown", text: "" }] : [piece],
        omittedChars: 0,
      })
    }),
  )
})

/** Generates pasted texts of a number of lines. */
const pasted: Record<string, (lines: number) => string> = {
  "a log": (lines) => logOf(lines, "\n"),
  "a log with blank lines": (lines) => logOf(Math.ceil(lines / 2), "\n\n"),
  "a log in a fence": (lines) => `\`\`\`\n${logOf(lines, "\n")}\n\`\`\``,
  "a log in a fence that is not closed before the next": (lines) => `~~~text\n${logOf(lines, "\n")}\n~~~`,
  "indented output": (lines) => `    ${logOf(lines, "\n    ")}`,
  "a list": (lines) => `- ${logOf(lines, "\n- ")}`,
  "a table": (lines) => `|a|b|\n|-|-|\n${logOf(lines, "|b|\n|")}`,
  markup: (lines) => `<div>\n${logOf(lines, "\n")}\n</div>`,
}
const logOf = (lines: number, separator: string) =>
  Array.from({ length: lines }, (_, i) => `12:00:01 worker-${i % 7} [info] job_${i} done in ${i} ms`).join(separator)

describe.each(Object.entries(pasted))("a prompt with %s of thousands of lines", (_, paste) => {
  test("shows its own words in place, with notes where text is left out", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2_000, max: 20_000 }), fc.constantFrom(1, 2), async (lines, pastes) => {
        const words = ["**Before** it.", "Why does `worker-3` die?"]
        const text = [words[0], ...Array.from({ length: pastes }, () => paste(lines)), words[1]].join("\n\n")
        const markup = await drawn(text, PROMPT_LIMITS)
        const places = [
          "<p><strong>Before</strong> it.</p>",
          "left out]",
          "<p>Why does <code>worker-3</code> die?</p>",
        ].map((part) => markup.indexOf(part))
        expect(places).not.toContain(-1)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
        expect(markup.split("\n").length).toBeLessThan(450)
      }),
      { numRuns: runs(3) },
    )
  })
})

test("a question between two logs is kept in place", async () => {
  const [log, fence] = [pasted["a log"]!(3_000), pasted["a log in a fence"]!(3_000)]
  const markup = await drawn(`${log}\n\nWhat is **this**?\n\n${fence}`, PROMPT_LIMITS)
  expect(markup).toMatch(/left out\][\s\S]*<p>What is <strong>this<\/strong>\?<\/p>[\s\S]*left out\]/)
})

describe.each(["x".repeat(25_000), "iVBORw0KGgo".repeat(6_000), "word ".repeat(12_000), "字".repeat(25_000)])(
  "a line of thousands of characters (%#)",
  (line) => {
    test.each([
      ["a paragraph", `${line}`],
      ["a fence", `\`\`\`sh\n${line}\n\`\`\``],
      ["a list", `- a\n- ${line}`],
      ["code", `\`${line}\``],
    ])("in %s is truncated on its own", async (_, block) => {
      const around = ["## Heading", "| a | b |\n|-|-|\n| 1 | **2** |", "- [x] done", "The *end*."]
      const markup = await drawn([around[0], around[1], block, around[2], around[3]].join("\n\n"))
      for (const part of ["<h4>Heading</h4>", "<td><strong>2</strong></td>", "☑", "<em>end</em>"])
        expect(markup).toContain(part)
      expect(markup).toMatch(/ … [\d,]+ characters left out … /)
      expect(markup.length).toBeLessThan(60_000)
    })
  },
)

test("an answer keeps its end, whatever its middle contains", async () => {
  const fillers = ["- **a** [b](https://c.example)\n", "| *a* | `b` |\n", "*a* **b** `c`\n\n", "> - a\n\n", "# a\n"]
  for (const filler of fillers) {
    const head = filler.startsWith("|") ? "|a|b|\n|-|-|\n" : ""
    const markup = await drawn(`**Start**\n\n${head}${filler.repeat(3_000)}\n\nThe **end**, as said.`)
    expect(markup).toMatch(
      /^<p><strong>Start<\/strong><\/p>[\s\S]*left out\][\s\S]*<p>The <strong>end<\/strong>, as said.<\/p>$/,
    )
  }
})
