import fc from "fast-check"
import { expect, test } from "vitest"
import { createAnchorSearch } from "../../../src/redact/scan/anchor-search.ts"
import { runs } from "../../support/property-runs.ts"

test("finds every word at every place, in any case, in the order of their start", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "-", "키"), minLength: 1, maxLength: 5 })
  const text = fc.string({ unit: fc.constantFrom("a", "B", "c", "C", "-", "키", "x"), maxLength: 60 })
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 12 }), text, (words, text) => {
      const search = createAnchorSearch(new Map(words.map((word) => [word, word])))
      const found = [...search(text)].flat()
      const expected = [...text].flatMap((_, start) =>
        words.filter((word) => text.toLowerCase().startsWith(word, start)).map((meaning) => `${start} ${meaning}`),
      )
      expect(found.map(({ start, meaning }) => `${start} ${meaning}`).sort()).toEqual(expected.sort())
      expect(found.map(({ start }) => start)).toEqual(found.map(({ start }) => start).sort((a, b) => a - b))
    }),
    { numRuns: runs(1_000) },
  )
})

test("finds words across the chunks of a long text, once", () => {
  const [chunk, search] = [1 << 16, createAnchorSearch(new Map([["needle", 1]]))]
  for (let shift = -7; shift <= 1; shift++)
    expect([...search(`${"x".repeat(chunk + shift)}needle${"x".repeat(chunk)}`)].flat()).toEqual([
      { start: chunk + shift, meaning: 1 },
    ])
})
