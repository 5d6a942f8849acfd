import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { hasBytes, textBytes } from "../../../src/render/html/text-bytes.ts"
import {
  COMMAND_LIMITS,
  clip,
  FILE_LIMITS,
  NOTHING_LIMITS,
  OUTPUT_LIMITS,
  PATCH_LIMITS,
  TERMINAL_LIMITS,
  type TruncationLimits,
  takeFitting,
  truncate,
} from "../../../src/render/html/truncate.ts"
import { runs } from "../../support/property-runs.ts"

const all: TruncationLimits[] = [COMMAND_LIMITS, FILE_LIMITS, OUTPUT_LIMITS, PATCH_LIMITS, TERMINAL_LIMITS]

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
    .chain((piece) => fc.nat(2_000).map((times) => piece.repeat(times))),
)
const text = fc.array(line, { maxLength: 60 }).map((lines) => lines.join("\n"))

describe("a truncated text", () => {
  const bounds = fc.tuple(fc.constantFrom(...all), fc.double({ min: 0.01, max: 1, noNaN: true }))

  test("stays within its limits, and is complete or has its full text as a file of the share", () => {
    fc.assert(
      fc.property(text, bounds, (text, [full, share]) => {
        const limits = { ...full, lines: full.lines * share, bytes: full.bytes * share }
        const { head, tail, omitted, omittedLines, fullText } = truncate(text, limits)
        const shown = [head, tail].filter(Boolean)
        expect(shown.join("\n").split("\n").length).toBeLessThanOrEqual(Math.ceil(limits.lines) + 1)
        // Two marks of a truncated line are not counted.
        expect(shown.reduce((sum, part) => sum + textBytes(part), 0)).toBeLessThanOrEqual(limits.bytes + 12)
        if (omitted === "") {
          expect([head, `${head}\n`]).toContain(text)
          expect({ tail, omittedLines, fullText }).toEqual({ tail: "", omittedLines: 0, fullText: undefined })
        } else expect(Buffer.from(fullText!.body).toString()).toBe(text.toWellFormed())
      }),
      { numRuns: runs(400) },
    )
  })

  test("has its first and last lines, and counts those between", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 900 }), fc.constantFrom(...all), (count, limits) => {
        const lines = Array.from({ length: count }, (_, i) => `${i}`)
        const { head, tail, omittedLines, omitted } = truncate(lines.join("\n"), limits)
        if (omitted === "") return
        const [first, last] = [head.split("\n"), tail === "" ? [] : tail.split("\n")]
        expect(first.length).toBe(Math.ceil(limits.lines * limits.head))
        expect([...first, ...lines.slice(first.length, count - last.length), ...last]).toEqual(lines)
        expect(omittedLines).toBe(count - first.length - last.length)
        expect(omitted).toBe(omittedLines === 1 ? "1 line" : `${omittedLines} lines`)
      }),
    )
  })

  test("loses only the middle of a long line, and everything around it is kept", () => {
    const long = fc.integer({ min: 4_001, max: 100_000 })
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(3), long), { minLength: 1, maxLength: 4 }), (lengths) => {
        const lines = lengths.map((length, i) => `${i}${"x".repeat(length)}end`)
        const { head, tail, omittedLines, omitted } = truncate(lines.join("\n"), FILE_LIMITS)
        expect({ tail, omittedLines }).toEqual({ tail: "", omittedLines: 0 })
        for (const [i, line] of head.split("\n").entries()) {
          expect(line).toMatch(new RegExp(`^${i}x+( … [\\d,]+ characters left out … x+)?end$`))
          expect(line.includes("left out")).toBe(lines[i]!.length > 4_000)
        }
        expect(omitted === "").toBe(lengths.every((length) => length === 3))
      }),
    )
  })

  test("shows both ends of a single line that has too many bytes, without splitting a character", () => {
    const { head, omitted } = truncate("😀".repeat(4_000), { lines: 10, bytes: 2_000, head: 1 })
    expect(head).toMatch(/^(?:😀)+ … [\d,]+ characters left out … (?:😀)+$/u)
    expect(omitted).toMatch(/characters$/)
  })

  test("shows the last state of a line that a program wrote over", () => {
    const progress = Array.from({ length: 3_000 }, (_, i) => `${i} of 3000`).join("\r")
    expect(truncate(`a\n${progress}\nb`, TERMINAL_LIMITS).head).toBe("a\n2999 of 3000\nb")
  })

  test("shows nothing if its limits are zero", () => {
    expect(truncate("a\nb", NOTHING_LIMITS)).toMatchObject({ head: "", tail: "", omittedLines: 2 })
  })

  test("takes linear time", () => {
    const long = `${"*a* ".repeat(10)}\n`.repeat(200_000)
    expect(truncate(long, OUTPUT_LIMITS).omittedLines).toBeGreaterThan(199_000)
    expect(truncate("*a* ".repeat(2_000_000), TERMINAL_LIMITS).omitted).toMatch(/characters$/)
  })
})

test("whether a text has so many bytes is known without counting most texts", () => {
  fc.assert(
    fc.property(text, fc.double({ min: 0.01, max: 80, noNaN: true }), (text, factor) => {
      for (const most of [text.length * factor, textBytes(text), textBytes(text) - 1])
        expect(hasBytes(text, most)).toBe(textBytes(text) <= most)
    }),
  )
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
