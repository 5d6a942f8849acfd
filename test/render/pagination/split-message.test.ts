import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { estimateMessage } from "../../../src/render/pagination/message-size.ts"
import { BODY_LIMIT } from "../../../src/render/pagination/paginate.ts"
import { splitMessage } from "../../../src/render/pagination/split-message.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"
import { runs } from "../../support/property-runs.ts"
import { heavyParts, heavyTexts, heavyUserParts } from "../heavy-parts.ts"

const message = (role: string, parts: object[], info: object = {}) =>
  normalizeMessage({
    info: { id: "msg_1", role, time: { created: 1_000, completed: 2_000 }, ...info },
    parts: parts.map((part, i) => ({ id: `prt_${i}`, ...part })),
  })

const answer = {
  modelID: "large-1",
  agent: "build",
  cost: 1,
  tokens: { input: 5, output: 6 },
  finish: "length",
  error: { name: "APIError", data: { message: "overloaded" } },
}

const heavy = (role: "user" | "assistant") => {
  const kinds: Record<string, (n: number, text: string) => object> = role === "user" ? heavyUserParts : heavyParts
  const part = fc.record({
    kind: fc.constantFrom(...Object.keys(kinds)),
    text: fc.constantFrom(...Object.keys(heavyTexts)),
    n: fc.nat(20),
    length: fc.nat(60),
  })
  return fc.array(part, { maxLength: 30 }).map((parts) =>
    message(
      role,
      parts.map(({ kind, text, n, length }) => kinds[kind]!(n, heavyTexts[text]!(length))),
      answer,
    ),
  )
}

describe("a message", () => {
  test("that fits on a page is not split", () => {
    const small = message("assistant", [{ type: "text", text: "a" }])
    expect(splitMessage(small)).toEqual([small])
    expect(splitMessage(small)[0]).toBe(small)
  })

  test.each(["user", "assistant"] as const)(
    "of the %s becomes pieces that fit on a page, with each part in one of them and in order",
    (role) => {
      fc.assert(
        fc.property(heavy(role), (whole) => {
          const pieces = splitMessage(whole)
          for (const { bytes, elements } of pieces.map(estimateMessage)) {
            expect(bytes).toBeLessThanOrEqual(BODY_LIMIT.bytes)
            expect(elements).toBeLessThanOrEqual(BODY_LIMIT.elements)
          }
          const isOwn = (part: { type: string; synthetic?: boolean }) => part.type === "text" && !part.synthetic
          const parts = pieces.flatMap(({ parts }) => parts)
          if (role === "assistant") expect(parts).toEqual(whole.parts)
          else {
            expect(parts.filter((part) => !isOwn(part))).toEqual(whole.parts.filter((part) => !isOwn(part)))
            expect(pieces[0]!.parts.filter(isOwn)).toEqual(whole.parts.filter(isOwn))
          }
          expect(splitMessage(whole)).toEqual(pieces)
        }),
        { numRuns: runs(30) },
      )
    },
  )

  test("that is split has its cost in the first fragment, and its end in the last", () => {
    const parts = Array.from({ length: 400 }, () => heavyParts["bash"]!(1, "a\n".repeat(100)))
    const pieces = splitMessage(message("assistant", parts, answer))
    expect(pieces.length).toBeGreaterThan(2)
    const said = pieces.map((piece) =>
      piece.role === "assistant"
        ? [
            piece.id,
            piece.isContinuation,
            piece.model,
            piece.cost,
            piece.tokens.output,
            piece.finish,
            piece.error?.name,
          ]
        : [],
    )
    const middle = ["msg_1", true, undefined, 0, 0, undefined, undefined]
    expect(said[0]).toEqual(["msg_1", undefined, "large-1", 1, 6, undefined, undefined])
    for (const other of said.slice(1, -1)) expect(other).toEqual(middle)
    expect(said.at(-1)).toEqual(["msg_1", true, undefined, 0, 0, "length", "APIError"])
  })

  test("that grows keeps its earlier fragments", () => {
    const part = (i: number) => heavyParts[["bash", "text", "read"][i % 3]!]!(1, "a\n".repeat(i % 100))
    const parts = Array.from({ length: 900 }, (_, i) => part(i))
    const partsOf = (length: number) =>
      splitMessage(message("assistant", parts.slice(0, length))).map((piece) => piece.parts.map(({ id }) => id))
    const [before, after] = [partsOf(600), partsOf(900)]
    expect(before.length).toBeGreaterThan(3)
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1))
  })
})
