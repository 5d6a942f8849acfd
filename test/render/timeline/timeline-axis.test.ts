import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { buildAxis, formatPause } from "../../../src/render/timeline/timeline-axis.ts"
import { mark } from "../../../src/render/timeline/timeline-marks.ts"
import { buildScale } from "../../../src/render/timeline/timeline-scale.ts"

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function labels(width: number, ...times: [number, number][]) {
  const axis = buildAxis(buildScale(times.map(([start, end]) => mark(start, end))), times[0]![0], width)
  return axis.labels.toSorted((a, b) => a.at - b.at).map(({ text }) => text)
}

describe("the axis", () => {
  test.each<[string, number, string[]]>([
    ["20 seconds", 20 * SECOND, ["0", "5", "10", "15", "20 s"]],
    ["two minutes", 2 * MINUTE, ["0:00", "0:30", "1:00", "1:30", "2:00 min"]],
    ["55 minutes", 55 * MINUTE, ["0", "10", "20", "30", "40", "50 min"]],
    ["an hour and a half", 90 * MINUTE, ["0:00", "0:20", "0:40", "1:00", "1:20 h"]],
    ["nine hours", 9 * HOUR, ["0", "2", "4", "6", "8 h"]],
    ["a week without a pause", 7 * DAY, ["0", "2", "4", "6 days"]],
  ])("of %s has even steps and names the unit once", (_, long, expected) => {
    expect(labels(360, [1e12, 1e12 + long])).toEqual(expected)
  })

  test("labels the length of omitted pauses", () => {
    expect(labels(760, [0, HOUR], [4 * HOUR, 5 * HOUR])).toContain("3 h later")
  })

  test("names the days of a long session, even if a day begins a little earlier than the first", () => {
    const days = [0, 1, 4].map((day): [number, number] => [day * (DAY - 10 * MINUTE), day * DAY + HOUR])
    expect(labels(760, ...days)).toEqual(["day 1", "day 2", "day 5"])
  })

  test("has labels that do not touch and stay on the timeline, at its own width and any greater", () => {
    const some = fc.array(fc.tuple(fc.nat(20 * DAY), fc.nat(2 * HOUR)), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        some,
        fc.constantFrom(288, 760),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (times, width, wider) => {
          const scale = buildScale(times.map(([start, long]) => mark(start, start + long)))
          const boxes = buildAxis(scale, scale.segments[0]!.start, width)
            .labels.toSorted((a, b) => a.at - b.at)
            .map(({ at, text, side }) => {
              const long = text.length * 6.6
              const middle = (at * width * wider) / 100
              const left = side === "after" ? middle : side === "before" ? middle - long : middle - long / 2
              return [left, left + long] as const
            })
          for (const [i, [left, right]] of boxes.entries()) {
            expect(left).toBeGreaterThanOrEqual(i === 0 ? -1e-6 : boxes[i - 1]![1] + 10)
            expect(right).toBeLessThanOrEqual(width * wider + 1e-6)
          }
        },
      ),
    )
  })
})

test.each([
  [31 * SECOND, "31 s later"],
  [40 * MINUTE, "40 min later"],
  [100 * MINUTE, "2 h later"],
  [23 * HOUR, "23 h later"],
  [47 * HOUR, "2 days later"],
  [56 * 365.25 * DAY, "56 years later"],
])("a pause of %d ms in words: %s", (time, words) => {
  expect(formatPause(time)).toBe(words)
})
