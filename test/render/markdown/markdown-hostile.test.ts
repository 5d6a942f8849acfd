import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { runs } from "../../support/property-runs.ts"
import { type Markup, readHtml } from "../read-html.ts"
import { drawn } from "./drawn.ts"

const allowed = new Set(
  "p h3 h4 h5 h6 figure figcaption pre code span ul ol li blockquote hr br div table thead tbody tr th td a strong em del ins mark small kbd sub sup details summary".split(
    " ",
  ),
)
const attributes: Record<string, RegExp> = {
  class:
    /^(?:written|code|table|mid|end|task|box|target|footnote|alert|note|tip|important|warning|caution|math|terminal|[a-z]{1,2})$/,
  href: /^(?:https?:\/\/[^/]|mailto:[^/])/,
  rel: /^noopener noreferrer nofollow$/,
  tabindex: /^0$/,
  start: /^\d{1,9}$/,
  role: /^img$/,
  "aria-label": /^(?:done|open)$/,
}

function expectAllowed(markup: string): Markup {
  const read = readHtml(markup)
  for (const { name, attributes: own } of read.elements) {
    if (name === "c-") {
      for (const [attribute, value] of own)
        expect(`${attribute}=${value}`).toMatch(/^(?:[kscftndih]|[ab][a-z\d]{1,2})=$/)
      continue
    }
    expect(allowed).toContain(name)
    for (const [attribute, value] of own) {
      expect(Object.keys(attributes)).toContain(attribute)
      expect(value).toMatch(attributes[attribute]!)
      if (attribute === "href") expect(["http:", "https:", "mailto:"]).toContain(new URL(value).protocol)
    }
  }
  return read
}

const hostile = [
  "<kbd><script>alert(1)</script></kbd>",
  "<details open ontoggle=alert(1)><summary>a</summary>\n\nb\n\n</details>",
  "<details>\n<summary><img src=x onerror=alert(1)></summary>\n\nb\n\n</details>",
  "> [!NOTE]<script>alert(1)</script>\n> a",
  "a[^<script>]\n\n[^<script>]: <img src=x onerror=alert(1)>",
  "$<script>alert(1)</script>_$ $$<img src=x onerror=alert(1)>$$",
  "```<script>\n\u001b]8;;javascript:alert(1)\u0007a\u001b[31m\n```",
  "<script>alert(1)</script>",
  "<SCRIPT SRC=//evil.example></SCRIPT>",
  "a <script\n>alert(1)</script\n>",
  "<img src=x onerror=alert(1)>",
  "a <img src=x onerror=alert(1)> b",
  "<svg/onload=alert(1)>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<plaintext>",
  "<textarea><title><xmp><noscript><iframe srcdoc='<script>'>",
  "<!-- <script>alert(1)</script>",
  "<!--> <script>alert(1)</script> -->",
  "<!-- a --!> <img src=x>",
  "]]> <![CDATA[<script>alert(1)</script>]]>",
  "<?php <script>alert(1)</script> ?>",
  "</p></div></section></body></html><script>alert(1)</script>",
  "</pre></code></style></title></textarea>",
  "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example><link rel=stylesheet href=//evil.example>",
  "<form action=//evil.example><input name=a><button formaction=javascript:alert(1)>",
  "<a href=javascript:alert(1) id=page name=page>a</a>",
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](javascript&colon;alert(1))",
  "[a](java&#115;cript:alert(1))",
  "[a](java&#x73;cript:alert(1))",
  "[a](&#106;avascript:alert(1))",
  "[a](&Tab;javascript:alert(1))",
  "[a](java&NewLine;script:alert(1))",
  "[a](java%73cript:alert(1))",
  "[a](javascript%3aalert(1))",
  "[a](<java\tscript:alert(1)>)",
  "[a](< javascript:alert(1)>)",
  "[a](\u0001javascript:alert(1))",
  "[a](\u00a0javascript:alert(1))",
  "[a](java\\script:alert(1))",
  "[a](\\javascript:alert(1))",
  "[a](vbscript:msgbox(1))",
  "[a](data:text/html,<script>alert(1)</script>)",
  "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[a](blob:https://a.b/c) [b](filesystem:https://a.b/c) [c](view-source:https://a.b) [d](file:///etc/passwd)",
  "[a](//evil.example) [b](\\\\evil.example) [c](/\\evil.example) [d](https:evil.example) [e](https:///evil.example)",
  "[a](http:javascript:alert(1)) [b](https://) [c](https://[) [d](mailto:) [e](mailto://a)",
  '[a](https://b.c "t\\" onclick=\\"alert(1)") [d](https://b.c \'t" onclick="alert(1)\') [e](https://b.c (" onclick=""))',
  '[a](https://b.c/"onclick="alert(1)) [d](https://b.c/\'onclick=alert(1)) [e](<https://b.c/"><script>alert(1)</script>>)',
  '[a" onclick="alert(1)](https://b.c)',
  '![a" onerror="alert(1)](https://b.c)',
  '![a](x"onerror="alert(1))',
  "![a](javascript:alert(1)) ![b](data:image/svg+xml,<svg/onload=alert(1)>)",
  "[![a](javascript:alert(1))](javascript:alert(1))",
  "[![a](https://b.c)![d](https://e.f)](https://g.h)",
  "[![[a](https://b.c)](https://d.e)](https://f.g)",
  "[a <https://b.c> d](https://e.f)",
  "[a https://b.c d@e.fg](https://e.f)",
  "<javascript:alert(1)>",
  "<JAVASCRIPT:alert(1)>",
  "<data:text/html,a>",
  '<https://a.b/"onclick=alert(1)>',
  "<https://a.b/'onclick='alert(1)'>",
  "<a@b.c'onclick=alert(1)>",
  'https://a.b/"onclick="alert(1)',
  "www.a.b/<script>alert(1)</script>",
  "http://a.b?<script>alert(1)</script>",
  "[a]\n\n[a]: javascript:alert(1)",
  '[a]\n\n[a]: <javascript:alert(1)> "t\' onclick=alert(1)"',
  "[__proto__] [constructor] [toString][hasOwnProperty]",
  "[__proto__]: https://a.b\n\n[__proto__]",
  "`<script>alert(1)</script>` ``</code><script>``",
  "```\n</code></pre><script>alert(1)</script>\n```",
  "    </code></pre><script>alert(1)</script>",
  "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62; &#x3c;script&#x3e;",
  "&#0; &#x0; &#xd800; &#x110000; &#9999999; &#8; &lt",
  "# <script>alert(1)</script>",
  '| <script> | onclick=" |\n|-|-|\n| <img src=x onerror=alert(1)> | [a](javascript:alert(1)) |',
  "- <script>\n  alert(1)\n  </script>",
  "> <iframe src=//evil.example>\n> </iframe>",
  "**<b onclick=alert(1)>** ~~<i>~~ *[a](javascript:alert(1))*",
  "a\u0000b\ud800c\u001b[31md\u009be\uffff",
  "\u202e<script>\u2066",
  "{{alert(1)}} {alert(1)} <%= 1 %>",
  "<x-a onclick=alert(1)> <a\tb> <a/onclick=alert(1)>",
  "<<script>script>alert(1)<</script>/script>",
  "\\<script\\>alert(1)\\</script\\>",
  '[a](https://b.c\n"onclick=alert(1)")',
]

describe("hostile text", () => {
  test.each(hostile)("%j", async (text) => {
    expectAllowed(await drawn(text))
  })

  test("two at a time, in every frame", async () => {
    const frames = [
      "{}",
      "> {}",
      "- {}",
      "1. {}",
      "# {}",
      "**{}**",
      "[{}](https://a.b)",
      "`{}`",
      "|a|\n|-|\n|{}|",
      "<b>{}",
      "![{}](https://a.b)",
    ]
    for (const frame of frames)
      for (const [i, text] of hostile.entries())
        expectAllowed(await drawn(frame.replace("{}", () => text + hostile[(i * 7 + 3) % hostile.length]!)))
  })

  test("random combinations of Markdown and HTML", async () => {
    const piece = fc.oneof(
      fc.constantFrom(..."[ ] ( ) ! < > * _ ~ ` # - + . | \\ \" ' & ; : / = @ { } ^ $".split(" ")),
      fc.constantFrom(
        " ",
        "\n",
        "\n\n",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "```",
        "~~~",
        "```js\n",
        "~~~html\n",
        "---",
        "- [ ] ",
        "|-|",
        "[a]: ",
      ),
      fc.constantFrom(
        "<a ",
        "href=",
        "onclick=",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "</p>",
      ),
      fc.constantFrom(
        "javascript:",
        "https://",
        "http://",
        "www.",
        "mailto:",
        "data:",
        "//",
        "a.b",
        "a@b.c",
        "&#60;",
        "&lt;",
      ),
      fc.constantFrom("\u0000", "\ud800", "\u001b[1m", "\u202e", "\r", "é", "𝒳", "\uffff"),
      fc.constantFrom("a", "b", "word"),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        expectAllowed(await drawn(pieces.join("")))
      }),
      { numRuns: runs(3_000) },
    )
  })

  test("loses no word", async () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...hostile), word)), async (list) => {
        const words = list.map(([, own]) => `mark${own}mark`)
        const { text } = expectAllowed(await drawn(list.map(([before], i) => `${before}\n\n${words[i]}`).join("\n\n")))
        for (const own of words) expect(text).toContain(own)
      }),
      { numRuns: runs(200) },
    )
  })
})

// Checks that they end, not how long they take, which depends on the machine: the worst cases known of Markdown
// parsers.
describe("terminates on pathological text:", () => {
  const units = [
    ...["b=~", "*www.*", "b=_", "a'~", "*b=b=]", "!~a<a ", "~a**b=&"],
    ...["[", "![", "](", "[a](", "[a](<b", "[a]: b\n", "[a][b]", "*a **b", "**_a**_ ", "*a_ ", "~~a ", "`a ", "``a` "],
    ...[
      "<a ",
      '<a b="',
      "<!-- ",
      "<![CDATA[",
      "<?",
      "</",
      "&",
      "\\",
      "|a",
      "|",
      "a|b\n-|-\n",
      "> ",
      ">",
      "- ",
      "- a\n",
    ],
    ...[
      "1. ",
      "* * ",
      "- - - ",
      "  - a\n",
      "> a\n",
      "- a\n\n",
      "```\n",
      "``` \n~~~\n",
      "a\n===\n",
      "    a\n",
      "\n",
      " ",
      "\t",
    ],
    ...[
      "https://a.b ",
      "http://a.b))))",
      "www.a.",
      "a@b.c ",
      "a@a.",
      "a.",
      "[![a](b)](c)",
      "[\\",
      "[^a]: b\n",
      "[^a]: b\n\n  ",
      "[^a]: b[^a]",
      "$a",
      "$a_b$",
      "$$",
      "$$\n",
      "**「",
      "**「」**日",
      "*。*日",
      "<b>",
      "<b><i></b>",
      "</sub>",
      "<details>\n\n",
      "<details><summary>a</summary>\n\n</details>\n\n",
      "> [!NOTE]\n\n",
      "[a]: b '\n",
    ],
  ]
  test.each(units)("%j", async (unit) => {
    const endless = unit.repeat(Math.ceil(100_000 / unit.length)).slice(0, 100_000)
    const inLines = endless.match(/[\s\S]{1,15000}/g)!.join("\n")
    const inShortLines = endless.match(/[\s\S]{1,200}/g)!.join("\n")
    for (const text of [endless, inLines, inShortLines]) expectAllowed(await drawn(text))
  })

  test("hundreds of levels of lists, thousands of quotes", async () => {
    expectAllowed(await drawn(Array.from({ length: 400 }, (_, i) => `${"  ".repeat(i)}- a`).join("\n")))
    expectAllowed(await drawn(`${"> ".repeat(10_000)}a`))
  })

  test("a line of 5 MB", async () => {
    expectAllowed(await drawn("a *b* ".repeat(900_000)))
  })
})

test("a paragraph of thousands of marks that could pair is shown as source", async () => {
  const knot = "_a*".repeat(40).concat("\n")
  expect(await drawn(knot.repeat(300))).toBe(`<p><span class="written">${knot.repeat(300).trimEnd()}</span></p>`)
  expect(await drawn(`\`\`\`\n${knot.repeat(300)}\`\`\`\n\n**a**`)).toContain("<p><strong>a</strong></p>")
  expect(await drawn(knot.concat("\n").repeat(100))).toContain("<p>")
  expect(await drawn("- **bold** and _slanted_\n\n".repeat(800))).toContain("<strong>")
})
