import fc from "fast-check"
import { expect, test } from "vitest"
import { pageBreaks } from "../../../src/render/pagination/paginate.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"

const message = (role: string, text: string, lines: number) =>
  normalizeMessage({ info: { role }, parts: [{ type: "text", text: `${text}\n`.repeat(lines) }] })

const messages = fc.array(
  fc.record({
    role: fc.constantFrom("user", "assistant", "oracle"),
    text: fc.string({ maxLength: 300 }),
    lines: fc.oneof(fc.nat(20), fc.constantFrom(500, 2_000, 5_000)),
  }),
  { maxLength: 40 },
)

/** Indexes of the messages that begin a page. */
function breaksOf(list: ReturnType<typeof message>[]): number[] {
  const breaks = pageBreaks()
  return list.flatMap((item, at) => (breaks(item) ? [at] : []))
}

test("later messages change no earlier page", () => {
  fc.assert(
    fc.property(messages, fc.nat(40), (list, length) => {
      const all = list.map(({ role, text, lines }) => message(role, text, lines))
      expect(breaksOf(all.slice(0, length))).toEqual(breaksOf(all).filter((at) => at < length))
    }),
  )
})

test("the first message starts no second page, and no page is empty", () => {
  fc.assert(
    fc.property(messages, (list) => {
      const breaks = breaksOf(list.map(({ role, text, lines }) => message(role, text, lines)))
      expect(breaks).not.toContain(0)
      expect(new Set(breaks).size).toBe(breaks.length)
    }),
  )
})

test("a prompt starts a new page once the current one is more than half full", () => {
  // Together about two thirds of a page.
  const most = Array.from({ length: 2 }, () => message("assistant", "x".repeat(70), 650))
  expect(breaksOf([...most, message("user", "a", 1), message("assistant", "a", 1)])).toEqual([2])
  expect(breaksOf([...most, message("assistant", "a", 1), message("user", "a", 1)])).toEqual([3])
  expect(breaksOf([message("user", "a", 1), message("user", "a", 1)])).toEqual([])
})

test("a message is estimated by its shown part only", () => {
  const after = (lines: number) =>
    breaksOf(Array.from({ length: 30 }, () => message("assistant", "x".repeat(70), lines)))
  expect(after(50_000)).toEqual(after(5_000))
  expect(after(5_000).length).toBeGreaterThan(after(50).length)
})

test("many elements fill a page as many characters do", () => {
  const list = (text: string) => breaksOf(Array.from({ length: 40 }, () => message("assistant", text, 200))).length
  expect(list("- a")).toBeGreaterThan(list("a "))
})
