import fc from "fast-check"
import { expect, test } from "vitest"
import { cutMiddle } from "../../../src/render/session-markdown/cut-middle.ts"

test("a text keeps its beginning and its end, and is no longer than its limits", () => {
  const line = fc.string({ maxLength: 40 }).map((text) => text.replace(/\n/g, ""))
  const texts = fc.tuple(line, fc.integer({ min: 1, max: 60_000 }), fc.constantFrom("\n", ""), line)
  fc.assert(
    fc.property(texts, ([first, count, end, last]) => {
      const text = `${first}\n${`x${end}`.repeat(count)}\n${last}`
      const cut = cutMiddle(text)
      expect(cut.length).toBeLessThan(25_000)
      expect(cut.split("\n").length).toBeLessThan(165)
      expect(cut.startsWith(`${first}\n`.toWellFormed())).toBe(true)
      expect(cut.endsWith(last.toWellFormed())).toBe(true)
      if (count < 100) expect(cut).toBe(text.replace(/\n$/, ""))
      else if (count > 30_000) expect(cut).toMatch(/… [\d,]+ (?:lines|characters) left out …/)
    }),
  )
})
