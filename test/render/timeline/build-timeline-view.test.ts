import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { buildTimelineView } from "../../../src/render/timeline/build-timeline-view.ts"
import { addToTimeline, emptyTimeline } from "../../../src/render/timeline/timeline.ts"
import type { TimelineView } from "../../../src/render/timeline/timeline-view.ts"
import { normalizeMessage, normalizeSession } from "../../../src/session/normalize.ts"
import { all, recordOf } from "../../support/record.ts"
import { exports, generated } from "../draw.ts"
import { assistant, call, user } from "../items/parts-draw.ts"

const T = Date.UTC(2026, 10, 2, 9)
const SECOND = 1_000
const HOUR = 3_600 * SECOND
const asked = (created: unknown, words = "Do it", id = "msg_1") =>
  user([{ type: "text", text: words }], { id, time: { created } })
const ran = (start: unknown, end: unknown, exit: number) =>
  call("bash", { input: { command: "npm test" }, metadata: { exit }, time: { start, end } })
const worked = (created: unknown, completed: unknown, ...parts: object[]) =>
  assistant(parts, { time: { created, completed } })

function viewOf(...messages: unknown[]): TimelineView | undefined {
  const trace = emptyTimeline()
  for (const message of messages) addToTimeline(trace, normalizeMessage(message), "index.html")
  return buildTimelineView(trace)
}

type Shape = string | { x: string; width?: string | undefined }

const shapes = ({
  base,
  breaks,
  work,
  passed,
  changed,
  failed,
  summarised,
  prompts,
  wide,
  narrow,
}: TimelineView): Shape[] => [
  ...[...base, ...breaks, ...work, ...passed, ...changed, ...failed, ...summarised],
  ...[...prompts, ...wide.steps, ...narrow.steps],
]

const places = (view: TimelineView): string[] =>
  [...shapes(view), ...view.wide.labels, ...view.narrow.labels].flatMap((shape: Shape) => {
    if (typeof shape === "string") return [shape]
    return shape.width === undefined ? [shape.x] : [shape.x, shape.width]
  })

describe("the strip of a session", () => {
  test("has a description in one sentence", () => {
    const view = viewOf(
      asked(T),
      worked(T + SECOND, T + 60 * SECOND, ran(T + 2 * SECOND, T + 8 * SECOND, 1)),
      asked(T + 63 * 60 * SECOND),
    )
    expect(view?.words).toBe("The session to scale: 2 prompts over 1 h 03 min; 1 failure.")
  })

  test("is drawn to scale", () => {
    const view = viewOf(
      asked(T),
      worked(T + 25 * SECOND, T + 100 * SECOND, ran(T + 50 * SECOND, T + 60 * SECOND, 0), ran(T, T + 10 * SECOND, 3)),
    )
    expect(view?.work).toEqual([{ x: "25%", width: "75%" }])
    expect(view?.passed).toEqual([{ x: "50%", width: "10%", level: 0, title: "" }])
    expect(view?.failed).toMatchObject([{ x: "0%", width: "10%", title: "At 0:00: bash ended with exit 3" }])
    expect(view?.breaks).toEqual([])
  })

  test("links each prompt with its first words", () => {
    const view = viewOf(asked(T, "  Why <b>\n so? ", "msg_a"), asked(T + 90 * SECOND, "And now?", "msg_b"))
    expect(view?.prompts).toMatchObject([
      { href: "#msg_a", number: "1", title: "Prompt 1 · 0:00 · Why <b> so?", side: "after" },
      { href: "#msg_b", number: "2", title: "Prompt 2 · 1:30 · And now?", side: "before" },
    ])
  })

  test("omits a night, with a note", () => {
    const view = viewOf(asked(T), worked(T, T + HOUR), asked(T + 15 * HOUR), worked(T + 15 * HOUR, T + 16 * HOUR))
    expect(view?.base).toHaveLength(2)
    expect(view?.breaks).toMatchObject([{ title: "14 h later" }])
  })

  test.each([
    ["no messages", []],
    ["no times", [asked(undefined), worked(undefined, undefined)]],
    ["one instant", [asked(T), worked(T, T)]],
    ["times that cannot be", [asked(Number.NaN), worked("yesterday", -1)]],
  ])("is not drawn for %s", (_, messages) => {
    expect(viewOf(...messages)).toBeUndefined()
  })

  test.each(exports)("of %s", async (_, exported) => {
    const trace = emptyTimeline()
    for (const message of await all(normalizeSession(recordOf(exported)).messages()))
      addToTimeline(trace, message, "index.html")
    expect(buildTimelineView(trace)).toMatchSnapshot()
  })
})

describe("a crowded session", () => {
  const view = viewOf(...generated(3_000).messages)!

  test("is drawn with a bounded number of shapes and labels", () => {
    expect(view.crowded).toBe(true)
    expect(shapes(view).length).toBeLessThan(450)
    for (const { labels } of [view.wide, view.narrow]) expect(labels.length).toBeLessThan(40)
    expect(view.prompts.filter(({ numbered }) => numbered !== "never").length).toBeLessThan(40)
  })

  test("still links prompts from its beginning to its end", () => {
    expect(view.prompts.length).toBeGreaterThan(30)
    expect(Number.parseFloat(view.prompts.at(-1)!.x)).toBeGreaterThan(90)
  })

  test("shows the number of prompts in a merged mark", () => {
    const close = viewOf(asked(T), asked(T + 1), asked(T + 2), worked(T + 3, T + HOUR))
    expect(close?.prompts).toMatchObject([{ title: expect.stringMatching(/^Prompts 1 to 3 · /), number: "1" }])
  })
})

const time = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: T, max: T + 90 * 24 * HOUR }) },
  { weight: 4, arbitrary: fc.integer({ min: T, max: T + HOUR }) },
  fc.constantFrom(undefined, null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, 9e15, 1.5, "x"),
)
const messages = fc.array(
  fc.oneof(
    time.map((at) => asked(at)),
    fc.tuple(time, time, time, time, fc.nat(1)).map(([a, b, c, d, exit]) => worked(a, b, ran(c, d, exit))),
  ),
  { maxLength: 120 },
)

test("everything is on the strip, in percent and bounded, whatever the times are", () => {
  fc.assert(
    fc.property(messages, (messages) => {
      const view = viewOf(...messages)
      if (!view) return
      for (const place of places(view)) expect(place).toMatch(/^(?:100|\d{1,2}(?:\.\d{1,2})?)%$/)
      expect(shapes(view).length).toBeLessThan(600)
    }),
  )
})

test("numbers of prompts do not touch, on a wide strip and on a narrow one", () => {
  fc.assert(
    fc.property(messages, (messages) => {
      for (const [width, shown] of [
        [760, ["always", "wide"]],
        [288, ["always"]],
      ] as const) {
        const ends = (viewOf(...messages)?.prompts ?? [])
          .filter(({ numbered }) => shown.some((name) => name === numbered))
          .map(({ x, number, side }) => {
            const at = (Number.parseFloat(x) * width) / 100
            const long = number.length * 6.6 + 6
            return side === "before" ? [at - long, at] : [at, at + long]
          })
          .toSorted((a, b) => a[0]! - b[0]!)
        for (const [i, [left]] of ends.slice(1).entries()) expect(left).toBeGreaterThan(ends[i]![1]! + 8)
      }
    }),
  )
})
