import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { highlight, highlightLines, loadLanguages } from "../../../src/render/highlight/highlight.ts"
import { GRAMMARS, languageByName, languageOfFile } from "../../../src/render/highlight/languages.ts"
import { escapeText, markupOf } from "../../../src/render/html/safe-html.ts"

const languages = ["typescript", "python", "json", "markdown", "diff", "bash", "php"]
beforeAll(() => loadLanguages(languages))

const shown = (code: string, language: string | undefined, left?: number) =>
  markupOf(highlight(code, language, left === undefined ? undefined : { charsLeft: left }))
const plain = (code: string) => markupOf(escapeText(code))
const withoutSpans = (markup: string) => markup.replace(/<\/?(?:span|c-)[^>]*>/g, "")

describe("highlighting", () => {
  test("classifies the tokens of a line", () => {
    expect(shown("export async function twice(n: number) { return n * 2 } // ok", "typescript")).toBe(
      "<c- k>export async function </c-><c- f>twice</c->(n: <c- t>number</c->) { " +
        "<c- k>return</c-> n * <c- n>2</c-> } <c- c>// ok</c->",
    )
    expect(shown('{"a": "<b>"}', "json")).toBe("{<c- f>&#34;a&#34;</c->: <c- s>&#34;&lt;b&gt;&#34;</c->}")
  })

  test("knows deleted and inserted lines, and headings", () => {
    expect(shown("@@ -1 +1 @@\n-a\n+b", "diff")).toBe("<c- h>@@ -1 +1 @@</c->\n<c- d>-a</c->\n<c- i>+b</c->")
    expect(shown("# Title", "markdown")).toBe("<c- h># Title</c->")
  })

  test("continues over lines: a comment, and code inside a string", () => {
    expect(shown("/* a\nb */ 1", "typescript")).toBe("<c- c>/* a</c->\n<c- c>b */ </c-><c- n>1</c->")
    expect(shown("`a$".concat("{b}c`"), "typescript")).toBe("<c- s>`a</c->$".concat("{b}<c- s>c`</c->"))
  })

  test("is the same the second time, and whatever else is loaded", async () => {
    const code = "# T\n```sql\nselect 1\n```\n".repeat(3)
    const before = shown(code, "markdown")
    await loadLanguages(["sql"])
    expect(shown(code, "markdown")).toBe(before)
  })

  test("is the same after the line cache was cleared", () => {
    const code = "const a = `x\ny`"
    const before = shown(code, "typescript")
    for (let i = 0; i < 40; i++)
      shown(Array.from({ length: 60 }, (_, n) => `//${i} ${n} ${"y".repeat(900)}`).join("\n"), "typescript")
    expect(shown(code, "typescript")).toBe(before)
  })
})

describe("plain text", () => {
  test("where the language is unknown, not loaded, or none", () => {
    for (const language of [undefined, "", "klingon", "haskell", "__proto__", "constructor"]) {
      expect(shown("let <x> = 1", language)).toBe("let &lt;x&gt; = 1")
    }
  })

  test("in a line over 1,000 characters, but not after it", () => {
    const long = `const a = "${"x".repeat(1000)}"`
    expect(shown(`${long}\nlet b`, "typescript")).toBe(`${plain(long)}\n<c- k>let</c-> b`)
  })

  test("in a line of more than 40 opening brackets", () => {
    expect(shown(`let ${"[".repeat(41)}`, "typescript")).toBe(`let ${"[".repeat(41)}`)
    expect(shown(`let ${"[".repeat(40)}`, "typescript")).toContain("<c- ")
  })

  test("after 60,000 characters of a block", () => {
    const lines = Array.from({ length: 8000 }, () => "let a = 1").join("\n")
    expect(shown(lines, "typescript").match(/<c- k>/g)).toHaveLength(6000)
  })

  test("from where the caller's budget is spent", () => {
    const budget = { charsLeft: 53 }
    expect(markupOf(highlight("let a = 1\nlet b = 2\nlet c = 3", "typescript", budget)).match(/<c- k>/g)).toHaveLength(
      2,
    )
    expect(budget.charsLeft).toBe(5)
    expect(markupOf(highlight("let abcd = 1", "typescript", budget))).toBe("let abcd = 1")
    expect(budget.charsLeft).toBe(5)
  })

  test("from a line with more tokens than the budget", () => {
    const budget = { charsLeft: 50 }
    expect(markupOf(highlight("let a=1,b=2,c=3,d=4,e=5", "typescript", budget))).not.toContain("<")
    budget.charsLeft = 200
    expect(markupOf(highlight("let a=1,b=2,c=3,d=4,e=5", "typescript", budget)).match(/<c- /g)!.length).toBeGreaterThan(
      5,
    )
    expect(budget.charsLeft).toBe(128)
  })

  test("costs nothing of the budget", () => {
    const budget = { charsLeft: 100 }
    highlight("let a = 1", undefined, budget)
    expect(budget.charsLeft).toBe(100)
  })
})

describe("lines", () => {
  test("are as many as the code has, without their ends", () => {
    expect(highlightLines("a\r\n\nb\n", "typescript").map(markupOf)).toEqual(["a", "", "b", ""])
    expect(highlightLines("", undefined).map(markupOf)).toEqual([""])
  })
})

describe("a hunk", () => {
  const openers: [language: string, opener: string, closer: string][] = [
    ["python", '"""', '"""'],
    ["typescript", "`", "`"],
    ["typescript", "/*", "*/"],
    ["php", "/*", "*/"],
  ]
  const row = fc.record({
    kind: fc.constantFrom("same", "add", "del", "note"),
    text: fc.oneof(
      fc.constantFrom(...openers.flatMap(([, opener, closer]) => [opener, closer, `${opener}a`, `b${closer}`])),
      fc.stringMatching(/^[a-z ="'{}]{0,12}$/),
    ),
  })
  const drawn = (rows: { kind: "same" | "add" | "del" | "note"; text: string }[], language: string) =>
    highlightLines(
      rows.map(({ text }) => text).join("\n"),
      language,
      undefined,
      [],
      rows.map(({ kind }) => kind),
    ).map(markupOf)

  test("of which both sides open a string or a comment continues in it, and ends it once", () => {
    for (const [language, opener, closer] of openers) {
      const rows = [`-${opener}Load`, `+${opener}Check`, " it's the rest", ` ${closer}`, " return 1"].map((line) => ({
        kind: ({ "-": "del", "+": "add" } as const)[line[0] as "-" | "+"] ?? ("same" as const),
        text: line.slice(1),
      }))
      const after = [`${opener}Check`, "it's the rest", closer, "return 1"].join("\n")
      expect([language, ...drawn(rows, language).slice(1)]).toEqual([language, ...shown(after, language).split("\n")])
    }
  })

  test("shows each side as that side is shown by itself", () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 12 }),
        fc.constantFrom("python", "typescript", "markdown", "php"),
        (rows, language) => {
          const lines = drawn(rows as Parameters<typeof drawn>[0], language)
          const sideOf = (own: string, other: string) => {
            const kept = rows.flatMap(({ kind, text }, i) =>
              kind === other || kind === "note" ? [] : [{ kind, text, i }],
            )
            const alone = highlightLines(kept.map(({ text }) => text).join("\n"), language).map(markupOf)
            return kept.flatMap(({ kind, i }, at) => (kind === own ? [[lines[i], alone[at]]] : []))
          }
          for (const [found, expected] of [...sideOf("add", "del"), ...sideOf("same", "del"), ...sideOf("del", "add")])
            expect(found).toBe(expected)
        },
      ),
    )
  })
})

describe("hostile code", () => {
  test.each([...languages, undefined])("in %s never throws, and every character is kept", (language) => {
    const unit = fc.constantFrom(
      "a",
      "1",
      " ",
      "\n",
      "\t",
      "<",
      ">",
      "&",
      "'",
      '"',
      "`",
      "$",
      "{",
      "}",
      "(",
      "/",
      "*",
      "#",
      "-",
      "\\",
      "é",
      "😀",
      "\ud800",
      "\u0000",
      "\u2028",
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (code) => {
        const signs = (markup: string) => markup.replaceAll(/<span class="u">(U\+[0-9A-F]+)<\/span>/g, "$1")
        const markup = signs(shown(code, language))
        // Tokens are escaped one by one: a surrogate pair split by a grammar would show here.
        expect(withoutSpans(markup)).toBe(signs(code.split("\n").map(plain).join("\n")))
        expect(markup).toMatch(/^(?:<c- [kscftndih]>[^<]+<\/c->|[^<>]+)*$/)
      }),
    )
  })

  test("nested deeply is read", () => {
    const code = "(\n".repeat(25_000)
    expect(withoutSpans(shown(code, "typescript"))).toBe(code)
  })
})

describe("the language of a fence", () => {
  test.each([
    ["ts", "typescript"],
    ["TSX", "tsx"],
    ['js title="a.js"', "javascript"],
    ["{.python .numberLines}", "python"],
    ["rust,ignore", "rust"],
    ["c++", "cpp"],
    ["c#", "csharp"],
    ["shell", "bash"],
    ["console", "shellsession"],
    ["objective-c", "objective-c"],
  ])("%s is %s", (info, language) => expect(languageByName(info)).toBe(language))

  test.each(["", " ", "text", "constructor", "__proto__", "toString", '"><script>', "ts\u0000x", "klingon"])(
    "%j has no grammar of its own, or a known one",
    (info) => expect([undefined, "typescript"]).toContain(languageByName(info)),
  )
})

describe("the language of a file", () => {
  test.each([
    ["src/a.ts", "typescript"],
    ["C:\\x\\b.PY", "python"],
    ["Makefile", "make"],
    ["docker/Dockerfile.dev", "docker"],
    ["CMakeLists.txt", "cmake"],
    ["tsconfig.json", "jsonc"],
    [".env.local", "dotenv"],
    ["a.d.ts", "typescript"],
  ])("%s is %s", (path, language) => expect(languageOfFile(path)).toBe(language))

  test.each(["", "LICENSE", "a.", ".", "a.ts/", "a.constructor", "x.__proto__"])("%j is not known", (path) =>
    expect(languageOfFile(path)).toBeUndefined(),
  )
})

test("every supported language loads and highlights", async () => {
  await loadLanguages([...Object.keys(GRAMMARS), "klingon", "__proto__"])
  const sample = '# "a" // 1\nif true { return 1 }\n<a b="c">\n[x]\nkey: "v"\nA=1\n+b\nselect 1\n$ ls -l'
  for (const language of Object.keys(GRAMMARS)) expect(shown(sample, language), language).toContain("<c- ")
})
