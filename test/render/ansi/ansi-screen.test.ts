import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ansiToHtml } from "../../../src/render/ansi/ansi.ts"
import { escapeText, markupOf } from "../../../src/render/html/safe-html.ts"
import { runs } from "../../support/property-runs.ts"

const shown = (text: string) => markupOf(ansiToHtml(text))
const span = (classes: string, text: string) => `<c- ${classes}>${text}</c->`
const link = (href: string, text: string) => `<a href="${href}" rel="noopener noreferrer nofollow">${text}</a>`
/** The output with `^` for ESC [. */
const seen = (text: string) => shown(text.replaceAll("^", "\u001b["))

describe("the cursor", () => {
  test("moves up, down, forward and back, and overwrites", () => {
    expect(seen("one\ntwo\nthree^2AX")).toBe("one  X\ntwo\nthree")
    expect(seen("one\ntwo\r^AX^BY")).toBe("Xne\ntYo")
    expect(seen("abc^2DX")).toBe("aXc")
    expect(seen("a^3Cb")).toBe("a   b")
    expect(seen("a\nb\nc^2FX^EY")).toBe("X\nY\nc")
  })

  test("moves to a column beyond a row's end, too", () => {
    expect(seen("abcdef^3GX")).toBe("abXdef")
    expect(seen("ab^6GX^1`Y")).toBe("Yb   X")
  })

  test("cannot leave the output", () => {
    expect(seen("a\nb^99A^99DX")).toBe("X\nb")
    expect(seen("a^0Ab^ABc")).toBe("abBc")
  })

  test("stays at the edge of the screen where a move is longer than any", () => {
    expect(seen("a\n^999999999Bb")).toBe("a\nb")
    expect(seen("a^999999999C^3Db")).toBe(`a${" ".repeat(75)}b`)
    expect(seen(`a\n^${"9".repeat(400)};${"9".repeat(400)}Hb`)).toBe(`a\n\n${" ".repeat(79)}b`)
  })

  test("moves to a position on a new screen, below the earlier output", () => {
    expect(seen("before\n^2;3Hx^1;1Hy^3dz")).toBe("before\n\ny\n  x\n z")
    expect(seen("^Hone^Htwo^1;1fthree")).toBe("three")
  })

  test("leaves at most two of the rows that it skipped", () => {
    expect(seen("^24;1Hbar^Htop")).toBe("top\n\n\nbar")
  })

  test("is saved and restored, with the style", () => {
    expect(seen("ab\u001b7^31mcd\n\u001b8X")).toBe(`abX${span("a1", "d\n")}`)
    expect(seen("ab^scd^uX")).toBe("abXd")
    expect(seen("ab^uc\u001b8d")).toBe("abcd")
  })

  test("in tabs, eight columns apart", () => {
    expect(seen("a\tb^mc")).toBe("a\tbc")
    expect(seen("a\tb\r\tX")).toBe("a\tX")
    expect(seen("a\tb\r^2CX")).toBe("a X     b")
    expect(seen("\u001b[5G\tx")).toBe("    \tx")
  })
})

describe("erasing", () => {
  test("a line, from the cursor, up to it, or whole", () => {
    expect(seen("abcdef^3D^K.")).toBe("abc.")
    expect(seen("abcdef^3D^1K.")).toBe("   .ef")
    expect(seen("abcdef\r^2K.")).toBe(".")
  })

  test("the screen from the cursor on, or up to it", () => {
    expect(seen("a\nb\nc\r^A^Jx")).toBe("a\nx")
    expect(seen("a\nb\nc\r^A^1Jx")).toBe("\nx\nc")
  })

  test("erasing at the end leaves no empty rows", () => {
    expect(seen("done\nwait\nwait^2K^A^2K\r")).toBe("done")
    expect(seen("done\n^2J")).toBe("done")
  })

  test.each(["^2J^H", "^H^2J", "^H^J", "^1;1H^0J", "^2J^3J^H", "^H^2J^3J", "\u001bc", "^H^33m^J^39m"])(
    "a cleared screen stays above the next: %j",
    (clear) => {
      expect(seen(`one\ntwo\n${clear}three`)).toBe("one\ntwo\n\nthree")
      expect(seen(`${clear}one`)).toBe("one")
      expect(seen(`one\n${clear}${clear}two`)).toBe("one\n\ntwo")
    },
  )

  test("characters and lines are inserted and removed", () => {
    expect(seen("abcd^3D^2@X")).toBe("aX bcd")
    expect(seen("abcd^3D^2P")).toBe("ad")
    expect(seen("abcd^3D^2X")).toBe("a  d")
    expect(seen("a\nb\nc^A\r^L+")).toBe("a\n+\nb\nc")
    expect(seen("a\nb\nc^A^M")).toBe("a\nc")
    expect(seen("a\nb\u001bM\r\u001bMx")).toBe("x\na\nb")
  })

  test("the last character is repeated", () => {
    expect(seen("a-^3b.")).toBe("a----.")
    expect(seen("^5b.")).toBe(".")
    expect(seen("中^b.")).toBe("中中.")
    expect(seen(`\u0301${"^200b".repeat(20)}`)).toBe("\u0301")
  })
})

describe("the alternate screen", () => {
  test("stays as it was left, and the main one continues below it", () => {
    expect(seen("$ top\n^?1049h^H^2Jone^Htwo^?1049lnext")).toBe("$ top\n\ntwo\n\nnext")
  })

  test("is one picture: cleared content is gone, and an empty one leaves no trace", () => {
    expect(seen("a^?1049hone^2J^Htwo^2J^?1049lb")).toBe("ab")
    expect(seen("a^?47l^?1049h^?1049hb^?25h")).toBe("a\n\nb")
  })
})

describe("characters", () => {
  test("line drawing", () => {
    expect(shown("\u001b(0lqqk\u001b(B lq")).toBe("┌──┐ lq")
    expect(shown("\u001b)0x\u000ex\u000fx")).toBe("x│x")
  })

  test("wide ones take two columns, and half of an overwritten one is a space", () => {
    expect(seen("中文ab\r^4CX")).toBe("中文Xb")
    expect(seen("中文\r^CX")).toBe(" X文")
    expect(seen("中文\rX")).toBe("X 文")
    expect(seen("👩‍💻🇩🇪x\b\bX")).toBe("👩‍💻 Xx")
    expect(seen("a中b^2D^K")).toBe("a ")
  })

  test("combining ones take no column", () => {
    expect(seen("e^31m\u0301x^39m\r^CX")).toBe("e\u0301X")
  })
})

describe("links", () => {
  const linked = (url: string, text: string) => `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u0007`

  test("lead to http and https, and hold the styles of their text", () => {
    expect(shown(`see ${linked("https://example.org/?a=1&b=2", "here")}.`)).toBe(
      `see ${link("https://example.org/?a=1&amp;b=2", "here")}.`,
    )
    expect(shown(`\u001b]8;id=7;http://example.org\u0007a\u001b[1mb\u001b]8;;\u0007c`)).toBe(
      `${link("http://example.org/", `a${span("ab", "b")}`)}${span("ab", "c")}`,
    )
  })

  test("a link over several lines becomes one per line", () => {
    expect(shown(linked("https://example.org/", "a\nb"))).toBe(
      `${link("https://example.org/", "a")}\n${link("https://example.org/", "b")}`,
    )
  })

  test.each([
    "javascript:alert(1)",
    "file:///etc/passwd",
    "mailto:a@example.org",
    "data:text/html,x",
    "//example.org",
    "index.html",
    "https://",
    "https://a b",
    `https://example.org/${"x".repeat(5_000)}`,
  ])("to other schemes become plain text: %s", (url) => {
    expect(shown(linked(url, "here"))).toBe("here")
  })

  test("a long URL is not repeated for each of thousands of pieces", () => {
    const text = `\u001b]8;;https://example.org/${"x".repeat(3_000)}\u0007${"y\u001b[C".repeat(3_000)}`
    expect(shown(text).length).toBeLessThan(10 * text.length)
    expect(shown(text).match(/y/g)).toHaveLength(3_000)
  })
})

test("sequences with private parameters or intermediates are ignored", () => {
  expect(seen("ab^>4;1mc^?1Kd^1 Ae^!pf^?2Jg^>1uh^=5ui^4:3;58;5;1mj")).toBe(`abcdefghi${span("au", "j")}`)
  expect(seen("a^r^2;5r^5n^c^6n^18tb^2 qc^1zd\u001b=\u001b>\u001b#8e")).toBe("abcde")
})

describe("properties", () => {
  // Literal text: no control characters except line ends and tabs.
  const word = fc.string({ unit: "grapheme", minLength: 1 }).map((text) => text.replace(/\p{Cc}/gu, "·"))
  const text = fc
    .array(fc.oneof(word, fc.constantFrom("\n", "\t", "中文", "👩‍💻", "e\u0301", "🇩🇪")))
    .map((all) => all.join(""))

  test("plain text is unchanged, also by the screen model", () => {
    fc.assert(
      fc.property(text, (plain) => {
        expect(shown(`\u001b[m${plain}`)).toBe(markupOf(escapeText(plain)))
      }),
    )
  })

  test("of overlapping frames, the last and the earlier output stay", () => {
    const line = fc.stringMatching(/^[a-z中]{1,9}$/)
    const frames = fc.array(fc.array(line, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 })
    const up = fc.constantFrom(
      (lines: number) => `\u001b[2K${"\u001b[1A\u001b[2K".repeat(lines)}\u001b[G`,
      (lines: number) => `\r\u001b[${lines}A\u001b[J`,
      (lines: number) => `\u001b[${lines}F\u001b[0J`,
    )
    fc.assert(
      fc.property(line, frames, up, (before, drawn, redraw) => {
        const output = drawn
          .map((frame) => `${frame.join("\n")}\n`)
          .reduce((all, frame, i) => all + redraw(drawn[i - 1]!.length) + frame)
        expect(shown(`${before}\n${output}`).trimEnd()).toBe(`${before}\n${drawn.at(-1)!.join("\n")}`)
      }),
    )
  })

  test("cleared screens are all kept, in order", () => {
    const lines = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(
        fc.array(lines, { maxLength: 5 }),
        fc.constantFrom("\u001b[2J\u001b[H", "\u001b[H\u001b[J"),
        (screens, clear) => {
          const pages = screens.map((screen) => screen.join("\n"))
          expect(shown(pages.map((page) => page + clear).join(""))).toBe(pages.join("\n\n"))
        },
      ),
    )
  })

  const hostile = fc
    .array(
      fc.oneof(
        fc
          .tuple(
            fc.constantFrom("\u001b[", "\u009b", "\u001b[?"),
            fc.constantFrom("", "0", "1", "2", "3", "7;9", "80", "1049", "999999999", "9".repeat(400), "31;44", ";"),
            fc.constantFrom(..."ABCDEFGHJKLMPSTXZ@`abdefhlmrsu"),
          )
          .map((parts) => parts.join("")),
        fc.constantFrom("\u001b7", "\u001b8", "\u001bM", "\u001bc", "\u001b(0", "\u001b(B", "\u000e", "\u000f"),
        fc.constantFrom("\u001b]8;;https://example.org/\u0007", "\u001b]8;;\u0007", "\u001b]8;;https://'<\u0007"),
        fc.constantFrom("\n", "\r", "\b", "\t", "中", "👩‍💻", "\u0301", "\ud800", "\udc00", "<b>", "&", '"', "\u0000"),
        fc.string(),
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join(""))

  test("any output: no error, only our own markup, of bounded size", () => {
    const run = "(?:<c- [ab0-9disuv ]+>[^<]+</c->|[^<]+)"
    const ours = new RegExp(`^(?:<a href="https://[^"<]*" rel="noopener noreferrer nofollow">${run}+</a>|${run})*$`)
    fc.assert(
      fc.property(hostile, (output) => {
        const markup = shown(output)
        expect(markup).toMatch(ours)
        expect(markup.length).toBeLessThan(12_000 + 40 * output.length)
      }),
      { numRuns: runs(500) },
    )
  })

  // Quadratic time on these would exceed the test's timeout, and unbounded rows the memory.
  test.each([
    ["down and to the right", "x^200B^400C"],
    ["to the far right", "^400Gx\n"],
    ["to far places", "^999999999;999999999Hx"],
    ["up over everything", "x\n^99A"],
    ["up a long way", "y^A", "x\n"],
    ["erasing up to the cursor", "^1Kx", "x"],
    ["erasing the screen up to the cursor", "^1J", "x\n"],
    ["inserting lines", "^L", "x\n", "^99999A"],
    ["inserting characters", "^@", "x", "\r"],
    ["removing characters", "^P", "x", "\r"],
    ["clearing", "x^2J^50B"],
    ["alternating", "^?1049hx^?1049l"],
    ["saving", "\u001b7x\u001b8"],
    ["repeating", "x^999b"],
    ["tabs written over", "^Dx^D", "\t"],
    ["wide characters written over", "中\b"],
    ["joining", "\u0301^m", "e"],
    ["long parameters", "9;"],
  ])("half a million characters of %s are parsed", (_, unit, before = "^", between = "") => {
    const of = (piece: string) => piece.repeat(250_000 / piece.length)
    const output = of(before) + between + of(unit)
    expect(seen(output).length).toBeLessThan(20 * output.length)
  })
})
