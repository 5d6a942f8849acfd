import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { PAGE_LIMIT } from "../../../src/render/pagination/paginate.ts"
import { runs } from "../../support/property-runs.ts"
import { draw, type Exported, exports, filesOf, generated } from "../draw.ts"
import { heavyParts, heavyTexts, heavyUserParts } from "../heavy-parts.ts"
import { expectShare } from "../page-rules.ts"

function expectBounded(drawn: Map<string, string>): void {
  for (const [path, html] of drawn) {
    if (!path.endsWith(".html")) continue
    expect(Buffer.byteLength(html), `${path}, bytes`).toBeLessThan(PAGE_LIMIT.bytes)
    expect(html.match(/<[a-z]/g)!.length, `${path}, elements`).toBeLessThan(PAGE_LIMIT.elements)
  }
}

const info = { id: "ses_1", title: "Heavy", directory: "/home/dev/app", time: { created: 1, updated: 2 } }

function session(messages: { role: string; parts: object[]; more?: object }[]): Exported {
  return {
    info,
    messages: messages.map(({ role, parts, more }, i) => ({
      info: { id: `msg_${i}`, role, time: { created: 1_000 * i, completed: 1_000 * i + 500 }, ...more },
      parts: parts.map((part, j) => ({ id: `prt_${i}_${j}`, ...part })),
    })),
  }
}

const texts = Object.entries(heavyTexts)

describe("every page stays within its limits", () => {
  test.each(texts)("with %s in every kind of part", async (_, text) => {
    const assistant = Object.values(heavyParts).map((part) => part(30, text(100)))
    const user = Object.values(heavyUserParts).map((part) => part(30, text(100)))
    const drawn = await draw(
      await filesOf(
        session([
          { role: "user", parts: user },
          { role: "assistant", parts: assistant },
        ]),
      ),
    )
    expectBounded(drawn)
  })

  test.each(Object.entries(heavyParts))("with 400 of the kind %s in one message", async (_, part) => {
    const parts = Array.from({ length: 400 }, () => part(1, "a"))
    const drawn = await draw(await filesOf(session([{ role: "assistant", parts }])))
    expectBounded(drawn)
  })

  test("with content of usual sessions", async () => {
    for (const [, exported] of [...exports, ["generated", generated(200, 2)] as const])
      expectBounded(await draw(await filesOf(exported)))
  })

  const part = (kinds: Record<string, (n: number, text: string) => object>) =>
    fc
      .tuple(
        fc.constantFrom(...Object.keys(kinds)),
        fc.constantFrom(...Object.keys(heavyTexts)),
        fc.nat(60),
        fc.nat(400),
      )
      .map(([kind, text, n, length]) => ({ kind, text, n, length }))
  const message = fc.oneof(
    fc.record({ role: fc.constant("user"), parts: fc.array(part(heavyUserParts), { maxLength: 8 }) }),
    fc.record({ role: fc.constant("assistant"), parts: fc.array(part(heavyParts), { maxLength: 12 }) }),
  )

  test("for any combination, every part is on one page and all link targets exist", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 6 }), async (made) => {
        const list = made.map(({ role, parts }) => ({
          role,
          parts: parts.map(({ kind, text, n, length }) =>
            (role === "user" ? heavyUserParts : heavyParts)[kind]!(n, heavyTexts[text]!(length)),
          ),
        }))
        const drawn = await draw(await filesOf(session(list)))
        expectBounded(drawn)
        expectShare(drawn)
        const ids = [...drawn].flatMap(([path, html]) =>
          path.endsWith(".html") ? [...html.matchAll(/ id="((?:msg|prt)_[^"]+)"/g)].map(([, id]) => id) : [],
        )
        expect(new Set(ids).size).toBe(ids.length)
        for (const [i, { role, parts }] of list.entries())
          for (const [j, part] of parts.entries())
            if (role === "assistant" && (part as { type: string }).type === "tool")
              expect(ids).toContain(`prt_${i}_${j}`)
      }),
      { numRuns: runs(12) },
    )
  })
})
