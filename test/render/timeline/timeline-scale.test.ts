import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { mark } from "../../../src/render/timeline/timeline-marks.ts"
import { buildScale } from "../../../src/render/timeline/timeline-scale.ts"

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe("the scale of a session", () => {
  test("is even over a session without long pauses", () => {
    const { positionOf, segments } = buildScale([mark(1_000, 9_000), mark(15_000, 21_000)])
    expect(segments).toHaveLength(1)
    expect([1_000, 11_000, 21_000].map(positionOf)).toEqual([0, 50, 100])
  })

  test("omits a night and gives all the room to the two days", () => {
    const { positionOf, segments } = buildScale([mark(0, HOUR), mark(15 * HOUR, 16 * HOUR)])
    expect(segments.map(({ start, end }) => [start / HOUR, end / HOUR])).toEqual([
      [0, 1],
      [15, 16],
    ])
    expect(positionOf(HOUR)).toBeGreaterThan(45)
    expect(positionOf(15 * HOUR) - positionOf(HOUR)).toBeLessThan(5)
    expect(positionOf(16 * HOUR)).toBeCloseTo(100)
  })

  test("shows pauses of some minutes", () => {
    expect(buildScale([mark(0, 20 * MINUTE), mark(29 * MINUTE, 40 * MINUTE)]).segments).toHaveLength(1)
  })

  test("omits a shorter pause if little was done beside it", () => {
    expect(buildScale([mark(0, 5_000), mark(65_000, 70_000)]).segments).toHaveLength(2)
  })

  test("gives a break no more width than the pause would have had", () => {
    const days = [mark(0, 40 * HOUR), mark(40 * HOUR + 30 * MINUTE, 80 * HOUR)]
    expect(buildScale(days).segments).toHaveLength(1)
  })

  test("spreads instants evenly", () => {
    const { positionOf } = buildScale([mark(0, 0), mark(3 * HOUR, 3 * HOUR), mark(99 * HOUR, 99 * HOUR)])
    expect([0, 3 * HOUR, 99 * HOUR].map(positionOf)).toEqual([0, 50, 100])
  })

  test("keeps any times in order and on the timeline", () => {
    const time = fc.double({ min: 1, max: 8.64e15, noNaN: true })
    const some = fc.array(
      fc.tuple(fc.oneof(time, fc.integer({ min: 1, max: 1e7 })), fc.nat(1e6)).map(([at, long]) => mark(at, at + long)),
      { minLength: 1, maxLength: 200 },
    )
    fc.assert(
      fc.property(some, (marks) => {
        const { positionOf, segments } = buildScale(marks)
        const places = marks.flatMap(({ start, end }) => [start, end]).toSorted((a, b) => a - b)
        let last = 0
        for (const place of places.map(positionOf)) {
          expect(place).toBeGreaterThanOrEqual(last - 1e-3)
          expect(place).toBeLessThanOrEqual(100 + 1e-3)
          last = place
        }
        expect(segments.length).toBeLessThanOrEqual(62)
      }),
    )
  })
})
