import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { normalizeSession } from "../../src/session/normalize.ts"
import { all, recordOf } from "../support/record.ts"

const user = (id: string, ...parts: unknown[]) => ({ info: { id, role: "user" }, parts })
const text = (id: string) => ({ id, type: "text", text: id })

describe("ids", () => {
  const idsOf = async (...messages: unknown[]) =>
    (await all(normalizeSession(recordOf({ messages })).messages())).map(({ id, parts }) => [
      id,
      ...parts.map((p) => p.id),
    ])

  test("are made from the position if they are missing", async () => {
    expect(await idsOf({ info: { role: "user" }, parts: [{ type: "text", text: "" }, 7] }, null)).toEqual([
      ["message-1", "part-1-1", "part-1-2"],
      ["message-2"],
    ])
  })

  test("get a number if they repeat, and are stable when the session grows", async () => {
    const messages = [user("a", text("p"), text("p")), user("a", text("p")), user("a-2")]
    const expected = [["a", "p", "p-2"], ["a-2", "p-3"], ["a-2-2"]]
    expect(await idsOf(...messages)).toEqual(expected)
    expect(await idsOf(...messages, user("a"))).toEqual([...expected, ["a-3"]])
  })

  test("are unique and usable for any session", async () => {
    const id = fc.oneof(fc.constantFrom("a", "a-2", "part-1-1", "message-1", "", '"><b>'), fc.jsonValue())
    const part = fc.record({ id, type: fc.constant("text"), text: fc.string() })
    const message = fc.record({ info: fc.record({ id, role: fc.constant("user") }), parts: fc.array(part) })
    await fc.assert(
      fc.asyncProperty(fc.array(message), async (messages) => {
        const all = (await idsOf(...messages)).flat()
        expect(new Set(all).size).toBe(all.length)
        for (const one of all) expect(one).toMatch(/^[A-Za-z][\w-]*$/)
      }),
    )
  })
})
