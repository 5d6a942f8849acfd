import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  emptyHtml,
  escapeProse,
  escapeText,
  html,
  joinHtml,
  markupOf,
  type SafeHtml,
  scriptElement,
  styleElement,
} from "../../../src/render/html/safe-html.ts"
import { runs } from "../../support/property-runs.ts"
import { readHtml } from "../read-html.ts"

describe("text", () => {
  test.each([
    [`<a href="x" title='y'>&</a>`, "&lt;a href=&#34;x&#34; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;"],
    ["\ud800 \udc00 \ud83d\ude00", "\ufffd \ufffd \ud83d\ude00"],
    ["\u0000 \u0007 \u001b \t \n", "\u2400 \u2407 \u241b \t \n"],
    ["\u007f \u0080 \u009f \ufffe \uffff", "\ufffd \ufffd \ufffd \ufffd \ufffd"],
    ["one\r\ntwo\rthree", "one\ntwo\nthree"],
    ["&lt; &amp;", "&amp;lt; &amp;amp;"],
  ])("%j", (text, markup) => {
    expect(markupOf(escapeText(text))).toBe(markup)
  })

  test("of any kind renders as text only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const read = readHtml(markupOf(html`<p title="${text}">${text}</p>`))
        // Hidden characters become our own labels.
        const [first, ...signs] = read.elements
        expect(first!.name).toBe("p")
        for (const { name, attributes } of signs) expect([name, ...attributes]).toEqual(["span", ["class", "u"]])
        // Attributes keep hidden characters that text needs.
        if (/[\u00ad\u061c\u200b-\u200f\u2028\u2029]|\u034f|[\u180b-\u180f]|[\ufe00-\ufe0f]|\udb40/.test(text)) return
        expect(first!.attributes.get("title")!.replaceAll(/[⟨⟩]/g, "")).toBe(read.text.replaceAll(/[⟨⟩]/g, ""))
        if (/^[\u0020-\u007e]*$/.test(text)) expect(read.text).toBe(text)
      }),
      { numRuns: runs(2_000) },
    )
  })
})

describe("prose", () => {
  test.each([
    ["&copy; &#8212; &#x2014; &lt;b&gt;", "&copy; &#8212; &#x2014; &lt;b&gt;"],
    ["<b> & &; &#; &#x; &1; &b<", "&lt;b&gt; &amp; &amp;; &amp;#; &amp;#x; &amp;1; &amp;b&lt;"],
    ["&amp;lt;", "&amp;lt;"],
  ])("%j keeps its character references", (text, markup) => {
    expect(markupOf(escapeProse(text))).toBe(markup)
  })

  test("of any kind renders as text only", () => {
    const pieces = fc.constantFrom(
      "&",
      "#",
      "x",
      ";",
      "<",
      ">",
      '"',
      "lt",
      "amp",
      "60",
      "3c",
      "&lt;",
      "&#60;",
      "\u0000",
    )
    fc.assert(
      fc.property(fc.array(pieces), (list) => {
        expect(readHtml(markupOf(escapeProse(list.join("")))).elements).toEqual([])
      }),
    )
  })
})

describe("safe markup", () => {
  test("is built from escaped text, numbers and safe markup", () => {
    const inner = html`<b>${"<i>"}</b>`
    expect(markupOf(html`<p>${inner}${3}${[inner, emptyHtml]}</p>`)).toBe("<p><b>&lt;i&gt;</b>3<b>&lt;i&gt;</b></p>")
    expect(markupOf(joinHtml([inner, inner]))).toBe("<b>&lt;i&gt;</b><b>&lt;i&gt;</b>")
  })

  test.each([
    ["text", "<script>"],
    ["nothing", undefined],
    ["null", null],
    ["a number", 1],
    ["an object", {}],
    ["an object that prints as markup", { toString: () => "<script>" }],
    ["the names of the brand, as JSON can say them", JSON.parse('{"Symbol(opencode-bucket.safe-html)":"<script>"}')],
    ["the description of the brand", JSON.parse('{"opencode-bucket.safe-html":"<script>","brand":"<script>"}')],
    ["a prototype, as JSON can say it", JSON.parse('{"__proto__":{"brand":"<script>"}}')],
    ["a brand that holds no text", { [Symbol.for("opencode-bucket.safe-html")]: { toString: () => "<script>" } }],
  ])("cannot be made of %s", (_, value) => {
    const forged = value as SafeHtml
    expect(() => markupOf(forged)).toThrow(TypeError)
    expect(() => joinHtml([forged])).toThrow(TypeError)
    if (typeof value !== "string" && typeof value !== "number") expect(() => html`<p>${forged}</p>`).toThrow(TypeError)
  })

  test("cannot be created from JSON", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(() => markupOf(JSON.parse(json))).toThrow(TypeError)
      }),
    )
  })

  test("a style sheet cannot end its element", () => {
    expect(() => styleElement("a{} </STYLE ><script>")).toThrow(TypeError)
    expect(styleElement("a{}")).toEqual({
      markup: expect.anything(),
      hash: "X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk=",
    })
  })
})

describe("a script", () => {
  test.each(["</SCRIPT ", "<!--", "<script", "\r", "\u0000", "\u0085", "\ud800"])("cannot hold %j", (text) => {
    expect(() => scriptElement(`let a = '${text}'`)).toThrow(TypeError)
  })

  test("is known by its hash", () => {
    const { markup, hash } = scriptElement("let a = 1 < 2 // \u2192 \u2028\n")
    expect(markupOf(markup)).toBe("<script>let a = 1 < 2 // \u2192 \u2028\n</script>")
    expect(hash).toBe(createHash("sha256").update("let a = 1 < 2 // \u2192 \u2028\n").digest("base64"))
  })
})

describe("the sources", () => {
  const root = path.join(import.meta.dirname, "..", "..", "..", "src")
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:astro|ts)$/.test(name))
    .map((name): [string, string] => [name.replaceAll("\\", "/"), readFileSync(path.join(root, name), "utf8")])
  const having = (pattern: RegExp) => sources.filter(([, source]) => pattern.test(source)).map(([name]) => name)

  test("write markup unescaped in one place", () => {
    expect(having(/set:html/)).toEqual(["components/Markup.astro"])
    expect(having(/set:text|innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment/)).toEqual(
      [],
    )
  })

  test("create safe markup in one place", () => {
    expect(having(/opencode-bucket\.safe-html/)).toEqual(["render/html/safe-html.ts"])
  })

  test("have no inline style, no inline script, no handler and no spread of attributes", () => {
    const components = sources.filter(([name]) => name.endsWith(".astro"))
    expect(components.length).toBeGreaterThan(10)
    for (const [name, source] of components)
      expect({ name, found: /\sstyle=|is:inline|define:vars|<script|\son[a-z]+=|\{\.\.\./.exec(source)?.[0] }).toEqual({
        name,
        found: undefined,
      })
  })
})
