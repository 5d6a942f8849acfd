import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { redact } from "../../src/redact/redact.ts"
import { toolCallOf } from "../../src/render/tools/registry.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import type { SessionRecord } from "../../src/session/source.ts"
import { runs } from "../support/property-runs.ts"
import { all, exportedOf } from "../support/record.ts"
import { disguises, person, places, readable, sessionOf } from "./corpus.ts"
import { lookAlikes, plantedSecrets, seedSecrets } from "./secrets.ts"

const seed = Number(process.env["REDACT_SEED"] ?? 1)
seedSecrets(100)
const planted = plantedSecrets()
const anyDisguise = fc.constantFrom(...Object.values(disguises))

/** Typical texts of sessions and texts that redaction rules react to, in any order. */
const fragment = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(...lookAlikes),
  fc.tuple(fc.constantFrom(...planted), anyDisguise).map(([secret, disguise]) => disguise(secret)),
  fc.constantFrom("API_KEY=", "password: ", "://", "/home/zoe/", "cookie: ", "\x1b", "%", "\\"),
)
const between = fc.constantFrom(" ", "\n", "\\n", "\t", '" ', "' ", ", ", "\x1b[1m ")
const text = fc.array(fc.tuple(fragment, between), { maxLength: 8 }).map((fragments) => fragments.flat().join(""))
const message = fc.tuple(fc.constantFrom(...Object.values(places)), text).map(([place, content]) => place(content))
const session = fc
  .tuple(fc.array(message, { maxLength: 4 }), text, fc.array(message, { maxLength: 2 }))
  .map(([messages, title, child]) => sessionOf(messages, title, child))

const clean = async (record: SessionRecord) => (await redact(record, { person })).record

describe("of any session", () => {
  test("redaction is idempotent", async () => {
    await fc.assert(
      fc.asyncProperty(session, async (record) => {
        const once = await clean(record)
        expect(await exportedOf(await clean(once))).toEqual(await exportedOf(once))
      }),
      { seed, numRuns: runs(150) },
    )
  })

  test("no secret hides another one", async () => {
    const several = fc.array(fc.constantFrom(...planted), { minLength: 2, maxLength: 5 })
    const anyPlace = fc.constantFrom(...Object.values(places))
    const separator = fc.constantFrom("\n", "\n\n", " ", "\t", "\n# ", " && ")
    await fc.assert(
      fc.asyncProperty(several, separator, anyDisguise, anyPlace, async (secrets, between, disguise, place) => {
        const joined = { ...secrets[0]!, text: secrets.map(({ text }) => text).join(between) }
        const record = await clean(sessionOf([place(disguise(joined))]))
        const seen = readable(readable(JSON.stringify(await exportedOf(record))))
        expect(secrets.filter(({ secret }) => seen.includes(secret)).map(({ text }) => text)).toEqual([])
      }),
      { seed, numRuns: runs(200) },
    )
  })

  test("the structure is unchanged: ids, types, times, states", async () => {
    const shapeOf = async (record: SessionRecord) =>
      (await all(normalizeSession(record).messages())).map(({ id, role, created, parts }) => ({
        id,
        role,
        created,
        parts: parts.map((part) => [
          part.id,
          part.type,
          part.type === "tool" && [part.tool, part.status, toolCallOf(part).row({ directory: "" }).verb],
        ]),
      }))
    await fc.assert(
      fc.asyncProperty(session, async (record) => {
        expect(await shapeOf(await clean(record))).toEqual(await shapeOf(record))
      }),
      { seed, numRuns: runs(60) },
    )
  })

  test("a secret has one mark everywhere, also in a subagent session, whatever precedes it", async () => {
    const anyPlace = fc.constantFrom(...Object.values(places))
    const other = fc.array(fc.tuple(anyPlace, fc.constantFrom(...lookAlikes)), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...planted), anyDisguise, anyPlace, anyPlace, other, async (...given) => {
        const [secret, disguise, place, childPlace, others] = given
        const messages = others.map(([make, look]) => make(look))
        const record = sessionOf([...messages, place(disguise(secret))], disguise(secret), [
          childPlace(disguise(secret)),
        ])
        const { info, messages: seen, children } = await exportedOf(await clean(record))
        const parts = [info, seen, children].map((part) => readable(readable(JSON.stringify(part))))
        const marks = parts.map((part) => [...new Set(part.match(/\[redacted: [\w -]+ #\d+\]/g))].sort())
        expect(marks[0]).not.toEqual([])
        expect(marks[1]).toEqual(marks[0])
        expect(marks[2]).toEqual(marks[0])
        for (const part of parts) expect(part).not.toContain(secret.secret)
      }),
      { seed, numRuns: runs(200) },
    )
  })
})

test("any JSON passes without an error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.array(fc.jsonValue({ noUnicodeString: false })), async (info, messages) => {
      const record = {
        info,
        messages: async function* () {
          yield* messages
        },
        children: [],
      }
      await all((await clean(record)).messages())
    }),
    { seed },
  )
})
