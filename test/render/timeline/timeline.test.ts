import { describe, expect, test } from "vitest"
import { addToTimeline, emptyTimeline, type Timeline } from "../../../src/render/timeline/timeline.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"
import { assistant, call, user } from "../items/parts-draw.ts"

const T = Date.UTC(2026, 10, 2, 9)
const text = (words: string) => ({ type: "text", text: words })
const asked = (created: unknown, words = "Do it", id = "msg_1") => user([text(words)], { id, time: { created } })
const worked = (created: unknown, completed: unknown, ...parts: object[]) =>
  assistant(parts, { time: { created, completed } })
const tool = (name: string, start: unknown, end: unknown, state: object = {}) =>
  call(name, { time: { start, end }, ...state })
const run = (start: unknown, end: unknown, state: object = {}) =>
  tool("bash", start, end, { input: { command: "npm test" }, metadata: { exit: 0 }, ...state })

/** Timeline of messages, all on one page unless a page name precedes them. */
function traced(...messages: (object | string)[]): Timeline {
  const trace = emptyTimeline()
  let page = "index.html"
  for (const message of messages)
    if (typeof message === "string") page = message
    else addToTimeline(trace, normalizeMessage(message), page)
  return trace
}

/** Milliseconds since the start. */
const spans = (marks: Timeline["work"]) => marks.map(({ start, end }) => [start - T, end - T])

describe("prompts", () => {
  test("are numbered and linked from the first page", () => {
    const { prompts } = traced(asked(T, " First\n words ", "msg_a"), "2.html", asked(T + 5, "More", "msg_b"))
    expect(prompts).toMatchObject([
      { number: 1, href: "#msg_a", text: "First words", start: T },
      { number: 2, href: "2.html#msg_b", text: "More", start: T + 5 },
    ])
  })

  test("include only text by a person", () => {
    expect(traced(user([{ ...text("a reminder"), synthetic: true }])).prompts).toEqual([])
  })
})

describe("work", () => {
  test("lasts from the beginning of an answer until it is complete", () => {
    expect(spans(traced(asked(T), worked(T + 10, T + 500)).work)).toEqual([[10, 500]])
  })

  test("of an answer that was never completed lasts as long as its tools", () => {
    expect(spans(traced(worked(T, undefined, run(T + 10, T + 300))).work)).toEqual([[0, 300]])
  })

  test("leaves out the time in which a question waits for its answer", () => {
    const question = tool("question", T + 100, T + 9_000, { input: { questions: [{ question: "a", options: [] }] } })
    expect(spans(traced(worked(T, T + 9_500, question)).work)).toEqual([
      [0, 100],
      [9_000, 9_500],
    ])
  })
})

describe("tool calls", () => {
  const edit = (state: object = {}) =>
    tool("edit", T + 10, T + 20, { input: { filePath: "a", oldString: "a", newString: "b" }, ...state })
  const failed = { status: "error", error: "no such text" }

  test("that edited are marked when they ended, successful commands while they ran", () => {
    const trace = traced(worked(T, T + 900, edit(), run(T + 30, T + 400)))
    expect([spans(trace.changed), spans(trace.passed), trace.failed]).toEqual([[[20, 20]], [[30, 400]], []])
  })

  test("that failed name the call and the error", () => {
    const trace = traced(
      worked(
        ...[T, T + 900, edit(failed)],
        run(T + 100, T + 200, { metadata: { exit: 2 } }),
        run(T + 300, T + 400, failed),
      ),
    )
    expect(trace.failed.map(({ text }) => text)).toEqual(["edit failed", "bash ended with exit 2", "bash failed"])
    expect([trace.changed, trace.passed]).toEqual([[], []])
    expect(trace.counts.failed).toBe(3)
  })

  test("that only read, are running, or were a dismissed question have no mark", () => {
    const questions = [{ question: "a", options: [] }]
    const dismissed = { status: "error", error: "The user dismissed this question", input: { questions } }
    const parts = [
      tool("read", T, T + 5, { input: { filePath: "a" } }),
      run(T, undefined, { status: "running", metadata: {} }),
      tool("question", T, T + 5, dismissed),
    ]
    const { changed, passed, failed } = traced(worked(T, T + 10, ...parts))
    expect([changed, passed, failed]).toEqual([[], [], []])
  })
})

test("an answer that ended in an error is a failure, and a summary of the conversation is marked", () => {
  const error = { name: "APIError", data: { message: "overloaded", statusCode: 529 } }
  const trace = traced(
    asked(T),
    assistant([], { time: { created: T + 5, completed: T + 50 }, error }),
    user([{ type: "compaction", auto: true }], { time: { created: T + 60 } }),
  )
  expect(trace.failed).toMatchObject([{ start: T + 50, text: "error 529" }])
  expect(spans(trace.summarised)).toEqual([[60, 60]])
})

describe("impossible times", () => {
  test.each([undefined, -5, 0, Number.NaN, 9e15, "soon", T - 100_000])(
    "%s: is placed at the latest known time",
    (time) => {
      const trace = traced(asked(T), worked(T + 10, T + 500), asked(time), worked(time, time, run(time, time)))
      expect(spans(trace.prompts)).toEqual([
        [0, 0],
        [500, 500],
      ])
      expect(spans(trace.passed)).toEqual([[500, 500]])
    },
  )

  test("an end before the start, and one years later, are corrected", () => {
    const trace = traced(worked(T + 50, T + 10), worked(T + 60, T + 1e12))
    expect(spans(trace.work)).toEqual([
      [50, 50],
      [60, 60 + 24 * 60 * 60 * 1000],
    ])
  })
})

test("is bounded for sessions of any length, and counts everything", () => {
  const trace = emptyTimeline()
  for (let i = 0; i < 30_000; i++) {
    addToTimeline(trace, normalizeMessage(asked(T + i * 60_000, "x".repeat(2_000), `msg_${i}`)), `${i}.html`)
    const failed = run(T + i * 60_000, T + i * 60_000 + 100, { metadata: { exit: 1 } })
    addToTimeline(trace, normalizeMessage(worked(T + i * 60_000, T + i * 60_000 + 30_000, failed)), `${i}.html`)
  }
  expect(trace.counts).toEqual({ prompts: 30_000, failed: 30_000 })
  expect(JSON.stringify(trace).length).toBeLessThan(2_000_000)
  expect(trace.prompts.length).toBeGreaterThan(1_000)
})
