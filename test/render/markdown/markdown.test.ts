import { describe, expect, test } from "vitest"
import { safeUrl } from "../../../src/render/html/safe-url.ts"
import { drawn } from "./drawn.ts"

const rel = 'rel="noopener noreferrer nofollow"'

describe("usual Markdown", () => {
  test.each([
    ["# One\n## Two\n##### Five\n###### Six", "<h3>One</h3>\n<h4>Two</h4>\n<h6>Five</h6>\n<h6>Six</h6>"],
    ["One\n===\n\nTwo\n---", "<h3>One</h3>\n<h4>Two</h4>"],
    ["**a *b*** ~~c~~ `d`", "<p><strong>a <em>b</em></strong> <del>c</del> <code>d</code></p>"],
    ["`a &lt; <b>` and ``a`b``", "<p><code>a &amp;lt; &lt;b&gt;</code> and <code>a`b</code></p>"],
    ["- a\n- b\n  - c", "<ul><li>a</li>\n<li>b<ul><li>c</li>\n</ul>\n</li>\n</ul>"],
    ["- a\n\n- b", "<ul><li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>"],
    ["1) a\n2) b", "<ol><li>a</li>\n<li>b</li>\n</ol>"],
    ["7. a", '<ol start="7"><li>a</li>\n</ol>'],
    ["0. a", '<ol start="0"><li>a</li>\n</ol>'],
    [
      "- [x] a\n- [ ] b",
      '<ul><li class="task"><span class="box" role="img" aria-label="done">☑</span> a</li>\n' +
        '<li class="task"><span class="box" role="img" aria-label="open">☐</span> b</li>\n</ul>',
    ],
    [
      "- [x] a\n\n  more",
      '<ul><li class="task"><span class="box" role="img" aria-label="done">☑</span> <p>a</p>\n<p>more</p>\n</li>\n</ul>',
    ],
    [
      "|a|b|c|\n|-|:-:|--:|\n|1|2|`3\\|4`|",
      '<div class="table" tabindex="0"><table><thead><tr><th>a</th><th class="mid">b</th><th class="end">c</th></tr></thead>' +
        '<tbody><tr><td>1</td><td class="mid">2</td><td class="end"><code>3|4</code></td></tr></tbody></table></div>',
    ],
    ["> a\n>\n> > b", "<blockquote><p>a</p>\n<blockquote><p>b</p>\n</blockquote>\n</blockquote>"],
    ["a  \nb\\\nc\nd", "<p>a<br>\nb<br>\nc\nd</p>"],
    ["a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"],
    ["&copy; &amp;lt; \\<b\\> AT&T", "<p>&copy; &amp;lt; &lt;b&gt; AT&amp;T</p>"],
    ["[a](https://b.c/?d=1&e=2)", `<p><a href="https://b.c/?d=1&amp;e=2" ${rel}>a</a></p>`],
    ["[a](https://b.c/?d=1&amp;e=2)", `<p><a href="https://b.c/?d=1&amp;e=2" ${rel}>a</a></p>`],
    ["[a]\n\n[a]: https://b.c 'title'", `<p><a href="https://b.c/" ${rel}>a</a></p>`],
    [
      "<https://b.c> www.b.c d@e.fg",
      `<p><a href="https://b.c/" ${rel}>https://b.c</a> <a href="http://www.b.c/" ${rel}>www.b.c</a> ` +
        `<a href="mailto:d@e.fg" ${rel}>d@e.fg</a></p>`,
    ],
    ["[](https://b.c/)", `<p><a href="https://b.c/" ${rel}>https://b.c/</a></p>`],
    ["![a](https://b.c/d.png)", `<p><a href="https://b.c/d.png" ${rel}>[image: a]</a></p>`],
    ["[![a](https://b.c/d.png)](https://e.f)", `<p><a href="https://e.f/" ${rel}>[image: a]</a></p>`],
    ["[a](src/b.ts)", '<p>a <span class="target">(src/b.ts)</span></p>'],
    [
      "a[^1]\n\n[^1]: A note of some words.",
      '<p>a<sup class="footnote">1</sup></p>\n<div class="footnote"><sup>1</sup> <p>A note of some words.</p>\n</div>',
    ],
    ["a[^2]", "<p>a[^2]</p>"],
    ["a <b>c</b> <i>d <B>*e*</b></I>", "<p>a <strong>c</strong> <em>d <strong><em>e</em></strong></em></p>"],
    ["<kbd>A</kbd> x<sub>1</sub><br/>y<sup>2</sup>", "<p><kbd>A</kbd> x<sub>1</sub><br>\ny<sup>2</sup></p>"],
    ["a <b>c <kbd>d</b>", "<p>a <strong>c &lt;kbd&gt;d</strong></p>"],
    ['a <b onclick="x()">c</b>', "<p>a &lt;b onclick=&#34;x()&#34;&gt;c&lt;/b&gt;</p>"],
    [
      "> [!NOTE]\n> *a*\n\n> [!Caution] b",
      '<blockquote class="note"><p class="alert">Note</p>\n<p><em>a</em></p>\n</blockquote>\n<blockquote><p>[!Caution] b</p>\n</blockquote>',
    ],
    [
      "<details>\n<summary>a <b>b</b></summary>\n\n- c\n\n</details>\n\nd",
      "<details><summary>a b</summary>\n<ul><li>c</li>\n</ul>\n</details>\n<p>d</p>",
    ],
    ["<details>\n\na", "<p>&lt;details&gt;</p>\n<p>a</p>"],
    ["**注意：**これは*「強調」*です。", "<p><strong>注意：</strong>これは<em>「強調」</em>です。</p>"],
    ["$a_1 * b_1$ and $5 or $6", '<p><code class="math">$a_1 * b_1$</code> and $5 or $6</p>'],
    ["$$\n\\frac{1}{2} < x\n$$", '<pre class="math" tabindex="0">$$\n\\frac{1}{2} &lt; x\n$$</pre>'],
    ["<div>\n*a*\n</div>\n\nb", '<pre class="written">&lt;div&gt;\n*a*\n&lt;/div&gt;</pre>\n<p>b</p>'],
    ["one\r\ntwo", "<p>one\ntwo</p>"],
  ])("%j", async (text, markup) => {
    expect(await drawn(text)).toBe(markup)
  })
})

describe("a block of code", () => {
  const code = (label: string, content: string) =>
    `<figure class="code">${label && `<figcaption>${label}</figcaption>`}<pre tabindex="0"><code>${content}</code></pre></figure>`

  test.each([
    ["a language that is known", "```js\nlet a\n```", code("javascript", "<c- k>let</c-> a")],
    ["a title behind the language", "```js title=a.js\na\n```", code("javascript", "a")],
    ["a language that is not known", "```klingon\n<a> & b\n```", code("klingon", "&lt;a&gt; &amp; b")],
    [
      "colours of a terminal",
      "```console\n\u001b[31mred\u001b[0m\n```",
      '<figure class="code"><figcaption>shellsession</figcaption><pre class="terminal" tabindex="0"><c- a1>red</c-></pre></figure>',
    ],
    ["no language", "```\n\n  a\n```", code("", "\n  a")],
    ["tildes", "~~~\n```\n~~~", code("", "```")],
    ["no end", "```js\nlet a", code("javascript", "<c- k>let</c-> a")],
    ["indentation", "    a\n\n    b", code("", "a\n\nb")],
    ["markup as its language", '```"><script>alert(1)</script>\na\n```', code("", "a")],
    ["handlers as its language", "```js onload=alert(1) style=x\na\n```", code("javascript", "a")],
    ["a name of every object as its language", "```__proto__\na\n```\n", code("__proto__", "a")],
    ["another name of every object as its language", "~~~ constructor\na\n~~~\n", code("constructor", "a")],
  ])("with %s", async (_, text, markup) => {
    expect(await drawn(text)).toBe(markup)
  })

  test("in a list in a quote is highlighted, too", async () => {
    expect(await drawn("> - a\n>\n>   ```py\n>   def a(): pass\n>   ```")).toContain("<c- k>def </c->")
  })
})

describe("an address", () => {
  test.each([
    ["https://a.b", "https://a.b/"],
    ["HTTP://A.B/c d", undefined],
    ["HTTP://A.B/c?d#e", "http://a.b/c?d#e"],
    ["mailto:a@b.c", "mailto:a@b.c"],
    ["https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"],
    ["ftp://a.b", undefined],
    ["https://", undefined],
    ["https:///a.b", undefined],
    ["https:a.b", undefined],
    ["//a.b", undefined],
    ["\thttps://a.b", undefined],
    ["https://a.b\n", undefined],
    [`https://a.b/${"漢".repeat(1_000)}`, undefined],
    ["", undefined],
  ])("%j", (target, url) => {
    expect(safeUrl(target)).toBe(url)
  })
})
