import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { mayHide } from "../../../src/lib/hidden-characters.ts"
import { ansiToHtml } from "../../../src/render/ansi/ansi.ts"
import { escapeText, markupOf } from "../../../src/render/html/safe-html.ts"
import { runs } from "../../support/property-runs.ts"

const shown = (text: string) => markupOf(ansiToHtml(text))
const withoutSpans = (markup: string) => markup.replace(/<\/?(?:span|c-)[^>]*>/g, "")
const span = (classes: string, text: string) => `<c- ${classes}>${text}</c->`

describe("styles", () => {
  test("the sixteen colours, as foreground and background", () => {
    expect(shown("\u001b[31mred\u001b[92mgreen\u001b[0mplain")).toBe(`${span("a1", "red")}${span("a10", "green")}plain`)
    expect(shown("\u001b[44ma\u001b[103mb\u001b[49mc")).toBe(`${span("b4", "a")}${span("b11", "b")}c`)
  })

  test("colours of the 256 and of 24 bits become the nearest of the sixteen, with semicolons and with colons", () => {
    expect(shown("\u001b[38;5;9mx")).toBe(span("a9", "x"))
    expect(shown("\u001b[38;5;196mx")).toBe(span("a9", "x"))
    expect(shown("\u001b[48;5;232mx")).toBe(span("b0", "x"))
    expect(shown("\u001b[38;2;250;5;5mx")).toBe(span("a9", "x"))
    expect(shown("\u001b[38:2::0:0:230mx")).toBe(span("a4", "x"))
    expect(shown("\u001b[38;2;0;0;230;1mx")).toBe(span("ab a4", "x"))
  })

  test("bold, dim, italic, underline, inverse, strike, and each off again", () => {
    expect(shown("\u001b[1;2;3;4;7;9mx")).toBe(span("ab ad ai as au av", "x"))
    expect(shown("\u001b[1;2;3;4;7;9m\u001b[22;23;24;27;29mx")).toBe("x")
    expect(shown("\u001b[4ma\u001b[4:0mb")).toBe(`${span("au", "a")}b`)
  })

  test("continue over the end of a line in one span", () => {
    expect(shown("\u001b[32ma\n\u001b[32mb\u001b[39m\nc")).toBe(`${span("a2", "a\nb\n")}c`)
  })
})

describe("sequences that are not styles", () => {
  test("are dropped: queries, titles, character sets, modes, truncated sequences", () => {
    expect(shown("a\u001b[5nb\u001b]0;title\u0007c\u001b(Bd\u001b[?25le\u001bPq1\u001b\\f\u0007\u001b[3")).toBe(
      "abcdef",
    )
  })

  test("a link is replaced by its text", () => {
    expect(shown("\u001b]8;;javascript:alert(1)\u001b\\here\u001b]8;;\u001b\\.")).toBe("here.")
  })

  test("a string without an end loses its beginning and nothing that follows", () => {
    expect(shown("\u001b]0;never ended\nnext")).toBe("0;never ended\nnext")
    expect(shown("\u001b[31ma\u001b]8;;x\u001b[32mb")).toBe(`${span("a1", "a8;;x")}${span("a2", "b")}`)
  })
})

describe("overwriting", () => {
  test("a carriage return returns to the start of the line, and a longer rest stays", () => {
    expect(shown("10%\r100%\ndone")).toBe("100%\ndone")
    expect(shown("abc\rX")).toBe("Xbc")
    expect(shown("abc\rX\u001b[K")).toBe("X")
    expect(shown("abc\u001b[2K\rX")).toBe("X")
    expect(shown("a\r\nb\r\n")).toBe("a\nb\n")
  })

  test("a backspace moves one column back", () => {
    expect(shown("ab\bc")).toBe("ac")
    expect(shown("\b\b\na")).toBe("\na")
  })
})

describe("hostile output", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "\u001b[",
      "\u001b]",
      "\u001b",
      "\u009b",
      "38;5;",
      "38;2;",
      "1",
      ";",
      ":",
      "m",
      "K",
      "\r",
      "\b",
      "\n",
    ),
    fc.constantFrom("<script>", "&", '"', "\ud800", "😀", "\u0000"),
    fc.string({ unit: "binary" }),
  )
  const output = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""))

  test("never throws, and gives only span tags", () => {
    fc.assert(
      fc.property(output, (text) => {
        expect(withoutSpans(shown(text))).not.toMatch(/[<>]/)
        const signs = /<span class="u">(U\+[0-9A-F]+)<\/span>/g
        expect(shown(text).replace(signs, "$1")).toMatch(/^(?:<c- [ab0-9disuv ]+>[^<]+<\/c->|[^<]+)*$/)
      }),
    )
  })

  test("text between styles is unchanged", () => {
    const words = fc
      .string({ unit: "grapheme" })
      .filter((text) => !/[\u0007\b\r\u000e\u000f\u001b\u009b]/.test(text) && !mayHide(text))
    const style = fc.constantFrom("\u001b[0m", "\u001b[1;31m", "\u001b[48;5;200m", "\u001b[4:3m")
    fc.assert(
      fc.property(fc.array(fc.tuple(style, words)), (pieces) => {
        const text = pieces.map(([, word]) => word).join("")
        expect(withoutSpans(shown(pieces.flat().join("")))).toBe(withoutSpans(markupOf(escapeText(text))))
      }),
    )
  })

  // Quadratic time on these would exceed the test's timeout.
  test.each([
    "\u001b]",
    "\u001b[",
    "\u001b[1;",
    "\u001b ",
    "a\r",
    "\b",
    "\u001b[31mx",
    "\u001bP\u001b[",
    "x\b\r\u001b[K",
  ])("a million characters of %j are parsed", (unit) => {
    expect(withoutSpans(shown(unit.repeat(1_000_000 / unit.length))).length).toBeLessThanOrEqual(1_000_000)
  })
})

test("output without cursor movement is the same with and without the screen model", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "\n",
      "\n\n",
      "\r\n",
      "\t",
      " ",
      "<b>",
      "a",
      "ü",
      "✓",
      "┌─┐",
      "…",
      "語",
      "e\u0301",
      "\u001b[K",
      "\u001b[1",
      "\r",
    ),
    fc
      .constantFrom("", "0", "1", "31", "1;31", "22", "39", "48;5;9", "38;2;1;2;3;4", "4:0", ";;", "7", "99")
      .map((n) => `\u001b[${n}m`),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("")
      // A bell shows nothing, but forces the screen model.
      expect(shown(text)).toBe(shown(`${text}\u001b[0m\u0007`))
    }),
    { numRuns: runs(3000) },
  )
})
