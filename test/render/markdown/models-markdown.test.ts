import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { drawn } from "./drawn.ts"

const letters = fc.constantFrom("请", "検", "の", "カ", "를", "變")
const words = fc.array(letters, { minLength: 1, maxLength: 6 }).map((all) => all.join(""))
const brackets = fc.constantFrom(["“", "”"], ["（", "）"], ["「", "」"], ["[", "]"], ["《", "》"])
const ends = fc.constantFrom("：", "。", "！", "？", "、", ".", ":", ")")

describe("emphasis beside Chinese, Japanese and Korean", () => {
  test("closes behind punctuation", async () => {
    await fc.assert(
      fc.asyncProperty(words, words, words, ends, async (a, b, c, end) => {
        expect(await drawn(`${a}**${b}${end}**${c}`)).toBe(`<p>${a}<strong>${b}${end}</strong>${c}</p>`)
      }),
    )
  })

  test("opens before brackets and closes behind them, more than once in a paragraph", async () => {
    await fc.assert(
      fc.asyncProperty(words, words, brackets, async (a, b, [open, close]) => {
        const one = `${a}**${open}${b}${close}**${a}`
        const shown = `${a}<strong>${open}${b}${close}</strong>${a}`
        expect(await drawn(`${one}，${one}`)).toBe(`<p>${shown}，${shown}</p>`)
      }),
    )
  })

  test("stays CommonMark's elsewhere", async () => {
    expect(await drawn('a**"b"**c and **d.**e')).toBe("<p>a**&#34;b&#34;**c and **d.**e</p>")
    expect(await drawn("a * b * c, 2*3*4")).toBe("<p>a * b * c, 2<em>3</em>4</p>")
  })
})

describe("GitHub's alerts", () => {
  test.each(["Note", "Tip", "Important", "Warning", "Caution"])("%s has its label", async (name) => {
    for (const written of [name.toUpperCase(), name.toLowerCase()])
      expect(await drawn(`> [!${written}]\n> Do **not**.`)).toBe(
        `<blockquote class="${name.toLowerCase()}"><p class="alert">${name}</p>\n<p>Do <strong>not</strong>.</p>\n</blockquote>`,
      )
  })

  test.each(["> [!constructor]\n> a", "> [!NOTE] a", "> a\n> [!NOTE]", "> [!BUG]\n> a", "> [!NOTE] `a`"])(
    "%j is none",
    async (text) => {
      expect(await drawn(text)).not.toContain("class=")
    },
  )
})

describe("elements that Markdown has no marks for", () => {
  const names = fc.constantFrom("kbd", "sub", "sup")

  test("are shown as such", async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.stringMatching(/^[a-zA-Z0-9]{1,8}$/), async (name, text) => {
        expect(await drawn(`a<${name}>${text}</${name}>b`)).toBe(`<p>a<${name}>${text}</${name}>b</p>`)
      }),
    )
    expect(await drawn("a<br>b<br/>c")).toBe("<p>a<br>\nb<br>\nc</p>")
  })

  test("are text if unclosed or with attributes, and every opened element is closed", async () => {
    expect(await drawn("a <kbd>b")).toBe("<p>a &lt;kbd&gt;b</p>")
    expect(await drawn("a <kbd onclick=x>b")).toContain("&lt;kbd onclick=x&gt;b")
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(names, fc.constantFrom("", "/")), { maxLength: 12 }), async (tags) => {
        const markup = await drawn(`a${tags.map(([name, slash]) => `<${slash}${name}>x`).join("")}`)
        const open: string[] = []
        for (const [, slash, name = ""] of markup.matchAll(/<(\/?)(kbd|sub|sup)>/g))
          if (slash) expect(open.pop()).toBe(name)
          else open.push(name)
        expect(open).toEqual([])
      }),
    )
  })
})

describe("math", () => {
  const math = fc
    .array(fc.constantFrom("\\\\", "\\{x\\}", "\\,", "*y_{2}", "_a*", "\\frac{1}{2}", "a"), {
      minLength: 1,
      maxLength: 6,
    })
    .map((all) => all.join(" "))

  test.each([
    ["\\(", "\\)"],
    ["\\[", "\\]"],
    ["$$", "$$"],
  ])("in %s %s is shown as written", async (open, close) => {
    await fc.assert(
      fc.asyncProperty(math, async (text) => {
        const written = `${open} ${text} ${close}`
        expect((await drawn(written)).replace(/<\/?(?:p|span|pre|code)[^>]*>/g, "")).toBe(written)
      }),
    )
  })
})
