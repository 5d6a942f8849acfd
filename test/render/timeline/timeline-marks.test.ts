import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  limitMarks,
  mark,
  mergeByGap,
  mergeByLength,
  type TimelineMark,
} from "../../../src/render/timeline/timeline-marks.ts"

const spans = (marks: readonly TimelineMark[]) => marks.map(({ start, end, count }) => [start, end, count])
const some = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.nat(300)).map(([start, long]) => mark(start, start + long)),
  { maxLength: 300 },
)

test("a mark never ends before it starts", () => {
  expect(mark(5, 3)).toMatchObject({ start: 5, end: 5 })
})

describe("merging", () => {
  test("merges overlapping and near marks in any order, without changing its input", () => {
    const marks = [mark(40, 50), mark(0, 10), mark(5, 7), mark(12, 20)]
    expect(spans(mergeByGap(marks, 2))).toEqual([
      [0, 20, 3],
      [40, 50, 1],
    ])
    expect(marks.every(({ count }) => count === 1)).toBe(true)
  })

  test("keeps the text of the first", () => {
    expect(mergeByGap([mark(1, 1, "second"), mark(0, 0, "first")], 1)).toMatchObject([{ text: "first" }])
  })
})

describe("thinning out", () => {
  test("never merges beyond the given length, however evenly marks follow", () => {
    const even = Array.from({ length: 9 }, (_, i) => mark(i * 10, i * 10))
    expect(spans(mergeByLength(even, 20))).toEqual([
      [0, 20, 3],
      [30, 50, 3],
      [60, 80, 3],
    ])
  })

  test("leaves at most the limit, and keeps counts and coverage", () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 50 }), (marks, most) => {
        const left = limitMarks(marks, most, 1)
        expect(left.length).toBeLessThanOrEqual(most)
        expect(left.reduce((sum, { count }) => sum + count, 0)).toBe(marks.length)
        for (const { start, end } of marks)
          expect(left.some((kept) => kept.start <= start && end <= kept.end)).toBe(true)
      }),
    )
  })
})
