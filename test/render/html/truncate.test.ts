import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { estimateText, textBytes, withHighlighting } from "../../../src/render/html/size-estimate.ts"
import {
  COMMAND_LIMITS,
  clip,
  FILE_LIMITS,
  NOTHING_LIMITS,
  OUTPUT_LIMITS,
  PATCH_LIMITS,
  PROSE_LIMITS,
  TERMINAL_LIMITS,
  type TruncationLimits,
  takeFitting,
  truncate,
} from "../../../src/render/html/truncate.ts"
import { runs } from "../../support/property-runs.ts"

const all: TruncationLimits[] = [
  COMMAND_LIMITS,
  FILE_LIMITS,
  OUTPUT_LIMITS,
  PATCH_LIMITS,
  PROSE_LIMITS,
  TERMINAL_LIMITS,
]

/** Lines that cost more than they look: markup, marks, escapes, wide and hidden characters. */
const line = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc
    .constantFrom(
      "*a* ",
      "[a](b) ",
      "| a ",
      "- ",
      "> ",
      "\u001b[31ma",
      "<&\"'",
      "漢字",
      "\u200b",
      "a.b@c.de ",
      "`x` ",
      "+a",
    )
    .chain((piece) => fc.nat(400).map((times) => piece.repeat(times))),
)
const text = fc.array(line, { maxLength: 60 }).map((lines) => lines.join("\n"))

describe("a truncated text", () => {
  test("stays within its limits of lines, bytes and elements", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...all), fc.double({ min: 0.01, max: 1, noNaN: true }), (text, full, share) => {
        const bounds = {
          ...full,
          lines: full.lines * share,
          bytes: full.bytes * share,
          elements: full.elements * share,
        }
        const { head, tail } = truncate(text, bounds)
        expect(`${head}${tail && "\n"}${tail}`.split("\n").length).toBeLessThanOrEqual(Math.ceil(bounds.lines) + 1)
        const weights = [head, tail].filter(Boolean).map((part) => withHighlighting(estimateText(part, bounds.kind)))
        // The truncation mark is not counted.
        expect(weights.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(bounds.bytes + 12)
        expect(weights.reduce((sum, { elements }) => sum + elements, 0)).toBeLessThanOrEqual(bounds.elements + 2)
      }),
      { numRuns: runs(400) },
    )
  })

  test("is complete or has its full text as a file of the share", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...all), (text, bounds) => {
        const { head, tail, omittedLines, fullText } = truncate(text, bounds)
        if (omittedLines === 0) {
          expect([head, `${head}\n`]).toContain(text)
          expect({ tail, whole: fullText }).toEqual({ tail: "", whole: undefined })
        } else {
          expect(Buffer.from(fullText!.body).toString()).toBe(text.toWellFormed())
          expect(text.endsWith(`${tail}\n`) || text.endsWith(tail) || tail.endsWith("…")).toBe(true)
          expect(text.startsWith(head.replace(/…$/, ""))).toBe(true)
        }
      }),
      { numRuns: runs(400) },
    )
  })

  test("counts the omitted lines", () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => `${i}`)
    const { head, tail, omittedLines } = truncate(lines.join("\n"), OUTPUT_LIMITS)
    expect(head.split("\n")).toEqual(lines.slice(0, 48))
    expect(tail.split("\n")).toEqual(lines.slice(-112))
    expect(omittedLines).toBe(840)
  })

  test("shows the beginning of a single long line, without splitting a character", () => {
    const { head, omittedLines } = truncate("😀".repeat(100_000), PROSE_LIMITS)
    expect(head).toMatch(/^(?:😀)+…$/u)
    expect(omittedLines).toBe(1)
  })

  test("shows nothing if its limits are zero", () => {
    expect(truncate("a\nb", NOTHING_LIMITS)).toMatchObject({ head: "", tail: "", omittedLines: 2 })
  })

  test("takes linear time", () => {
    const long = `${"*a* ".repeat(10)}\n`.repeat(200_000)
    expect(truncate(long, PROSE_LIMITS).omittedLines).toBeGreaterThan(199_000)
    expect(truncate("*a* ".repeat(2_000_000), TERMINAL_LIMITS).omittedLines).toBe(1)
  })
})

test("clip shortens a text, more so if it has many bytes", () => {
  expect([clip("abc", 3), clip("abcd", 3), clip("漢字", 2), clip("", 0), clip("a", 0)]).toEqual([
    "abc",
    "abc…",
    "漢字",
    "",
    "…",
  ])
  fc.assert(
    fc.property(line, fc.nat(300), (text, characters) => {
      const short = clip(text, characters)
      expect(textBytes(short)).toBeLessThanOrEqual(3 * characters + 3)
      expect(text.startsWith(short.replace(/…$/, ""))).toBe(true)
      if (text.length <= characters && /^[a-z ]*$/.test(text)) expect(short).toBe(text)
    }),
  )
})

test("takeFitting returns the first rows that fit", () => {
  const rows = ["aaaa", "bbbb", "<<", "c"]
  expect(takeFitting(rows, 100, (row) => row)).toEqual(rows)
  expect(takeFitting(rows, 8, (row) => row)).toEqual(["aaaa", "bbbb"])
  expect(takeFitting(rows, 9 + textBytes("<<"), (row) => row)).toEqual(rows)
  expect(takeFitting(rows, 0, (row) => row)).toEqual([])
})
