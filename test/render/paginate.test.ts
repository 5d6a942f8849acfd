import fc from "fast-check"
import { expect, test } from "vitest"
import { pageBreaks } from "../../src/render/paginate.ts"
import type { Message } from "../../src/session/model.ts"
import { normalizeMessage } from "../../src/session/normalize.ts"
import { answered, asked, called } from "../support/render-site.ts"

const lines = (count: number) => "some words of a line\n".repeat(count)
const message = fc.oneof(
  fc.integer({ min: 0, max: 4_000 }).map((count) => asked(lines(count))),
  fc.integer({ min: 0, max: 4_000 }).map((count) => answered({ type: "text", text: lines(count) })),
  fc
    .integer({ min: 0, max: 4_000 })
    .map((count) => answered(called("bash", { input: { command: "x" }, output: lines(count) }))),
)
const messages = fc
  .array(message, { minLength: 1, maxLength: 40 })
  .map((all) => all.map((raw, i) => normalizeMessage(raw, undefined, i)))

function breaksOf(all: Message[]): number[] {
  const breaks = pageBreaks()
  return all.flatMap((each, i) => (breaks(each) ? [i] : []))
}

test("messages that follow never move where earlier pages end", () => {
  fc.assert(
    fc.property(messages, messages, (before, after) => {
      const earlier = breaksOf(before)
      expect(breaksOf([...before, ...after]).slice(0, earlier.length)).toEqual(earlier)
    }),
    { numRuns: 60 },
  )
})

test("a page never begins before the first message, and a short session has one page", () => {
  fc.assert(
    fc.property(messages, (all) => !breaksOf(all).includes(0)),
    { numRuns: 60 },
  )
  expect(breaksOf([asked("a"), answered({ type: "text", text: "b" })].map((raw) => normalizeMessage(raw)))).toEqual([])
})

test("a page that is more than half full ends before a prompt, not in the middle of an answer", () => {
  const half = asked(lines(1_600))
  const all = [half, asked("next"), answered({ type: "text", text: "short" })].map((raw) => normalizeMessage(raw))
  expect(breaksOf(all)).toEqual([1])
})
