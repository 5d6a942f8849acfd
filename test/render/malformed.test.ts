import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ShareError } from "../../src/errors.ts"
import { site } from "../../src/render/site/site.ts"
import { parseExport } from "../../src/session/parse-export.ts"
import { prepare } from "../../src/share/prepare.ts"
import { runs } from "../support/property-runs.ts"
import { draw, type Exported, exports, filesOf } from "./draw.ts"
import { everyField } from "./every-field.ts"
import { assistant, call, user } from "./items/parts-draw.ts"
import { expectShare } from "./page-rules.ts"

const real = [everyField, ...exports.map(([, exported]) => exported)]

/** All files of a session given as bytes. */
async function filesFrom(json: string): Promise<Map<string, string>> {
  const { session } = await prepare(parseExport(Buffer.from(json), "the file"), {})
  const options = { id: "V1StGXR8_Z5jdHi6B-myT", version: "1.0.0" }
  const files = new Map<string, string>()
  for await (const file of site(session, options)) files.set(file.path, Buffer.from(await file.render()).toString())
  return files
}

describe("a truncated export", () => {
  test.each(exports)("is refused with a clear error, wherever it ends (%s)", (_, exported) => {
    const whole = Buffer.from(JSON.stringify(exported, null, 2))
    const step = Math.max(1, Math.floor(whole.length / 120))
    for (let end = 1; end < whole.length - 1; end += step) {
      let refused: unknown
      try {
        parseExport(whole.subarray(0, end), "the file")
      } catch (error) {
        refused = error
      }
      expect(refused, `cut at ${end}`).toBeInstanceOf(ShareError)
      expect(refused).toMatchObject({ code: "bad-input", message: expect.stringMatching(/truncated|not valid JSON/) })
    }
  })
})

/** The value with its nth nested value replaced. */
function changedAt(value: unknown, at: number, by: (old: unknown) => unknown): unknown {
  let place = 0
  const visit = (item: unknown): unknown => {
    if (place++ === at) return by(item)
    if (Array.isArray(item)) return item.map(visit)
    if (typeof item !== "object" || item === null) return item
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, visit(inner)]))
  }
  return visit(value)
}

const placesIn = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce((sum: number, item) => sum + placesIn(item), 1)
    : 1

describe("an export with wrong types", { timeout: 600_000 }, () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, true, -1, 0, 1e308, -0, 1e21, "", "x", [], {}, [[]], [null], { length: 1e9 }),
    fc.constantFrom<unknown>(9e15, 8.65e15, "\ud800", "__proto__", { toString: 1 }, { length: -1 }, { toJSON: 1 }),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const places = real.map(placesIn)
  const change = fc.record({ at: fc.nat(), by: odd, how: fc.constantFrom("replace", "wrap", "twice", "prototype") })
  const mutation = fc.record({ of: fc.nat({ max: real.length - 1 }), changes: fc.array(change, { minLength: 1 }) })
  const mutated = ({ of, changes }: { of: number; changes: { at: number; by: unknown; how: string }[] }) => {
    let value: unknown = real[of]
    for (const { at, by, how } of changes)
      value = changedAt(value, 1 + (at % (places[of]! - 1)), (old) => {
        if (how === "wrap") return [old]
        if (how === "twice") return Array.isArray(old) ? [...old, ...old] : by
        return how === "prototype" ? JSON.parse(`{"__proto__":${JSON.stringify(by)}}`) : by
      })
    return value as Exported
  }

  test("anywhere yields a share or one clear error", async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async (what) => {
        const exported = mutated(what)
        try {
          const files = await filesFrom(JSON.stringify(exported))
          // Unchanged messages are kept.
          expect(JSON.parse(files.get("session.json")!).messages).toHaveLength(exported.messages!.length)
          for (const path of files.keys())
            expect(path).toMatch(/^(?:[\w-]+\.(?:html|json|md)|files\/[0-9a-f]{32}\.\w+|page-[0-9a-f]{16}\.css)$/)
        } catch (error) {
          expect(error).toBeInstanceOf(ShareError)
          expect(error).toMatchObject({ code: "bad-input", hint: expect.any(String) })
        }
      }),
      { numRuns: runs(100) },
    )
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
  })

  test("has pages like any other", async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async (what) => {
        const files = await filesFrom(JSON.stringify(mutated(what))).catch((error) => {
          expect(error).toBeInstanceOf(ShareError)
        })
        if (files) expectShare(files)
      }),
      { numRuns: runs(15) },
    )
  })
})

describe("an export with cycles", () => {
  const asks = (sessionId: string) =>
    call("task", { input: { prompt: "again", description: "d" }, metadata: { sessionId }, output: "x" })
  const loop = (id: string, parentID: string): Required<Exported> => ({
    info: { id, parentID },
    messages: [
      user(
        [
          { type: "text", text: "first" },
          { type: "text", text: "second" },
        ],
        { id: "msg_1", parentID: "msg_2" },
      ),
      assistant([asks(id), asks(parentID), { type: "text", text: "third" }], { id: "msg_1", parentID: "msg_1" }),
      assistant([{ id: "prt_1", type: "text", text: "fourth" }], { id: "msg_2", parentID: "msg_1" }),
    ],
    children: [],
  })

  test("is shown once: each session that is named, each message and part, with unique anchors", async () => {
    const again = { ...loop("ses_2", "ses_3"), children: [loop("ses_1", "ses_2"), loop("ses_3", "ses_2")] }
    const exported = { ...loop("ses_1", "ses_2"), children: [again, loop("ses_1", "ses_1"), loop("ses_2", "ses_1")] }
    const drawn = await draw(await filesOf(exported))
    expectShare(drawn)
    const pages = [...drawn].filter(([path]) => path.endsWith(".html"))
    expect(pages).toHaveLength(3)
    for (const [, html] of pages)
      for (const word of ["first", "second", "third", "fourth"]) expect(html).toMatch(new RegExp(`<p>${word}</p>`))
  })
})

describe("an export with deep nesting", () => {
  const deep = `${'{"a":['.repeat(100_000)}1${"]}".repeat(100_000)}`
  const texts = '{"type":"text","text":"Before."},DEEP,{"type":"text","text":"After."}'
  const exported = `{"info":{"id":"ses_1","x":DEEP},"messages":[{"info":{"id":"msg_1","role":"assistant","error":DEEP},"parts":[${texts}]},DEEP]}`

  test.each([
    ["a part", deep],
    ["what a tool was given", `{"type":"tool","tool":"x","state":{"status":"completed","input":{"a":${deep}}}}`],
    ["what a tool knows", `{"type":"tool","tool":"read","state":{"status":"completed","input":{},"metadata":${deep}}}`],
    ["a part of another kind", `{"type":"newer","a":${deep}}`],
  ])("in %s loses no more than that", async (_, part) => {
    const json = [deep, deep, part, deep].reduce((text, value) => text.replace("DEEP", value), exported)
    const files = await filesFrom(json)
    for (const word of ["Before.", "After."])
      for (const path of ["index.html", "session.json", "session.md"]) expect(files.get(path)).toContain(word)
    expect(files.get("session.json")).toContain("nested too deeply")
  })
})

test("lone surrogates are replaced", async () => {
  const json =
    '{"info":{"id":"ses_1","title":"a\\ud800b"},"messages":[{"info":{"id":"m","role":"user"},"parts":[{"type":"text","text":"\\udfff \\ud83d"}]}]}'
  const drawn = await draw(await filesOf(JSON.parse(json)))
  expectShare(drawn)
  expect(drawn.get("index.html")).toContain("<title>a\ufffdb</title>")
  expect(JSON.parse(drawn.get("session.json")!).info.title).toBe("a\ud800b")
})
