import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { escapeProse, escapeText, html, markupOf, printable } from "../../../src/render/html/safe-html.ts"
import { draw, filesOf } from "../draw.ts"
import { assistant, call } from "../items/parts-draw.ts"
import { expectShare } from "../page-rules.ts"

const chip = (name: string) => `<span class="u">${name}</span>`
const code = (text: string) => markupOf(escapeText(text))
const prose = (text: string) => markupOf(escapeProse(text))

const turning = ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"]
const invisible = ["\u2060", "\u2064", "\ufeff", "\u180e", "\u115f", "\u3164", "\uffa0", "\u{e0041}", "\u{e01ef}"]
const ofWriting = ["\u00ad", "\u061c", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\ufe0f", "\u2028"]
const name = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`

describe("a character that cannot be seen", () => {
  test.each([...turning, ...invisible, ...ofWriting])("is named in code (%j)", (character) => {
    expect(code(`a${character}b`)).toBe(`a${chip(name(character))}b`)
    expect(markupOf(html`<code>${`a${character}b`}</code>`)).toBe(`<code>a${chip(name(character))}b</code>`)
  })

  test.each([...turning, ...invisible])("is named in prose, if no text needs it (%j)", (character) => {
    expect(prose(`a${character}b`)).toBe(`a${chip(name(character))}b`)
  })

  test.each(ofWriting)("stays in prose, if some text needs it (%j)", (character) => {
    expect(prose(`a${character}b`)).toBe(`a${character}b`)
  })

  test("is named without markup in an attribute and in what components write", () => {
    expect(markupOf(html`<a href="${"x\u202ey"}" title="${"<\u2066"}">z</a>`)).toBe(
      '<a href="x⟨U+202E⟩y" title="&lt;⟨U+2066⟩">z</a>',
    )
    expect(printable('<p title="x\u202ey">\u{e0041}</p>')).toBe('<p title="x⟨U+202E⟩y">⟨U+E0041⟩</p>')
  })
})

describe("a legitimate use stays", () => {
  test.each([
    ["a family", "👨‍👩‍👧‍👦"],
    ["a heart", "❤️"],
    ["a skin", "👍🏽"],
    ["a keycap", "1️⃣"],
    ["a flag", "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}"],
    ["Persian", "می\u200cخواهم"],
    ["Hindi", "क्\u200dष"],
  ])("%s", (_, text) => {
    expect(code(text)).toBe(text)
    expect(prose(text)).toBe(text)
  })
})

describe("an invisible carrier of text", () => {
  test("is no character that Unicode lists as not shown", () => {
    const hidden: string[] = []
    for (let point = 0x80; point < 0x110000; point++) {
      const character = String.fromCodePoint(point)
      if (/\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/u.test(character)) hidden.push(character)
    }
    expect(hidden.length).toBeGreaterThan(4_000)
    expect(hidden.filter((character) => code(`a${character}b`) !== `a${chip(name(character))}b`)).toEqual([])
  })

  test("is no run of variation selectors, also in prose", () => {
    expect(prose("a\ufe01\ufe02\ufe03")).toBe(`a\ufe01${chip("U+FE02")}${chip("U+FE03")}`)
    expect(prose("\u845b\u{e0100}\u{e0101}")).toBe(`\u845b\u{e0100}${chip("U+E0101")}`)
  })

  test("is no flag other than the known ones", () => {
    const tags = ["U+E0068", "U+E0069", "U+E007F"].map(chip).join("")
    expect(code("🏴\u{e0068}\u{e0069}\u{e007f}")).toBe(`🏴${tags}`)
    expect(prose("🏴\u{e0068}\u{e0069}\u{e007f}")).toBe(`🏴${tags}`)
  })
})

test("no text hides anything in code, and nothing else is lost", () => {
  const hidden = fc.constantFrom(...turning, ...invisible, ...ofWriting.filter((c) => c !== "\u200d" && c !== "\ufe0f"))
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom("a", "<", "&", '"', " ", "\n", "x=1"), hidden)), (pieces) => {
      const markup = code(pieces.join(""))
      expect(markup).not.toMatch(/[\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]/)
      expect(markup).not.toMatch(/[\u{e0000}-\u{e0fff}]/u)
      const seen = markup.replaceAll(/<span class="u">(U\+[0-9A-F]+)<\/span>/g, (_, u: string) =>
        String.fromCodePoint(Number.parseInt(u.slice(2), 16)),
      )
      expect(seen.replaceAll("&lt;", "<").replaceAll("&#34;", '"').replaceAll("&amp;", "&")).toBe(pieces.join(""))
    }),
  )
})

test("a rendered page hides nothing in machine output", async () => {
  const all = [...turning, ...invisible, ...ofWriting].join("x")
  const text = `a${all}z\n`
  const patch = `@@ -1 +1 @@ ${all}\n-${text}+b${text}`
  const parts = [
    call("bash", { input: { command: text }, output: text }),
    call("bash", { status: "error", input: { command: "x" }, error: text }),
    call("read", { input: { filePath: `/a/${all}.ts` }, output: `<file>\n00001| ${text}</file>` }),
    call("write", { input: { filePath: "/a/b.ts", content: text } }),
    call("edit", { input: { filePath: "/a/b.ts" }, metadata: { diff: patch } }),
    call("grep", { input: { pattern: text }, output: text }),
    call("some_tool", { input: { [`k${all}`]: text }, output: text }),
  ]
  const info = { id: "ses_1", title: `T ${all}` }
  const drawn = await draw(await filesOf({ info, messages: [assistant(parts)] }))
  expectShare(drawn)
  const pages = [...drawn].filter(([name]) => name.endsWith(".html")).map(([, html]) => html)
  const said = pages.flatMap((html) => html.match(/<(pre|dd|code)\b.*?<\/\1>/gs) ?? [])
  expect(said.filter((markup) => markup.includes(chip("U+202E"))).length).toBeGreaterThan(7)
  const found = (texts: string[], characters: string[]) =>
    texts.filter((markup) => characters.some((character) => markup.includes(character)))
  expect(found(pages, [...turning, ...invisible])).toEqual([])
  expect(found(said, ofWriting)).toEqual([])
})
