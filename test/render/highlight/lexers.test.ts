import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { highlight } from "../../../src/render/highlight/highlight.ts"
import { GRAMMARS } from "../../../src/render/highlight/languages.ts"
import { initialState, lexLine } from "../../../src/render/highlight/lexer.ts"
import { hasLexer, lexerOf } from "../../../src/render/highlight/lexers.ts"
import { markupOf } from "../../../src/render/html/safe-html.ts"
import { runs } from "../../support/property-runs.ts"

/** Code with its highlighted tokens as `class:text`, joined by `|`. */
function pieces(code: string, language: string): string {
  const found = markupOf(highlight(code, language)).matchAll(/<c- (\w)>([^<]*)<\/c->/g)
  const text = (html: string) =>
    html
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&#34;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&")
  return [...found].map(([, name, piece]) => `${name}:${text(piece!).trim()}`).join("|")
}

describe("tokens of", () => {
  test.each([
    ["typescript", "const a: Map<string, number> = b / c / d", "k:const|t:Map|t:string|t:number"],
    ["typescript", "x = /[/]\\/a/g.test(y)", "s:/[/]\\/a/g|f:test"],
    ["typescript", "`a$".concat("{f({ b: 1 })}c` + 2"), "s:`a|f:f|f:b|n:1|s:c`|n:2"],
    ["typescript", "interface A {\n  name: string\n}", "k:interface|t:A|t:string"],
    ["typescript", "return { name: f(x), at: 1 }", "k:return|f:name|f:f|f:at|n:1"],
    ["tsx", "return <A b={c ? 1 : 2} d>e {f()}</A>", "k:return|t:A|f:b|n:1|n:2|f:d|f:f|t:A"],
    ["javascript", "if (a < b && c > d) { class_() }", "k:if|f:class_"],
    [
      "python",
      'class A(B):\n  """a\n  b"""\n  def c(self): return None',
      'k:class|t:A|s:"""a|s:b"""|k:def|f:c|k:self|k:return|n:None',
    ],
    ["bash", 'for a in b; do\n  echo "$a x" --c # d\ndone', 'k:for|k:in|s:b|k:do|f:echo|s:"|s:x"|n:--c|c:# d|k:done'],
    ["bash", "cat <<'EOF'\n$a\nEOF\nls", "f:cat|k:<<'EOF'|s:$a|s:EOF|f:ls"],
    ["yaml", "a: |\n  b: c\nd: 1 # e", "f:a|k:||s:b: c|f:d|n:1|c:# e"],
    ["json", '{"a": ["b", 1, true]}', 'f:"a"|s:"b"|n:1|n:true'],
    ["css", "@media print {\n  a:hover { --b: 1px; color: red }\n}", "k:@media print|k:a|f::hover|n:1px|f:color|n:red"],
    [
      "html",
      '<p class="a">b</p><script>let a</script><!-- c\n-->',
      'k:p|f:class|s:"a"|k:p|k:script|k:let|k:script|c:<!-- c|c:-->',
    ],
    ["markdown", "# a\n```ts\nlet b\n```\n`c`", "h:# a|s:```ts|k:let|s:```|s:`c`"],
    ["go", "func a(b string) {\n\tc := `d\ne`\n}", "k:func|f:a|t:string|s:`d|s:e`"],
    ["rust", "fn a<'b>(c: &'b str) -> u8 { 'd' }", "k:fn|f:a|t:'b|t:'b str|t:u8|s:'d'"],
    ["c", "#include <a.h>\nint b(void); /* c\n*/", "k:#include|s:<a.h>|k:int|f:b|k:void|c:/* c|c:*/"],
    ["sql", "SELECT name FROM a WHERE b = 'c''d'", "k:SELECT|k:FROM|k:WHERE|s:'c''d'"],
    ["toml", '[a]\nb = """c\nd"""', 't:[a]|f:b|s:"""c|s:d"""'],
    ["powershell", "if ($a -eq $null) { Get-Item 'b' } <# c\n#>", "k:if|k:-eq|n:$null|f:Get-Item|s:'b'|c:<# c|c:#>"],
    ["astro", "---\nconst a = 1\n---\n<A b={a} />", "c:---|k:const|n:1|c:---|k:A|f:b"],
  ])("%s: %s", (language, code, expected) => expect(pieces(code, language)).toBe(expected))
})

test("every lexer reads any line to its end, in order, from any reachable state", () => {
  const unit = fc.constantFrom(
    ..."aA1 \t<>&'\"`$}{()[]/*#-\\=:;,.@|%!?+~é😀\ud800",
    "/*",
    "$".concat("{"),
    "</",
    "---",
    "```",
    "<script>",
    'R"(',
  )
  for (const language of Object.keys(GRAMMARS).filter(hasLexer)) {
    const lexer = lexerOf(language)!
    fc.assert(
      fc.property(fc.array(fc.string({ unit, maxLength: 30 }), { maxLength: 12 }), (lines) => {
        let state = initialState(lexer)
        for (const line of lines) {
          const { tokens, next } = lexLine(line, lexer, state)
          const starts = tokens.filter((_, i) => i % 2 === 0)
          expect(starts).toEqual(starts.toSorted((a, b) => a - b))
          expect(starts.every((start) => start < line.length || line === "")).toBe(true)
          expect(next.depth).toBeLessThanOrEqual(100)
          state = next
        }
      }),
      { numRuns: runs(60) },
    )
  }
})
