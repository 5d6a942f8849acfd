import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { boundedJson } from "../../src/render/message-text.ts"
import { boundJson } from "../../src/session/bounded.ts"
import type { Json } from "../../src/session/model.ts"
import { runs } from "../support/property-runs.ts"

/** Values that are long, deep, or of many short lines. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(300)).map(([one, times]) => Array<unknown>(times).fill(one)),
  fc.tuple(fc.jsonValue({ maxDepth: 2 }), fc.nat(60)).map(([one, depth]) => {
    let nested: unknown = [one, one]
    for (let i = 0; i < depth; i++) nested = i % 2 ? [nested, i] : { [`name${i}`]: nested, i }
    return nested
  }),
  fc.dictionary(fc.string({ maxLength: 12 }), fc.string({ maxLength: 400 }), { maxKeys: 120 }),
) as fc.Arbitrary<Json>

describe("bounded JSON", () => {
  test("has at most 4,000 characters and 160 lines, and a value within them is unchanged", () => {
    fc.assert(
      fc.property(value, (value) => {
        const [whole, bounded] = [value, boundJson(value)].map((each) => JSON.stringify(each, null, 2))
        expect(bounded!.length).toBeLessThanOrEqual(4_000)
        expect(bounded!.split("\n").length).toBeLessThanOrEqual(160)
        if (whole!.length <= 4_000 && whole!.split("\n").length <= 160) expect(bounded).toBe(whole)
        else expect(bounded).toMatch(/…|too long|too deeply/)
      }),
      { numRuns: runs(400) },
    )
  })

  test("is bounded once, and shown completely", () => {
    fc.assert(
      fc.property(value, (value) => {
        const bounded = boundJson(value)
        expect(boundJson(bounded)).toEqual(bounded)
        expect(boundedJson(bounded)).toBe(JSON.stringify(bounded, null, 2))
      }),
      { numRuns: runs(400) },
    )
  })
})
