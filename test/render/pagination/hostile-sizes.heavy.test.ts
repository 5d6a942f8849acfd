import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { PAGE_LIMIT } from "../../../src/render/pagination/paginate.ts"
import { runs } from "../../support/property-runs.ts"
import { draw, type Exported, filesOf } from "../draw.ts"
import { heavyParts, heavyTexts, heavyUserParts } from "../heavy-parts.ts"
import { assistant, call, user } from "../items/parts-draw.ts"
import { expectShare } from "../page-rules.ts"

/** All files of a share, whose pages are valid and of bounded size. */
async function boundedPages(exported: Exported): Promise<Map<string, string>> {
  const drawn = await draw(await filesOf(exported, { live: false }))
  expectShare(drawn)
  const pages = new Map([...drawn].filter(([path]) => path.endsWith(".html")))
  for (const [path, html] of pages) {
    expect(Buffer.byteLength(html), path).toBeLessThan(PAGE_LIMIT.bytes)
    expect(html.match(/<[a-z]/g)!.length, path).toBeLessThan(PAGE_LIMIT.elements)
    expect(html, path).not.toContain("Too large for a page")
  }
  return pages
}

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n")

/** Texts on which browsers and Markdown parsers could be slow. */
const texts: Record<string, string> = {
  "a line of 5 MB": "a *b* ".repeat(850_000),
  "a word of 5 MB": "x".repeat(5_000_000),
  "100,000 items of a list": lines(100_000, (i) => `- item ${i}`),
  "10,000 lists, one in the other": lines(10_000, (i) => `${" ".repeat(i % 1_000)}- a`),
  "10,000 lists in one line": "- ".repeat(10_000).concat("a"),
  "10,000 quotes, one in the other": "> ".repeat(10_000).concat("a"),
  "a table of 1,000 by 1,000": `|${"a|".repeat(1_000)}\n|${"-|".repeat(1_000)}\n${lines(1_000, () => `|${"b|".repeat(1_000)}`)}`,
  "a million combining characters": `Z${"\u0310\u0489".repeat(500_000)}`,
  "a hundred thousand emoji in one": "\u{1f468}\u200d".repeat(100_000),
  "a million turns of direction": "\u202e\u2066\u05d0a\u2069".repeat(200_000),
  "a million hidden characters": "\u200b\u2060\u{e0041}".repeat(300_000),
  "a million colours": lines(20_000, (i) => `\u001b[3${i % 8}m${"\u001b[1ma\u001b[0m".repeat(20)}`),
  "a mention, 100,000 times": "@a ".repeat(100_000),
  "100,000 addresses": "https://a.example/?q=%20&b=c ".repeat(100_000),
  "100,000 fences": "```js\na\n```\n".repeat(100_000),
  "a million brackets": "[".repeat(1_000_000),
  "short lines of brackets": lines(10_000, () => "[a](".repeat(20)),
}

const mentions = (names: number) =>
  Array.from({ length: names }, (_, i) => ({ type: "agent", name: i % 2 ? "a" : `b${i}` }))

/** A session with the text in a prompt, an answer and a tool call. */
const session = (text: string): Exported => ({
  info: { id: "ses_1", title: text, directory: text },
  messages: [
    user([{ type: "text", text }, ...mentions(50), { type: "text", text, synthetic: true }]),
    assistant(
      [
        { type: "reasoning", text },
        { type: "text", text },
        call("bash", { input: { command: text, description: text }, output: text, metadata: { exit: 0 } }),
        call("write", { input: { filePath: `/a/${text.slice(0, 5_000)}.md`, content: text } }),
        call("edit", { input: { filePath: "/a/b.ts", oldString: text, newString: `${text}!` } }),
        call("x", { input: { [text.slice(0, 100_000)]: text }, output: text, title: text }),
        { type: "text", text: "After." },
      ],
      { id: "msg_2" },
    ),
  ],
})

test.each(Object.entries(texts))("%s becomes pages of bounded size in which every link resolves", async (_, text) => {
  expect([...(await boundedPages(session(text))).values()].join("")).toContain("<p>After.</p>")
})

const heavy = (role: "user" | "assistant") => {
  const kinds: Record<string, (n: number, text: string) => object> = role === "user" ? heavyUserParts : heavyParts
  const part = fc.record({
    kind: fc.constantFrom(...Object.keys(kinds)),
    text: fc.constantFrom(...Object.keys(heavyTexts)),
    n: fc.nat(20),
    length: fc.constantFrom(1, 30, 1_000),
  })
  return fc
    .array(part, { minLength: 1, maxLength: 12 })
    .map((parts) => parts.map(({ kind, text, n, length }) => kinds[kind]!(n, heavyTexts[text]!(length))))
    .map((parts) => (role === "user" ? user(parts) : assistant(parts)))
}

describe("any parts with the largest possible markup", () => {
  test("become pages of bounded size", async () => {
    const message = fc.oneof(heavy("user"), heavy("assistant"))
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 3 }), async (messages) => {
        await boundedPages({ messages: messages.map((message, i) => withIds(message, i)) })
      }),
      { numRuns: runs(25) },
    )
  })

  const kinds: [string, (n: number, text: string) => object][] = [
    ...Object.entries(heavyParts),
    ...Object.entries(heavyUserParts).map(([kind, make]): (typeof kinds)[number] => [`a user's ${kind}`, make]),
  ]
  test.each(kinds)("%s", async (kind, make) => {
    for (const text of Object.values(heavyTexts)) {
      const parts = [make(6, text(500))]
      await boundedPages({ messages: [withIds(kind.startsWith("a user") ? user(parts) : assistant(parts), 0)] })
    }
  })
})

function withIds({ info, parts }: ReturnType<typeof user>, i: number) {
  return { info: { ...info, id: `msg_${i}` }, parts: parts.map((part, n) => ({ ...part, id: `prt_${i}x${n}` })) }
}
